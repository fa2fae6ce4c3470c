"""Classes of training clips to learn, and of held-out clips to predict."""

import dataclasses

import numpy as np

from mipae_tf.data import Clips
from mipae_tf.data import Factor
from mipae_tf.evaluation.probing import class_of_clips
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.checks import MIN_SAMPLES


@dataclasses.dataclass(frozen=True)
class LabelledClasses:
    """A class of each clip.

    Attributes:
        training: classes of the training clips `[training clips]`.
        test: classes of the held-out clips `[clips]`.
        sources: sources of the training clips, or None.
    """

    training: np.ndarray
    test: np.ndarray
    sources: np.ndarray | None

    @property
    def chance(self) -> float:
        """Accuracy of the best constant answer for the held-out clips."""
        counts = np.unique(self.test, return_counts=True)[1]
        return float(counts.max() / counts.sum())


def labelled_classes(
    clips: Clips, training: Clips, factor: Factor
) -> LabelledClasses:
    """The classes, if they can be learnt on some clips and scored on others.

    Args:
        clips: held-out clips, with a class of whole clips.
        training: clips of the training split.
        factor: the class.

    Raises:
        AbsentMetric: there are too few clips; all held-out clips are of one
            class, or of one source; some of their classes or all classes but
            one are in no training clip; the training clips have no class of
            whole clips; or a source is in both splits.
    """
    name = factor.name
    known = None
    if name in training.values:
        known = class_of_clips(training, factor)
    if known is None:
        raise AbsentMetric(f"{training.name} has no {name} of whole clips.")
    for each in (training, clips):
        if len(each) < MIN_SAMPLES:
            raise AbsentMetric(
                f"{each.name} has {len(each)} clips; at least {MIN_SAMPLES} "
                "are needed."
            )
    true = class_of_clips(clips, factor)
    classes = np.unique(true)
    if len(classes) < 2:
        raise AbsentMetric(f"All held-out clips have the same {name}.")
    unknown = np.setdiff1d(classes, known)
    if len(unknown):
        raise AbsentMetric(
            f"{len(unknown)} of the {len(classes)} classes of {name} in the "
            "held-out clips are in no training clip."
        )
    _check_sources(clips, training)
    return LabelledClasses(known, true, training.sources)


def _check_sources(clips: Clips, training: Clips) -> None:
    if clips.sources is None or training.sources is None:
        return
    sources = np.unique(clips.sources)
    if len(sources) < 2:
        raise AbsentMetric(
            "All held-out clips are of one source, so they cannot show whether "
            "classes are recognised in others."
        )
    divided = np.intersect1d(sources, training.sources)
    if len(divided):
        raise AbsentMetric(
            f"{len(divided)} of the {len(sources)} sources of held-out clips "
            "are also sources of training clips."
        )
