"""Whether forecasts are copies of training clips."""

import numpy as np

from mipae_tf.data.sources import some_clips
from mipae_tf.evaluation.entries import psnr_entry
from mipae_tf.evaluation.groups.prediction import predictions
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.frames.nearest import nearest_clips
from mipae_tf.visual.layouts import strip
from mipae_tf.visual.png import encode_png

# Clips that are searched for, and clips that are drawn.
SEARCHED_CLIPS = 50
DRAWN_CLIPS = 3


def compute(subject: Subject) -> Findings:
    """`memory/psnr/ROW`: how near the nearest training clip is.

    PSNR between a row's frames and the nearest training clip, over all frames
    of the horizon, at the same place in the clip. A forecast that is far
    nearer to some training clip than the truth is has been memorised. Rows
    are forecast and truth. The picture follows figure 10 of DRNET.
    """
    future = slice(subject.context, subject.context + subject.horizon)
    training = subject.once(Subject.training_clips)
    training = some_clips(training, subject.trained_clips).video[:, future]
    rows = {
        "forecast": subject.once(predictions)["forecast"][:SEARCHED_CLIPS],
        "truth": subject.future()[:SEARCHED_CLIPS],
    }
    metrics, per_clip, nearest = {}, {}, {}
    for row, frames in rows.items():
        key = f"memory/psnr/{row}"
        nearest[row], errors = nearest_clips(frames, training)
        per_clip[key] = errors[:, None]  # [clips, 1]
        found = psnr_entry(
            key, per_clip[key], subject, by_step=False, better="none"
        )
        metrics[key] = found | {"training_clips": len(training)}
    picture = _picture(rows, training[nearest["forecast"][:DRAWN_CLIPS]])
    return Findings(metrics, per_clip, {"nearest.png": picture})


GROUP = MetricGroup(
    compute,
    "Whether forecasts are copies of training clips: the nearest of them to "
    "each forecast, and to the truth.",
    keys=("memory",),
    needs=Needs(offers=("forecast",), training=True),
    absent_keys=("memory/psnr/forecast",),
    figures={"nearest.png": "Truth, forecast, and its nearest training clip."},
)


def _picture(rows: dict[str, np.ndarray], nearest: np.ndarray) -> bytes:
    truth, forecast = rows["truth"], rows["forecast"]
    triples = zip(
        truth[:DRAWN_CLIPS], forecast[:DRAWN_CLIPS], nearest, strict=True
    )
    frames = [video for triple in triples for video in triple]
    labels = ["truth", "forecast", "nearest"] * len(nearest)
    return encode_png(strip(frames, labels))
