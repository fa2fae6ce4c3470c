"""How much is measured, and with whose weights."""

import dataclasses


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
    """

    clips: int = 1_000
    horizon: int = 10
    samples: int = 20
    mig_samples: int = 10_000
    drift_steps: int = 100
    lpips: str | None = None
    fvd: str | None = None
    seed: int = 0
