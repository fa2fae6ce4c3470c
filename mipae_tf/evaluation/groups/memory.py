"""Whether a forecast is made or remembered."""

from mipae_tf.evaluation.absence import lacks
from mipae_tf.evaluation.absence import or_absent
from mipae_tf.evaluation.entries import psnr_entry
from mipae_tf.evaluation.findings import Findings
from mipae_tf.evaluation.groups.prediction import predictions
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.frames.nearest import nearest_clips
from mipae_tf.metrics.result import absent
from mipae_tf.visual.layouts import strip
from mipae_tf.visual.png import encode_png

CLIPS = 50
SHOWN = 3


def measure(subject: Subject) -> Findings:
    """`memory/psnr/ROW`: how near the nearest training clip is.

    PSNR between a row's frames and the nearest training clip, all frames of
    the horizon at once, at the same place in the clip. A forecast that is
    nearer to some training clip than the truth is, by far, is remembered.
    Rows are forecast and truth. The picture follows figure 10 of DRNET.
    """
    if subject.training is None:
        reason = f"{subject.clips.name} comes without training clips."
    else:
        reason = lacks(subject, "forecast")
    if reason:
        return Findings({"memory/psnr/forecast": absent(reason)})
    future = slice(subject.context, subject.context + subject.horizon)
    seen = subject.once(Subject.training_clips).video[: subject.trained_clips]
    seen = seen[:, future]
    rows = {
        "forecast": subject.once(predictions)["forecast"][:CLIPS],
        "truth": subject.future()[:CLIPS],
    }
    metrics, per_clip, nearest = {}, {}, {}
    for row, frames in rows.items():
        key = f"memory/psnr/{row}"
        nearest[row], errors = nearest_clips(frames, seen)
        per_clip[key] = errors[:, None]  # [clips, 1]
        metrics[key] = or_absent(
            psnr_entry,
            key,
            per_clip[key],
            subject.seed,
            by_step=False,
            better="none",
        ) | {"training_clips": len(seen)}
    remembered = seen[nearest["forecast"][:SHOWN]]
    triples = zip(
        rows["truth"][:SHOWN], rows["forecast"][:SHOWN], remembered, strict=True
    )
    shown = [frames for triple in triples for frames in triple]
    labels = ["truth", "forecast", "nearest"] * (len(shown) // 3)
    picture = encode_png(strip(shown, labels))
    return Findings(metrics, per_clip, {"nearest.png": picture})
