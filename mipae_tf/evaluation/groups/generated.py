"""What the judge sees in clips that are generated without a context."""

from collections.abc import Callable

import numpy as np

from mipae_tf.evaluation.entries import absent_entries
from mipae_tf.evaluation.judges import make_judge
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.needs import missing_need
from mipae_tf.evaluation.subject import Subject
from mipae_tf.judging.judge import Judge
from mipae_tf.judging.judgements import judgement
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.bootstrap import bootstrap_interval
from mipae_tf.metrics.result import entry
from mipae_tf.models.frame_values import to_uint8
from mipae_tf.visual.animation import encode_gif
from mipae_tf.visual.layouts import strip
from mipae_tf.visual.png import encode_png
from mipae_tf.visual.side_by_side import side_by_side

GENERATED_CLIPS = 200
DRAWN_CLIPS = 8
# Contents and motions of the grid, and those that are drawn.
CONTENTS, MOTIONS = 16, 8
DRAWN_CONTENTS, DRAWN_MOTIONS = 3, 2
GRID_NEEDS = Needs(offers=("generate_grid",))
SAMPLE_KEYS = ("generated/inception_score", "generated/class_distance")
GRID_KEYS = ("generated/content_kept", "generated/motion_kept")


def compute(subject: Subject) -> Findings:
    """`generated/…` of clips as long as context and horizon, with pictures.

    Of `GENERATED_CLIPS` clips, `generated/inception_score/FACTOR` is the
    Inception score of the judge on the middle frames, and
    `generated/class_distance/FACTOR` is the total variation distance between
    the classes that the judge sees in all their frames and in all true frames,
    in [0, 1].

    A model that offers `generate_grid` draws every content with every motion.
    `generated/content_kept/FACTOR`, of a class of clips, is how often two clips
    of one content and two motions show the same class. For a class of frames,
    `generated/motion_kept/FACTOR` is how often two clips of one motion and two
    contents show the same class at the same time. For positions,
    `generated/motion_kept/displacement` is the distance between the
    displacements of an object, since the first frame, in two such clips, the
    mean over objects, in steps of the position. `chance` is the same of two
    clips that share neither content nor motion.
    """
    length = subject.context + subject.horizon
    clips = subject.generate(GENERATED_CLIPS, length)
    figures = _figures(clips[:DRAWN_CLIPS])
    grid, reason = None, missing_need(subject, GRID_NEEDS)
    if reason is None:
        grid = _grid(subject, length)
        figures["generated_grid.png"] = _grid_picture(grid)
    findings = Findings({}, figures=figures)
    try:
        judge = subject.once(make_judge)
    except AbsentMetric as no_judge:
        keys = (*SAMPLE_KEYS, *GRID_KEYS)
        return findings | Findings(absent_entries(keys, no_judge))
    metrics = _scores_of_samples(subject, judge, clips)
    if grid is None:
        return findings | Findings(metrics | absent_entries(GRID_KEYS, reason))
    return findings | Findings(metrics | _scores_of_grid(subject, judge, grid))


GROUP = MetricGroup(
    compute,
    "What a classifier trained on real frames sees in clips that are generated "
    "without a context, and what stays if content or motion is drawn anew.",
    keys=("generated",),
    needs=Needs(offers=("generate",)),
    absent_keys=SAMPLE_KEYS,
    figures={
        "generated.gif": "Generated clips.",
        "generated.png": "Generated clips, frame by frame.",
        "generated_grid.png": "Every content with every motion.",
    },
)


def _figures(clips: np.ndarray) -> dict[str, bytes]:
    return {
        "generated.gif": encode_gif(side_by_side([clips]), fps=6),
        "generated.png": encode_png(strip(list(clips))),
    }


def _grid(subject: Subject, length: int) -> np.ndarray:
    """uint8 `[contents, motions, length, height, width, channel]`."""
    grid = subject.model.generate_grid(CONTENTS, MOTIONS, length, subject.seed)
    return np.asarray(to_uint8(grid))


def _grid_picture(grid: np.ndarray) -> bytes:
    """A row for each content and motion."""
    shown = grid[:DRAWN_CONTENTS, :DRAWN_MOTIONS]
    labels = [
        f"content {content + 1}, motion {motion + 1}"
        for content, motion in np.ndindex(shown.shape[:2])
    ]
    return encode_png(strip(list(shown.reshape(-1, *grid.shape[2:])), labels))


def _scores_of_samples(
    subject: Subject, judge: Judge, clips: np.ndarray
) -> dict[str, dict]:
    """Inception scores, and distances of the classes from the true ones."""
    frame = clips.shape[2:]
    drawn, _ = judge.judge(clips.reshape(-1, *frame))
    true, _ = judge.judge(subject.clips.video.reshape(-1, *frame))
    metrics = {}
    for name, probabilities in drawn.items():
        by_time = probabilities.reshape(*clips.shape[:2], -1)
        middle = by_time[:, clips.shape[1] // 2]  # [clips, classes]
        score = judgement(middle, middle.argmax(axis=1))["inception_score"]
        key = f"generated/inception_score/{name}"
        metrics[key] = entry(key, score, count=len(clips), better="higher")
        apart = _class_shares(probabilities) - _class_shares(true[name])
        distance = 0.5 * np.abs(apart).sum()
        key = f"generated/class_distance/{name}"
        metrics[key] = entry(key, distance, count=len(clips), better="lower")
    return metrics


def _class_shares(probabilities: np.ndarray) -> np.ndarray:
    """Share of the frames whose most likely class is each, `[classes]`."""
    count = probabilities.shape[1]
    return np.bincount(probabilities.argmax(axis=1), minlength=count) / len(
        probabilities
    )


def _scores_of_grid(
    subject: Subject, judge: Judge, grid: np.ndarray
) -> dict[str, dict]:
    """What stays if the motion, or the content, is drawn anew."""
    shape = grid.shape[:3]  # contents, motions, time
    classes, places = judge.judge(grid.reshape(-1, *grid.shape[3:]))
    metrics = {}
    for name, probabilities in classes.items():
        seen = np.eye(probabilities.shape[1])[probabilities.argmax(axis=1)]
        seen = seen.reshape(*shape, -1)  # one-hot classes
        if name in subject.clips.content:
            key, better = f"generated/content_kept/{name}", "higher"
            shares = seen.mean(axis=2)  # [contents, motions, classes]
            alike = _pairs(shares, lambda a, b: (a * b).sum(axis=-1))
        else:
            key, better = f"generated/motion_kept/{name}", "higher"
            alike = _pairs(
                seen.swapaxes(0, 1),
                lambda a, b: (a * b).sum(axis=-1).mean(axis=-1),
            )
        metrics[key] = _kept_entry(key, alike, subject.seed, better)
    moved = _displacements(subject, places, shape)
    key = "generated/motion_kept/displacement"
    if moved is None:
        reason = f"{subject.clips.name} has no positions."
        return metrics | absent_entries([key], reason)
    apart = _pairs(
        moved.swapaxes(0, 1),
        lambda a, b: np.linalg.norm(a - b, axis=-1).mean(axis=(-2, -1)),
    )
    metrics[key] = _kept_entry(key, apart, subject.seed, "lower")
    return metrics


def _displacements(
    subject: Subject, places: dict[str, np.ndarray], shape: tuple[int, ...]
) -> np.ndarray | None:
    """`[contents, motions, time, objects, 2]`; None without positions.

    The second coordinate is 0 if an object has only one.
    """
    found = []
    for names in subject.clips.objects().values():
        known = [
            places[x].reshape(shape) for x in names.values() if x in places
        ]
        if known:
            known = [*known, np.zeros(shape)][:2]
            found.append(np.stack(known, axis=-1))
    if not found:
        return None
    positions = np.stack(found, axis=-2)
    return positions - positions[:, :, :1]


def _pairs(
    seen: np.ndarray, compare: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> tuple[np.ndarray, float]:
    """Compares clips that share what is kept, and clips that share nothing.

    Args:
        seen: `[kept, drawn, ...]`: clips by what is kept and what is drawn
            anew.
        compare: `([..., *rest], [..., *rest]) -> [...]`.

    Returns:
        Means over pairs of one kept and two drawn anew, `[kept]`; and the mean
        over pairs that differ in both.
    """
    kept, drawn = seen.shape[:2]
    same, other = [], []
    for shift in range(1, drawn):
        moved = np.roll(seen, -shift, axis=1)
        same.append(compare(seen, moved))  # [kept, drawn]
        for change in range(1, kept):
            other.append(compare(seen, np.roll(moved, -change, axis=0)))
    return np.mean(same, axis=(0, 2)), float(np.mean(other))


def _kept_entry(
    key: str, found: tuple[np.ndarray, float], seed: int, better: str
) -> dict:
    values, chance = found
    interval = bootstrap_interval(lambda x: x.mean(axis=-1), values, seed)
    made = entry(
        key,
        values.mean(),
        count=len(values),
        interval=interval,
        better=better,
    )
    return made | {"chance": chance}
