"""How much is measured, and with whose weights."""

import dataclasses

from mipae_tf.limits import INT32_MAX
from mipae_tf.limits import require_between

# The least and the largest number allowed.
LIMITS = {
    "clips": (1, INT32_MAX),
    "horizon": (1, INT32_MAX),
    "samples": (2, 10_000),
    "mig_samples": (4, 10_000_000),
    "drift_steps": (2, 100_000),
    "seed": (0, INT32_MAX),
}


@dataclasses.dataclass(frozen=True)
class EvaluationOptions:
    """What a user may choose about an evaluation.

    Attributes:
        clips: the first so many test clips.
        horizon: frames to predict.
        samples: futures drawn of each clip, of a stochastic model.
        mig_samples: frames behind the published MIG; 100,000 as published.
        drift_steps: frames of the long forecasts.
        lpips: backbone weights (`metrics.lpips`), or None.
        fvd: folder of a video embedder's SavedModel (`metrics.fvd`), or None.
        seed: key of every draw.

    Raises:
        ValueError: on making one with a number outside `LIMITS`.
    """

    clips: int = 1_000
    horizon: int = 10
    samples: int = 20
    mig_samples: int = 10_000
    drift_steps: int = 100
    lpips: str | None = None
    fvd: str | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for name, limits in LIMITS.items():
            require_between(name, getattr(self, name), *limits)
