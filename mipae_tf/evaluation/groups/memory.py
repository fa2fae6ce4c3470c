"""Whether forecasts are copies of training clips."""

import numpy as np

from mipae_tf.data import Clips
from mipae_tf.data.sources import some_rows
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
# Frames of training clips in memory at a time.
READ_BYTES = 2**26


def compute(subject: Subject) -> Findings:
    """`memory/psnr/ROW`: how near the nearest training clip is.

    PSNR between a row's frames and the nearest training clip, over all frames
    of the horizon, at the same place in the clip. A forecast that is far
    nearer to some training clip than the truth is has been memorised. Rows
    are forecast and truth. The picture follows figure 10 of DRNET.
    """
    future = slice(subject.context, subject.context + subject.horizon)
    training = subject.once(Subject.training_clips)
    trained = some_rows(training, subject.trained_clips)
    rows = {
        "forecast": subject.once(predictions)["forecast"][:SEARCHED_CLIPS],
        "truth": subject.future()[:SEARCHED_CLIPS],
    }
    metrics, per_clip, nearest = {}, {}, {}
    for row, frames in rows.items():
        key = f"memory/psnr/{row}"
        nearest[row], errors = _nearest(frames, training, trained, future)
        per_clip[key] = errors[:, None]  # [clips, 1]
        found = psnr_entry(
            key, per_clip[key], subject, by_step=False, better="none"
        )
        metrics[key] = found | {"training_clips": len(trained)}
    drawn = training.video[nearest["forecast"][:DRAWN_CLIPS], future]
    picture = _picture(rows, drawn)
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


def _nearest(
    frames: np.ndarray, training: Clips, trained: np.ndarray, future: slice
) -> tuple[np.ndarray, np.ndarray]:
    """As `nearest_clips`, among the clips with the indices `trained`.

    Only some of these are in memory at a time.
    """
    index = np.zeros(len(frames), np.int64)
    errors = np.full(len(frames), np.inf)
    step = max(1, READ_BYTES // frames[0].nbytes)
    for start in range(0, len(trained), step):
        part = trained[start : start + step]
        found, of_part = nearest_clips(frames, training.video[part, future])
        nearer = of_part < errors
        index = np.where(nearer, part[found], index)
        errors = np.where(nearer, of_part, errors)
    return index, errors


def _picture(rows: dict[str, np.ndarray], nearest: np.ndarray) -> bytes:
    truth, forecast = rows["truth"], rows["forecast"]
    triples = zip(
        truth[:DRAWN_CLIPS], forecast[:DRAWN_CLIPS], nearest, strict=True
    )
    frames = [video for triple in triples for video in triple]
    labels = ["truth", "forecast", "nearest"] * len(nearest)
    return encode_png(strip(frames, labels))
