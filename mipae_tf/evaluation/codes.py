"""Codes of single frames together with their factors."""

import dataclasses

import numpy as np

from mipae_tf.cli.screen import progress
from mipae_tf.data.sources import one_of_each_source
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.needs import missing_need
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric

# Frames that are drawn and encoded at once.
DRAWN_AT_ONCE = 2_000
# With fewer clips there are too few to train on some and test on the others.
FEWEST_CLIPS = 16
STATIC_NEEDS = Needs(builder=("static",))


@dataclasses.dataclass(frozen=True)
class LabelledCodes:
    """Latents of frames, and their factors.

    Attributes:
        latents: `[frames, dim]` by the name of the latent.
        content: labels `[frames]` of factors that stay within a clip.
        pose: labels `[frames]` of factors that are per frame.
        source: where the frames are from, for `metrics.json`.
    """

    latents: dict[str, np.ndarray]
    content: dict[str, np.ndarray]
    pose: dict[str, np.ndarray]
    source: str

    def __len__(self) -> int:
        return len(next(iter(self.latents.values())))

    @property
    def together(self) -> np.ndarray:
        """All latents side by side, `[frames, dim]`."""
        return np.concatenate(list(self.latents.values()), axis=1)

    @property
    def blocks(self) -> dict[str, slice]:
        """The dimensions of each latent in `together`."""
        ends = np.cumsum([code.shape[1] for code in self.latents.values()])
        starts = [0, *ends[:-1]]
        return {
            name: slice(int(start), int(end))
            for name, start, end in zip(self.latents, starts, ends, strict=True)
        }


def labelled_codes(subject: Subject, samples: int) -> LabelledCodes:
    """Codes of frames of independent factors where the builder can draw them.

    Else those of one frame of each held-out clip, or of each source of clips.

    Args:
        subject: what is evaluated.
        samples: number of frames to draw.

    Raises:
        AbsentMetric: no builder and too few clips.
    """
    if missing_need(subject, STATIC_NEEDS) is None:
        return static_codes(subject, samples)
    return clip_codes(subject)


def static_codes(subject: Subject, samples: int) -> LabelledCodes:
    """Codes of drawn frames whose factors are independent and uniform.

    Combinations of the training data and held-out ones are mixed, as in the
    published MIG.
    """
    pieces = []
    starts = range(0, samples, DRAWN_AT_ONCE)
    for start in progress(starts, "encoding drawn frames", "piece"):
        frames, content, pose = subject.builder.sample_static(
            min(DRAWN_AT_ONCE, samples - start), subject.seed, start
        )
        pieces.append((subject.encode_images(frames), content, pose))
    latents, content, pose = (
        {
            name: np.concatenate([group[name] for group in groups])
            for name in groups[0]
        }
        for groups in zip(*pieces, strict=True)
    )
    return LabelledCodes(latents, content, pose, f"{samples} drawn frames")


def clip_codes(subject: Subject) -> LabelledCodes:
    """Codes of one frame of each held-out clip, at a random time.

    Where clips have sources, of one clip of each source: the estimates need
    independent frames.

    Raises:
        AbsentMetric: too few clips or sources.
    """
    clips, unit = subject.clips, "clips"
    if clips.sources is not None:
        clips = clips.take(one_of_each_source(clips, subject.seed))
        unit = "sources of clips"
    if len(clips) < FEWEST_CLIPS:
        raise AbsentMetric(
            f"{len(clips)} {unit} are too few; {FEWEST_CLIPS} are needed."
        )
    times = np.random.default_rng(subject.seed).integers(
        clips.length, size=len(clips)
    )
    every = np.arange(len(clips))
    return LabelledCodes(
        subject.encode_images(clips.video[every, times]),
        dict(clips.content),
        {name: values[every, times] for name, values in clips.pose.items()},
        f"one frame of each of {len(clips)} {unit}",
    )
