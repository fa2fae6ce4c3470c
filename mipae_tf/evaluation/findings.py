"""What one group of metrics found."""

import dataclasses
from collections.abc import Mapping

import numpy as np


@dataclasses.dataclass(frozen=True)
class Findings:
    """Metrics, the clips behind them, and pictures.

    Attributes:
        metrics: entries of `metrics.json` by key, from `metrics.result`.
        per_clip: `[clips, ...]` by the key of a metric that is a statistic
            over clips: squared errors for a PSNR, the values themselves for
            all others. From these `compare` pairs runs clip by clip.
        figures: PNG or GIF by file name.
    """

    metrics: Mapping[str, dict]
    per_clip: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    figures: Mapping[str, bytes] = dataclasses.field(default_factory=dict)

    def __or__(self, other: "Findings") -> "Findings":
        return Findings(
            {**self.metrics, **other.metrics},
            {**self.per_clip, **other.per_clip},
            {**self.figures, **other.figures},
        )
