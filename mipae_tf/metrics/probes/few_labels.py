"""Classes predicted by classifiers that are given few labels."""

from collections.abc import Sequence

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from mipae_tf.data.sources import spread_order
from mipae_tf.metrics.checks import check_same_count
from mipae_tf.metrics.checks import checked_codes
from mipae_tf.metrics.disentanglement.scalings import standardisation
from mipae_tf.metrics.probes.classifier import Classifier
from mipae_tf.metrics.probes.classifier import Head

# Early stopping holds out one of this many parts of the labelled clips.
PARTS = 4


def labelled_subset(
    labels: np.ndarray,
    per_class: int | None,
    seed: int | Sequence[int],
    sources: np.ndarray | None = None,
) -> np.ndarray:
    """Random clips, equally many of each class.

    With the same seed, larger subsets contain the smaller ones. Where clips
    have sources, those of a class are taken from each of its sources in turn,
    so that few clips are of many sources.

    Args:
      labels: classes of the clips `[clips]`.
      per_class: number of clips of each class, of which no class may have
        fewer; None for all clips.
      seed: seed of the choice, one number or several.
      sources: the source of each clip, `[clips]`, or None.

    Returns:
      Sorted indices of clips.

    Raises:
      ValueError: if a class has fewer clips, or shapes do not match.
    """
    labels = np.asarray(labels)
    sources = np.arange(len(labels)) if sources is None else sources
    check_same_count(labels=labels, sources=sources)
    if per_class is None:
        return np.arange(len(labels))
    classes, counts = np.unique(labels, return_counts=True)
    if not 1 <= per_class <= counts.min():
        raise ValueError(
            f"per_class must be from 1 to {counts.min()}, the clips of the "
            f"rarest class, got {per_class}."
        )
    chosen = []
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(labels))
    for value in classes:
        own = order[labels[order] == value]
        chosen.append(own[spread_order(sources[own])[:per_class]])
    return np.sort(np.concatenate(chosen))


def predicted_classes(
    codes: np.ndarray,
    labels: np.ndarray,
    subsets: Sequence[np.ndarray],
    test_codes: np.ndarray,
    head: Head,
    *,
    seed: int,
    sources: np.ndarray | None = None,
) -> np.ndarray:
    """What classifiers predict that are trained on labelled subsets of clips.

    Each subset trains a classifier of its own. Codes are standardised with the
    moments of all training codes, which needs no labels. For early stopping, a
    quarter of the labelled clips is held out, of other sources than the clips
    that are trained on; where the rarest class has fewer than four labelled
    clips (or sources), none are held out.

    Args:
      codes: codes of the training clips `[clips, dimensions]`.
      labels: their classes `[clips]`.
      subsets: indices of the labelled clips, an array for each classifier.
        Every subset has at least two clips.
      test_codes: codes of the clips to classify `[test clips, dimensions]`.
      head: size and training of the classifiers.
      seed: seed of the initial weights and of training.
      sources: the source of each training clip, `[clips]`, or None.

    Returns:
      Classes `[subsets, test clips]`, values of `labels`.

    Raises:
      ValueError: if codes are not finite, there are fewer than four training
        or test clips, a subset has fewer than two, or shapes do not match.
    """
    codes = checked_codes("codes", codes)
    test_codes = checked_codes("test codes", test_codes)
    sources = np.arange(len(codes)) if sources is None else sources
    check_same_count(codes=codes, labels=labels, sources=sources)
    if test_codes.shape[1] != codes.shape[1]:
        raise ValueError(
            f"test codes must have {codes.shape[1]} dimensions, like the "
            f"training codes, got {test_codes.shape[1]}."
        )
    if min(map(len, subsets), default=2) < 2:
        raise ValueError("Every subset must have at least two labelled clips.")
    standardise = standardisation(codes)
    codes, test_codes = standardise(codes), standardise(test_codes)
    classes, labels = np.unique(labels, return_inverse=True)
    classifier = Classifier(codes.shape[1], len(classes), head)
    found = []
    generators = np.random.default_rng(seed).spawn(len(subsets))
    for subset, generator in zip(subsets, generators, strict=True):
        held_out = None
        if head.early_stopping:
            held_out = _held_out(labels[subset], sources[subset], generator)
        classifier.fit(codes[subset], labels[subset], generator, held_out)
        found.append(classes[classifier.predict(test_codes)])
    return np.stack(found)


def _held_out(
    labels: np.ndarray, sources: np.ndarray, generator: np.random.Generator
) -> np.ndarray | None:
    """Whether clips `[clips]` are held out; None where they are too few.

    No source is divided, and every class is among the clips that are trained
    on.
    """
    of_class = [
        len(np.unique(sources[labels == value])) for value in np.unique(labels)
    ]
    if min(of_class) < PARTS:
        return None
    folds = StratifiedGroupKFold(
        PARTS, shuffle=True, random_state=int(generator.integers(2**31))
    )
    trained, chosen = next(folds.split(labels, labels, sources))
    if len(np.unique(labels[trained])) < len(of_class):
        return None
    return np.isin(np.arange(len(labels)), chosen)
