"""Mutual information of vector codes and discrete labels, after Ross (2014).

Source: B. C. Ross, "Mutual information between discrete and continuous data
sets", PLoS ONE 9(2), 2014, with k = 3: the estimate behind the published MIG
of MIPAE (arXiv 2011.08614, eq. 8).
"""

import dataclasses
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
from scipy.special import digamma

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.checks import check_same_count
from mipae_tf.metrics.checks import checked_codes
from mipae_tf.metrics.checks import label_ids
from mipae_tf.metrics.information import line_neighbours
from mipae_tf.metrics.information.neighbours import counts_within
from mipae_tf.metrics.information.neighbours import kth_neighbour_distances


def ross_mutual_information(
    codes: np.ndarray, labels: np.ndarray, neighbours: int = 3
) -> float:
    """Estimates I(codes; labels) in nats.

    For each sample i, let n_i be the number of samples with its label,
    k_i = min(neighbours, n_i - 1), d_i the Euclidean distance to its k_i-th
    nearest neighbour with the same label, and m_i the number of other samples
    within d_i, after moving the radius inward by one ulp. Labels that occur
    once are left out. Then I = ψ(n) + <ψ(k_i)> - <ψ(n_i)> - <ψ(m_i + 1)>,
    clipped at 0.

    The formula assumes that only the k-th neighbour is at its distance. If many
    codes are equal, the estimate can be anything from 0 to more than the
    entropy of the labels: apply `break_ties` first.

    Args:
      codes: `[samples, dimensions]`, used without rescaling. The estimate
        depends on the scale of each dimension.
      labels: discrete labels `[samples]`, or label tuples
        `[samples, factors]`, each distinct row of which is one label.
      neighbours: k, at least 1.

    Raises:
      AbsentMetric: if no label occurs twice.
      ValueError: if codes are not finite, there are fewer than four samples,
        or shapes do not match.
    """
    return ross_mutual_informations(codes, [labels], neighbours)[0]


def ross_mutual_informations(
    codes: np.ndarray,
    labelings: Sequence[np.ndarray],
    neighbours: int = 3,
    progress: Callable[[int, int], None] | None = None,
) -> list[float]:
    """Estimates I(codes; labels) in nats for several labelings of one code.

    Each value is that of `ross_mutual_information`. Labelings that keep the
    same samples share the neighbour search.

    Args:
      codes: `[samples, dimensions]`.
      labelings: sequence of labels `[samples]` or `[samples, factors]`.
      neighbours: k, at least 1.
      progress: called during each search with the number of samples done and
        the total. Not called for one-dimensional codes, which are fast.

    Raises:
      AbsentMetric: if no label of a labeling occurs twice.
      ValueError: as in `ross_mutual_information`.
    """
    terms = ross_terms(codes, labelings, neighbours, progress)
    return [max(0.0, float(term[~np.isnan(term)].mean())) for term in terms.T]


def ross_terms(
    codes: np.ndarray,
    labelings: Sequence[np.ndarray],
    neighbours: int = 3,
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """The term of each sample in the estimate of I(codes; labels), in nats.

    The estimate is the mean of the terms, clipped at 0. A term is
    ψ(n) + ψ(k_i) - ψ(n_i) - ψ(m_i + 1), with the symbols of
    `ross_mutual_information`. Resampling the terms gives intervals without
    another neighbour search, and without the exact copies that resampling the
    codes would create.

    Args:
      codes: `[samples, dimensions]`.
      labelings: sequence of labels `[samples]` or `[samples, factors]`.
      neighbours: k, at least 1.
      progress: called during each search with the number of samples done and
        the total. Not called for one-dimensional codes, which are fast.

    Returns:
      Float64 `[samples, labelings]`, NaN for samples that are left out because
      their label occurs once.

    Raises:
      AbsentMetric: if no label of a labeling occurs twice.
      ValueError: as in `ross_mutual_information`.
    """
    if neighbours < 1:
        raise ValueError(f"neighbours must be at least 1, got {neighbours}.")
    codes = checked_codes("codes", codes)
    for labels in labelings:
        check_same_count(codes=codes, labels=labels)
    labelings = [_LabelSizes.of(labels) for labels in labelings]
    sharing = {}
    for i, labels in enumerate(labelings):
        sharing.setdefault((labels.sizes > 1).tobytes(), []).append(i)
    terms = np.full((len(codes), len(labelings)), np.nan)
    for members in sharing.values():
        kept = labelings[members[0]].sizes > 1
        terms[np.ix_(kept, members)] = _kept_terms(
            codes[kept],
            [labelings[i].of_samples(kept) for i in members],
            neighbours,
            progress,
        )
    return terms


def ross_ceiling(labels: np.ndarray) -> float:
    """The estimate, in nats, for a code that separates all labels.

    It is ψ(n) - <ψ(n_i)> over the samples whose label occurs more than once,
    and lower than the entropy if most labels occur once or twice. Codes with
    exact copies can exceed it slightly, because moving the radius inward then
    excludes several neighbours at once.

    Args:
      labels: discrete labels `[samples]` or label tuples `[samples, factors]`.

    Raises:
      AbsentMetric: if no label occurs twice.
      ValueError: if there are fewer than four samples, or the shape is wrong.
    """
    sizes = _LabelSizes.of(labels).sizes
    sizes = sizes[sizes > 1]
    return float(digamma(len(sizes)) - digamma(sizes).mean())


@dataclasses.dataclass(frozen=True)
class _LabelSizes:
    ids: np.ndarray  # [samples], the labels as numbers
    sizes: np.ndarray  # [samples], how often the sample's label occurs

    @classmethod
    def of(cls, labels: np.ndarray) -> "_LabelSizes":
        ids = label_ids("labels", labels)
        sizes = np.bincount(ids)[ids]
        if sizes.max() < 2:
            raise AbsentMetric(
                f"All {len(ids)} samples have different labels, but the "
                "estimate needs at least two samples with the same label."
            )
        return cls(ids, sizes)

    def of_samples(self, kept: np.ndarray) -> "_LabelSizes":
        return _LabelSizes(self.ids[kept], self.sizes[kept])


def _kept_terms(
    codes: np.ndarray,
    labelings: list[_LabelSizes],
    neighbours: int,
    progress: Callable[[int, int], None] | None,
) -> np.ndarray:
    """Terms `[samples, labelings]`; every label occurs at least twice."""
    ids = [labels.ids for labels in labelings]
    sizes = np.stack([labels.sizes for labels in labelings], axis=1)
    others = _others_within(codes, ids, neighbours, progress)
    ranks = np.minimum(neighbours, sizes - 1)
    # All [samples, labelings].
    return (
        digamma(len(codes))
        + digamma(ranks)
        - digamma(sizes)
        - digamma(others + 1)
    )


def _others_within(
    codes: np.ndarray,
    labelings: list[np.ndarray],
    neighbours: int,
    progress: Callable[[int, int], None] | None,
) -> np.ndarray:
    """The m_i `[samples, labelings]` of `ross_mutual_information`."""
    if codes.shape[1] == 1:
        line = codes[:, 0]
        distances = [
            line_neighbours.kth_neighbour_distances(line, labels, neighbours)
            for labels in labelings
        ]
        radii = np.nextafter(np.stack(distances, axis=1), 0)
        return line_neighbours.counts_within(line, radii)
    distances = [
        kth_neighbour_distances(codes, labels, neighbours)
        for labels in labelings
    ]
    radii = np.nextafter(np.stack(distances, axis=1), 0)
    return counts_within(codes, radii, progress=progress)
