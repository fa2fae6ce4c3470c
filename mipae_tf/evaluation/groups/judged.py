"""What a classifier trained on real frames, the judge, sees in drawn ones."""

import numpy as np

from mipae_tf.evaluation.entries import absent_entries
from mipae_tf.evaluation.entries import entries_or_reason
from mipae_tf.evaluation.entries import mean_entry
from mipae_tf.evaluation.groups.prediction import ROW_NEEDS
from mipae_tf.evaluation.groups.prediction import predictions
from mipae_tf.evaluation.groups.swap import SWAP_NEEDS
from mipae_tf.evaluation.groups.swap import Swaps
from mipae_tf.evaluation.groups.swap import make_swaps
from mipae_tf.evaluation.judges import make_judge
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import missing_need
from mipae_tf.evaluation.subject import Subject
from mipae_tf.judging.judge import Judge
from mipae_tf.judging.judgements import balanced_clips
from mipae_tf.judging.judgements import judgement
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.result import entry

# Scores of swaps, and which values of each are better.
SWAP_SCORES = {
    "inception_score": "higher",
    "h_y_given_x": "lower",
    "h_y": "higher",
    "consistency": "higher",
}
FEWEST_CLIPS = 4


def compute(subject: Subject) -> Findings:
    """`judged/…` of forecasts and swaps, and `position/error/ROW`.

    `judged/real/FACTOR` is the judge's own accuracy on held-out frames, the
    limit of what every other row can show. `judged/forecast/FACTOR`: how often
    the judge sees the clip's own class, per step. `judged/swap/FACTOR`: how
    often a swapped frame has the class of the clip that gave its content.
    `judged/swap_NAME/FACTOR` are the Inception score, H(y|x) and H(y) in nats
    on equally many clips of each class, and how often the judge sees the class
    that it sees in the original. `position/error/ROW` is the distance, in
    steps of the factor, between an object's judged and true position, the mean
    over objects; ROW is real, forecast, copy_last, oracle and swap.

    Raises:
        AbsentMetric: no judge.
    """
    judge = subject.once(make_judge)
    future = slice(subject.context, subject.context + subject.horizon)
    findings = _judged(subject, judge, "real", subject.future(), future)
    rows = subject.once(predictions)
    for row in ("forecast", "copy_last", "oracle"):
        if rows[row] is not None:
            findings |= _judged(subject, judge, row, rows[row], future)
        else:
            reason = missing_need(subject, ROW_NEEDS[row])
            findings |= Findings(absent_entries([f"judged/{row}"], reason))
    reason = missing_need(subject, SWAP_NEEDS)
    if reason is not None:
        return findings | Findings(absent_entries(["judged/swap"], reason))
    swaps = subject.once(make_swaps)
    findings |= _judged(
        subject, judge, "swap", swaps.drawn, swaps.times, pose_of_next=True
    )
    return findings | _scored_swaps(subject, judge, swaps)


GROUP = MetricGroup(
    compute,
    "What a classifier trained on real frames sees in forecasts and swaps, and "
    "how far objects are from where they should be.",
    keys=("judged", "position"),
    # What a judge needs, `make_judge` says.
    absent_keys=("judged/real", "position/error/forecast"),
)


def _judged(
    subject: Subject,
    judge: Judge,
    row: str,
    frames: np.ndarray,
    times: slice | np.ndarray,
    pose_of_next: bool = False,
) -> Findings:
    """Accuracy of classes and position errors in drawn frames.

    Args:
        subject: what is evaluated.
        judge: of the subject's data.
        row: name of the frames in keys.
        frames: uint8 `[clips, time, height, width, channel]`.
        times: the frames of the clips that these show.
        pose_of_next: whether poses are those of the next clip, as in swaps.
    """
    clips, shape = subject.clips, frames.shape[:2]
    shift, by_step = -int(pose_of_next), not pose_of_next
    classes, positions = judge.judge(frames.reshape(-1, *clips.frame_shape))
    metrics, per_clip = {}, {}
    for name, probabilities in classes.items():
        key = f"judged/{row}/{name}"
        judged = probabilities.argmax(axis=1).reshape(shape)  # [clips, time]
        if name in clips.content:
            true = clips.content[name][:, None]
        else:
            true = np.roll(clips.pose[name], shift, axis=0)[:, times]
        per_clip[key] = (judged == true).astype(np.float32)
        metrics[key] = mean_entry(
            key, per_clip[key], subject, by_step, better="higher"
        )
    key = f"position/error/{row}"
    errors = _position_errors(subject, positions, shape, times, shift)
    if errors is None:
        reason = f"{clips.name} has no positions."
        return Findings(metrics | absent_entries([key], reason), per_clip)
    metrics[key] = mean_entry(key, errors, subject, by_step, better="lower")
    return Findings(metrics, {**per_clip, key: errors})


def _position_errors(
    subject: Subject,
    positions: dict[str, np.ndarray],
    shape: tuple[int, int],
    times: slice | np.ndarray,
    shift: int,
) -> np.ndarray | None:
    """Distances `[clips, time]`, the mean over objects; None without any."""
    values, distances = subject.clips.values, []
    for names in subject.clips.objects().values():
        gaps = [
            positions[name].reshape(shape)
            - np.roll(values[name], shift, axis=0)[:, times]
            for name in names.values()
            if name in positions
        ]  # of each coordinate, [clips, time]
        if gaps:
            distances.append(np.linalg.norm(gaps, axis=0))
    return np.mean(distances, axis=0) if distances else None


def _scored_swaps(subject: Subject, judge: Judge, swaps: Swaps) -> Findings:
    """The literature's scores of swaps, on one frame of each clip."""
    clips = subject.clips
    drawn = judge.judge(swaps.drawn[:, -1])[0]
    original = judge.judge(clips.video[:, subject.context - 1])[0]
    metrics = {}
    for name in (n for n in judge.classes if n in clips.content):
        metrics |= entries_or_reason(
            [f"judged/swap_{score}/{name}" for score in SWAP_SCORES],
            _swap_scores,
            name,
            clips.content[name],
            drawn[name],
            original[name],
            subject.seed,
        )
    return Findings(metrics)


def _swap_scores(
    name: str,
    labels: np.ndarray,
    drawn: np.ndarray,
    original: np.ndarray,
    seed: int,
) -> dict[str, dict]:
    chosen = balanced_clips(labels, seed)
    if len(chosen) < FEWEST_CLIPS:
        raise AbsentMetric(f"Only {len(chosen)} clips have balanced {name}.")
    found = judgement(drawn[chosen], labels[chosen], original[chosen])
    metrics = {}
    for score, better in SWAP_SCORES.items():
        key = f"judged/swap_{score}/{name}"
        metrics[key] = entry(
            key, found[score], count=len(chosen), better=better
        )
    return metrics
