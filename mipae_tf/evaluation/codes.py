"""Codes of single frames beside the factors that were drawn in them."""

import dataclasses

import numpy as np

from mipae_tf.cli.screen import progress
from mipae_tf.evaluation.subject import Subject

# Frames that are drawn and encoded at once.
DRAWN_AT_ONCE = 2_000
# Fewer frames are too few to hold any back and to measure on the others.
FEWEST = 16


@dataclasses.dataclass(frozen=True)
class LabelledCodes:
    """Latents of frames, and their factors.

    Attributes:
        latents: `[frames, dim]` by the name of the latent.
        content: labels `[frames]` of factors that stay in a clip.
        pose: labels `[frames]` of factors that move.
        source: how the frames were drawn, for records.
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
        """Where each latent stands in `together`."""
        ends = np.cumsum([code.shape[1] for code in self.latents.values()])
        starts = [0, *ends[:-1]]
        return {
            name: slice(int(start), int(end))
            for name, start, end in zip(self.latents, starts, ends, strict=True)
        }


def can_draw_static(subject: Subject) -> bool:
    """Whether frames with independent factors can be drawn in bulk."""
    return getattr(subject.builder, "has_static", False)


def static_codes(subject: Subject, samples: int) -> LabelledCodes:
    """Codes of frames whose factors are all independent and uniform.

    Training and held-out combinations come together, as in the published MIG.
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
    """Codes of one frame of each held-out clip, at a random time."""
    clips = subject.clips
    times = np.random.default_rng(subject.seed).integers(
        clips.length, size=len(clips)
    )
    every = np.arange(len(clips))
    return LabelledCodes(
        subject.encode_images(clips.video[every, times]),
        dict(clips.content),
        {name: values[every, times] for name, values in clips.pose.items()},
        f"one frame of each of {len(clips)} clips",
    )
