"""What a judge trained on real frames sees in drawn ones."""

import numpy as np

from mipae_tf.evaluation.absence import or_absent
from mipae_tf.evaluation.entries import mean_entry
from mipae_tf.evaluation.findings import Findings
from mipae_tf.evaluation.groups.prediction import predictions
from mipae_tf.evaluation.groups.prediction import why_no_row
from mipae_tf.evaluation.groups.swap import make_swaps
from mipae_tf.evaluation.groups.swap import why_no_swap
from mipae_tf.evaluation.judges import make_judge
from mipae_tf.evaluation.subject import Subject
from mipae_tf.judging.judgements import balanced_clips
from mipae_tf.judging.judgements import judgement
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.result import absent
from mipae_tf.metrics.result import entry

# Scores of swaps, and which values of each are better.
SCORES = {
    "inception_score": "higher",
    "h_y_given_x": "lower",
    "h_y": "higher",
    "consistency": "higher",
}


def measure(subject: Subject) -> Findings:
    """`judged/…` of forecasts and swaps, and `position/error/ROW`.

    `judged/real/FACTOR` is the judge's own accuracy on held-out frames: no
    other row can mean more than it allows. `judged/forecast/FACTOR`: how often
    a class is still the clip's, per step. `judged/swap/FACTOR`: how often a
    swapped frame has the class of the clip that gave its content;
    `judged/swap_NAME/FACTOR` are the Inception score, H(y|x) and H(y) in nats
    on equally many clips of each class, and how often the judge names the
    class that it names in the original. `position/error/ROW` is the distance,
    in steps of the factor, between an object's judged and true position, the
    mean over objects; ROW is real, forecast, copy_last, oracle and swap.
    """
    try:
        judge = subject.once(make_judge)
    except AbsentMetric as reason:
        keys = ("judged/real", "position/error/forecast")
        return Findings({key: absent(str(reason)) for key in keys})
    context, end = subject.context, subject.context + subject.horizon
    future = slice(context, end)
    findings = _judged(subject, judge, "real", subject.future(), future, 0)
    rows = subject.once(predictions)
    for row in ("forecast", "copy_last", "oracle"):
        if rows[row] is not None:
            findings |= _judged(subject, judge, row, rows[row], future, 0)
        else:
            reason = why_no_row(subject, row)
            findings |= Findings({f"judged/{row}": absent(reason)})
    reason = why_no_swap(subject)
    if reason:
        return findings | Findings({"judged/swap": absent(reason)})
    swaps = subject.once(make_swaps)
    findings |= _judged(subject, judge, "swap", swaps.drawn, swaps.times, 1)
    return findings | _scored_swaps(subject, judge, swaps)


def _judged(
    subject: Subject, judge, row: str, frames, times, lent: int
) -> Findings:
    """Kept classes and position errors of frames `[clips, time, …]`.

    Args:
        subject: what is evaluated.
        judge: of the subject's data.
        row: what the frames are.
        frames: uint8 `[clips, time, height, width, channel]`.
        times: which frames of the clips these stand for.
        lent: poses are those of the clip so many further on.
    """
    clips, shape = subject.clips, frames.shape[:2]
    classes, places = judge.judge(frames.reshape(-1, *clips.frame_shape))
    metrics, per_clip, by_step = {}, {}, not lent
    for name, probabilities in classes.items():
        key = f"judged/{row}/{name}"
        named = probabilities.argmax(axis=1).reshape(shape)  # [clips, time]
        if name in clips.content:
            true = clips.content[name][:, None]
        else:
            true = np.roll(clips.pose[name], -lent, axis=0)[:, times]
        per_clip[key] = (named == true).astype(np.float32)
        metrics[key] = or_absent(
            mean_entry,
            key,
            per_clip[key],
            subject.seed,
            by_step,
            better="higher",
        )
    key = f"position/error/{row}"
    errors = _position_errors(subject, places, shape, times, lent)
    if errors is None:
        reason = f"{clips.name} knows no positions."
        return Findings({**metrics, key: absent(reason)}, per_clip)
    metrics[key] = or_absent(
        mean_entry, key, errors, subject.seed, by_step, better="lower"
    )
    return Findings(metrics, {**per_clip, key: errors})


def _position_errors(subject, places, shape, times, lent):
    """Distances `[clips, time]`, the mean over objects, or None."""
    values, distances = subject.clips.values, []
    for names in subject.clips.objects().values():
        gaps = [
            places[name].reshape(shape)
            - np.roll(values[name], -lent, axis=0)[:, times]
            for name in names.values()
            if name in places
        ]  # of each coordinate, [clips, time]
        if gaps:
            distances.append(np.linalg.norm(gaps, axis=0))
    return np.mean(distances, axis=0) if distances else None


def _scored_swaps(subject: Subject, judge, swaps) -> Findings:
    """The literature's scores of swaps, on one frame of each clip."""
    clips = subject.clips
    drawn = judge.judge(swaps.drawn[:, -1])[0]
    original = judge.judge(clips.video[:, subject.context - 1])[0]
    metrics = {}
    for name in (n for n in judge.classes if n in clips.content):
        keys = {part: f"judged/swap_{part}/{name}" for part in SCORES}
        labels = clips.content[name]
        try:
            chosen = balanced_clips(labels, subject.seed)
        except AbsentMetric as reason:
            metrics |= {key: absent(str(reason)) for key in keys.values()}
            continue
        if len(chosen) < 4:
            reason = f"Only {len(chosen)} clips have balanced {name}."
            metrics |= {key: absent(reason) for key in keys.values()}
            continue
        found = judgement(
            drawn[name][chosen], labels[chosen], original[name][chosen]
        )
        for part, key in keys.items():
            metrics[key] = entry(
                key, found[part], count=len(chosen), better=SCORES[part]
            )
    return Findings(metrics)
