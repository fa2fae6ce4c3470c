"""How much is measured, and with whose weights."""

import dataclasses

from mipae_tf.options import Options
from mipae_tf.options import option

DEFAULT_HORIZON = 10


@dataclasses.dataclass(frozen=True, kw_only=True)
class EvaluationOptions(Options):
    """Everything a user can choose about an evaluation but the groups."""

    clips: int = option(
        1_000,
        "Measure N test clips: the first ones, or as many of each source (a "
        "video, a person) where the dataset declares sources.",
        low=1,
    )
    horizon: int | None = option(
        None,
        f"Frames to predict; if unset, {DEFAULT_HORIZON}, or as many as clips "
        "have after the context.",
        type=int,
        low=1,
    )
    samples: int = option(
        20,
        "Futures drawn for each clip, for a stochastic model.",
        low=2,
        high=10_000,
    )
    mig_samples: int = option(
        10_000,
        "Frames for the published MIG; 100,000 as published.",
        low=4,
        high=10_000_000,
    )
    drift_steps: int = option(
        100, "Frames of the long forecasts.", low=2, high=100_000
    )
    lpips: str | None = option(
        None,
        "Weights of LPIPS, as `python -m mipae_tf.metrics.convert_lpips` "
        "writes them; without them LPIPS is absent.",
        type=str,
        path=True,
    )
    fvd: str | None = option(
        None,
        "SavedModel that embeds videos, see docs/metrics.md; without it FVD "
        "is absent.",
        type=str,
        path=True,
    )
    seed: int = option(0, "Seed of every random draw.", low=0)
