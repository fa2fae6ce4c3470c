"""How few labelled clips a code needs: accuracy against their number."""

from collections.abc import Sequence

import numpy as np

from mipae_tf.metrics.checks import check_count
from mipae_tf.metrics.checks import check_same_count
from mipae_tf.metrics.checks import checked_codes
from mipae_tf.metrics.checks import label_ids
from mipae_tf.metrics.probes.probes import probe


def label_curve(
    codes: np.ndarray,
    labels: np.ndarray,
    groups: np.ndarray,
    counts: Sequence[int],
    *,
    seed: int,
    kind: str = "linear",
    draws: int = 5,
) -> dict[int, dict[str, float]]:
    """Accuracy of a probe on unseen clips, for each number of labelled clips.

    Each draw holds a random quarter of the clips back to test on, and labels
    the first n of the others, in random order: draws of more clips contain
    those of fewer. All frames of a clip are on one side. The measure follows
    DRNET (arXiv 1705.10915, section 5), which trains classifiers of actions on
    the codes of few subjects.

    Args:
      codes: of frames, `[samples, dimensions]`.
      labels: classes of the frames `[samples]`, or tuples
        `[samples, factors]`, of which each distinct row is one class.
      groups: which clip each frame is of `[samples]`, or tuples
        `[samples, keys]`. Where clips show one subject, give the subject.
      counts: numbers of labelled clips, each at least 1 and at most three
        quarters of the clips.
      seed: of the draws and of the probes.
      kind: of the probe, "linear" or "mlp", see `probe`.
      draws: how many times to draw, at least 2.

    Returns:
      For each count, over the draws: `mean` and `sd` (of a sample) of the test
      accuracy; and `chance`, the mean accuracy of always answering the class
      most frequent among the labelled frames.

    Raises:
      AbsentMetric: labels constant over the test clips of a draw.
      ValueError: codes that are not finite, shapes that do not match, counts
        or draws out of range, or fewer than four frames to train on.
    """
    codes = checked_codes("codes", codes)
    check_same_count(codes=codes, labels=labels, groups=groups)
    labels = label_ids("labels", labels)
    groups = label_ids("groups", groups)
    clips = groups.max() + 1
    most = clips - clips // 4
    for count in counts:
        if not 1 <= count <= most:
            raise ValueError(
                f"counts must be from 1 to {most}, three quarters of {clips} "
                f"clips, got {count}."
            )
    if len(counts) < 1 or clips < 4:
        raise ValueError(
            "A curve needs at least one count and four clips, got "
            f"{len(counts)} and {clips}."
        )
    if draws < 2:
        raise ValueError(f"draws must be at least 2, got {draws}.")
    scores = {int(count): [] for count in counts}
    for draw in np.random.default_rng(seed).spawn(draws):
        order = draw.permutation(clips)
        held_out, pool = np.split(order, [clips // 4])
        test = np.isin(groups, held_out)
        probe_seed = int(draw.integers(2**31))
        for count, found in scores.items():
            train = np.isin(groups, pool[:count])
            found.append(_scores(codes, labels, train, test, kind, probe_seed))
    return {count: _summary(np.array(found)) for count, found in scores.items()}


def _scores(
    codes: np.ndarray,
    labels: np.ndarray,
    train: np.ndarray,
    test: np.ndarray,
    kind: str,
    seed: int,
) -> tuple[float, float]:
    """Accuracy and chance of one draw."""
    known = labels[train]
    check_count("The frames of the labelled clips", len(known))
    if (known == known[0]).all() and np.ptp(labels[test]) > 0:
        # Few clips can be of one class, which is then all one can answer.
        score = float(np.mean(labels[test] == known[0]))
        return score, score
    result = probe(
        codes[train],
        known,
        categorical=True,
        seed=seed,
        kind=kind,
        test=(codes[test], labels[test]),
    )
    return result["score"], result["chance"]


def _summary(scores: np.ndarray) -> dict[str, float]:
    """Of scores `[draws, 2]`."""
    return {
        "mean": float(scores[:, 0].mean()),
        "sd": float(scores[:, 0].std(ddof=1)),
        "chance": float(scores[:, 1].mean()),
    }
