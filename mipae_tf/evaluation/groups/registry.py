"""The groups of metrics, in the order in which they are measured."""

import dataclasses
from collections.abc import Callable

from mipae_tf.evaluation.findings import Findings
from mipae_tf.evaluation.groups import bounces
from mipae_tf.evaluation.groups import downstream
from mipae_tf.evaluation.groups import drift
from mipae_tf.evaluation.groups import evidence
from mipae_tf.evaluation.groups import factors
from mipae_tf.evaluation.groups import independence
from mipae_tf.evaluation.groups import judged
from mipae_tf.evaluation.groups import leak
from mipae_tf.evaluation.groups import memory
from mipae_tf.evaluation.groups import mig
from mipae_tf.evaluation.groups import prediction
from mipae_tf.evaluation.groups import scores
from mipae_tf.evaluation.groups import swap
from mipae_tf.evaluation.groups import traversal
from mipae_tf.evaluation.subject import Subject


@dataclasses.dataclass(frozen=True)
class Group:
    """Metrics that are measured together.

    Attributes:
        measure: measures them on a subject.
        about: what they tell, one sentence for reports and help.
        keys: first segments of the keys that it writes.
        figures: names of the figures that it may write, and what they show.
    """

    measure: Callable[[Subject], Findings]
    about: str
    keys: tuple[str, ...]
    figures: dict[str, str] = dataclasses.field(default_factory=dict)


GROUPS: dict[str, Group] = {
    "prediction": Group(
        prediction.measure,
        "How close forecasts are to the truth, frame by frame, beside the "
        "last frame repeated, black frames, and the true poses decoded.",
        ("prediction",),
        {
            "forecast.gif": "Truth and forecast, side by side.",
            "forecast.png": "Truth and forecast, frame by frame.",
            "samples.gif": "Truth and several futures that the model draws.",
            "psnr.png": "PSNR of each predicted frame, with 95 % intervals.",
            "ssim.png": "SSIM of each predicted frame, with 95 % intervals.",
            "lpips.png": "LPIPS of each predicted frame, with 95 % intervals.",
        },
    ),
    "evidence": Group(
        evidence.measure,
        "How probable the model finds held-out clips: the evidence lower bound "
        "or the log-likelihood in nats, of models that have one.",
        ("elbo", "log_likelihood"),
    ),
    "swap": Group(
        swap.measure,
        "Content of one clip with the pose of another, against the drawn "
        "truth.",
        ("swap",),
        {"swap.png": "Contents (rows) with the poses of others (columns)."},
    ),
    "leak": Group(
        leak.measure,
        "What probes read of each factor from each latent: what should be "
        "there (read), what should not (leak), and both as shares of what the "
        "whole code tells (ratio).",
        ("leak", "read", "ratio"),
    ),
    "mig": Group(mig.measure, mig.BLINDNESS, ("mig",)),
    "scores": Group(
        scores.measure,
        "Scores of disentanglement from the literature, on latents (blocks) "
        "and on single dimensions (dims), and nats of information.",
        ("scores", "information"),
        {"information.png": "Share of each factor that each latent tells."},
    ),
    "judged": Group(
        judged.measure,
        "What a classifier trained on real frames sees in forecasts and "
        "swaps, and how far objects are from where they should be.",
        ("judged", "position"),
    ),
    "independence": Group(
        independence.measure,
        "Whether parts of the code depend on their own past alone.",
        ("independence",),
        {"correlation.png": "Correlation of the code with its own past."},
    ),
    "factors": Group(
        factors.measure,
        "Which object each factor of the code holds, and what is seen to move "
        "when it goes on alone.",
        ("factors",),
        {
            "factors.gif": "Each factor goes along with the clip by itself, "
            "the others stay as in its first frame.",
            "factors.png": "How well each object's position is read from each "
            "factor.",
        },
    ),
    "bounces": Group(
        bounces.measure,
        "Whether samples after a wall that turns things at random spread as "
        "the law of the data says.",
        ("bounce",),
    ),
    "drift": Group(
        drift.measure,
        "What becomes of forecasts far beyond the horizon: 1 is as in real "
        "clips.",
        ("drift",),
        {
            "drift.png": "Forecasts after 1, 2, 5, 10, 20, 50, 100 … frames.",
            "drift_curves.png": "Sharpness, motion and kept classes.",
        },
    ),
    "memory": Group(
        memory.measure,
        "Whether forecasts are copies of training clips: the nearest of them "
        "to each forecast, and to the truth.",
        ("memory",),
        {"nearest.png": "Truth, forecast, and its nearest training clip."},
    ),
    "downstream": Group(
        downstream.measure,
        "Accuracy of a linear classifier from few labelled clips.",
        ("downstream",),
        {"labels.png": "Accuracy against the number of labelled clips."},
    ),
    "traversal": Group(
        traversal.measure,
        "What each dimension of the code does to the picture.",
        ("traversal",),
        {
            "traversal.png": "One dimension a row, two standard deviations to "
            "both sides.",
            "interpolation.png": "From one pose, and one content, to another.",
        },
    ),
}
