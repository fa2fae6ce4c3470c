"""Accuracy of a probe as a function of the number of labelled clips."""

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

    Each draw holds out a random quarter of the clips for testing, and labels
    the first n of the others in random order, so that larger sets contain the
    smaller ones. All frames of a clip are in the same part. The protocol
    follows DRNET (arXiv 1705.10915, section 5), which trains action classifiers
    on the codes of few subjects.

    Args:
      codes: codes of frames, `[samples, dimensions]`.
      labels: classes of the frames `[samples]`, or tuples
        `[samples, factors]`, each distinct row of which is one class.
      groups: the clip of each frame `[samples]`, or tuples `[samples, keys]`.
        If several clips show the same subject, pass the subject instead.
      counts: numbers of labelled clips, each at least 1 and at most three
        quarters of the clips.
      seed: seed of the draws and of the probes.
      kind: kind of probe, "linear" or "mlp", see `probe`.
      draws: number of draws, at least 2.

    Returns:
      For each count, over the draws: `mean` and `sd` (sample standard
      deviation) of the test accuracy; and `chance`, the mean accuracy of
      predicting the most frequent class among the labelled frames.

    Raises:
      AbsentMetric: if labels are constant over the test clips of a draw.
      ValueError: if codes are not finite, shapes do not match, counts or draws
        are out of range, or there are fewer than four frames to train on.
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
                f"counts must be from 1 to {most}, three quarters of the "
                f"{clips} clips, got {count}."
            )
    if len(counts) < 1 or clips < 4:
        raise ValueError(
            "A curve needs at least one count and four clips (or sources of "
            f"clips), got {len(counts)} and {clips}."
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
        # Few clips may have a single class, which is then always predicted.
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
    """Mean, standard deviation and chance of scores `[draws, 2]`."""
    return {
        "mean": float(scores[:, 0].mean()),
        "sd": float(scores[:, 0].std(ddof=1)),
        "chance": float(scores[:, 1].mean()),
    }
