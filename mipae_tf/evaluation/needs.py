"""What metrics need, and the one place that says what is missing."""

import dataclasses
from collections.abc import Iterator

from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.models import VideoModel
from mipae_tf.models.context import FRAME_FIELDS

# For each ability of a builder: the attribute that tells whether it has it, and
# the message for data whose builder has not.
BUILDER_ABILITIES = {
    "render": ("render", "{} cannot render the true frames of a swap."),
    "static": (
        "has_static",
        "{} cannot render frames of independent factors.",
    ),
    "futures": (
        "has_futures",
        "Objects of {} do not leave walls in random directions.",
    ),
}
# Names of kinds of factors in messages.
PLURALS = {
    "any": "factors",
    "class": "classes",
    "scalar": "scalars",
    "position": "positions",
    "angle": "angles",
}


@dataclasses.dataclass(frozen=True)
class Needs:
    """What must be there for a metric to have a value.

    Attributes:
        offers: what the model must offer, keys of `CAPABILITIES`.
        roles: the model must have a latent of each of these roles.
        any_role: the model must have a latent of at least one of these roles.
        object_latents: whether the model must have a latent with a code for
            each object of every frame.
        stochastic: whether the model must be stochastic.
        factors: the kind of factor that the data must have: `any`, `class`,
            `scalar`, `angle`, or `position` (per frame).
        streams: streams that the clips must have.
        frames: frames that the clips must have at least.
        context: frames of context that there must be at least.
        builder: what the builder must be able to do, keys of
            `BUILDER_ABILITIES`.
        training: whether the clips of the training split are needed.
    """

    offers: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    any_role: tuple[str, ...] = ()
    object_latents: bool = False
    stochastic: bool = False
    factors: str | None = None
    streams: tuple[str, ...] = ()
    frames: int = 1
    context: int = 1
    builder: tuple[str, ...] = ()
    training: bool = False


def missing_need(subject: Subject, needs: Needs) -> str | None:
    """A sentence that says what is missing; None where nothing is.

    The first missing thing is named, the model's before the data's.
    """
    return next(_missing(subject, needs), None)


def require(subject: Subject, needs: Needs) -> None:
    """Checks the needs of a metric.

    Raises:
        AbsentMetric: with the sentence of `missing_need`.
    """
    reason = missing_need(subject, needs)
    if reason is not None:
        raise AbsentMetric(reason)


def _missing(subject: Subject, needs: Needs) -> Iterator[str]:
    yield from _missing_in_model(subject.model, subject.clips.name, needs)
    for ability in needs.builder:
        attribute, sentence = BUILDER_ABILITIES[ability]
        if not getattr(subject.builder, attribute, False):
            yield sentence.format(subject.clips.name)
    yield from _missing_in_clips(subject, needs)
    if subject.context < needs.context:
        yield (
            f"At least {needs.context} frames of context are needed; there "
            f"are {subject.context}."
        )
    if needs.training and subject.training is None:
        yield f"{subject.clips.name} comes without training clips."


def _missing_in_model(
    model: VideoModel, clips: str, needs: Needs
) -> Iterator[str]:
    for capability in needs.offers:
        if not model.offers(capability):
            yield model.not_offered(capability)
    unknown = sorted(set(model.TAKES) - set(FRAME_FIELDS))
    if "forecast" in needs.offers and unknown:
        yield (
            f"{model.title} takes {' and '.join(unknown)}, which {clips} does "
            "not have."
        )
    for role in needs.roles:
        if not model.latents_of(role):
            yield f"{model.title} has no {role} latent."
    if needs.any_role and not model.latents_of(*needs.any_role):
        yield f"{model.title} has no {' or '.join(needs.any_role)} latent."
    of_objects = [x for x in model.latents if x.objects and x.per_frame]
    if needs.object_latents and not of_objects:
        yield f"{model.title} has no latent with a code for each object."
    if needs.stochastic and not model.stochastic:
        yield f"{model.title} is not stochastic."


def _missing_in_clips(subject: Subject, needs: Needs) -> Iterator[str]:
    clips = subject.clips
    if needs.factors is not None:
        kind = None if needs.factors == "any" else needs.factors
        moving = clips.objects() if kind == "position" else True
        if not (clips.factors_of(kind) and moving):
            yield f"{clips.name} has no {PLURALS[needs.factors]}."
    for stream in needs.streams:
        try:
            subject.stream(stream)
        except ValueError:
            yield f"{clips.name} has no {stream}."
    if clips.length < needs.frames:
        yield (
            f"{clips.name} has clips of {clips.length} frame"
            f"{'' if clips.length == 1 else 's'}; at least {needs.frames} are "
            "needed."
        )
