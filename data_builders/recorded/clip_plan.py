"""Which clips are cut from which videos, and to which split they belong."""

import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence

from mipae_tf.data_builders.recorded.clip_cutter import StoredVideo
from mipae_tf.data_builders.recorded.clip_cutter import parts_in_time
from mipae_tf.data_builders.recorded.clip_cutter import span_of
from mipae_tf.data_builders.recorded.clip_cutter import starts
from mipae_tf.data_builders.recorded.recording import Recording
from mipae_tf.data_builders.recorded.splits import SPLITS
from mipae_tf.data_builders.recorded.splits import split_by_source

# Names in a message; more are counted.
NAMED = 5


@dataclasses.dataclass(frozen=True)
class Cut:
    """A clip to be cut.

    Attributes:
        recording: name of the video.
        start: index of its first frame.
        source: what must not be in two splits.
    """

    recording: str
    start: int
    source: str


@dataclasses.dataclass(frozen=True)
class ClipPlan:
    """The clips of each split, and what was left out.

    Attributes:
        splits: clips by split.
        still: number of clips that were dropped, because nothing moves.
        notes: sentences about videos that give no clip.
    """

    splits: Mapping[str, Sequence[Cut]]
    still: int
    notes: Sequence[str]

    def __str__(self) -> str:
        counts = ", ".join(f"{len(c):,} {s}" for s, c in self.splits.items())
        dropped = f"; dropped {self.still:,} that stand still"
        return f"kept {counts} clips{dropped if self.still else ''}"


def plan_clips(
    videos: Mapping[str, StoredVideo],
    recordings: Mapping[str, Recording],
    config,
) -> ClipPlan:
    """Chooses the clips.

    Args:
        videos: videos by name.
        recordings: what is known of each video, by name.
        config: a `RecordedConfig`.

    Raises:
        ValueError: if a split would have no clip.
    """
    span = span_of(config.num_frames, config.stride)
    possible = {
        name: _cuts(name, recordings[name], len(video), config)
        for name, video in videos.items()
    }
    possible = {name: cuts for name, cuts in possible.items() if cuts}
    if not possible:
        longest = max(videos, key=lambda name: len(videos[name]))
        raise ValueError(
            f"All videos are shorter than a clip of {span} frames; the "
            f"longest is {longest} with {len(videos[longest])} frames. Use "
            "shorter clips or longer videos."
        )
    kept, still = [], 0
    for name, cuts in possible.items():
        for cut in cuts:
            if _moves(videos[name], cut[1], recordings[name], config):
                kept.append(cut)
            else:
                still += 1
    _require_motion(kept, config.min_motion)
    moving = {cut.recording for _, cut in kept}
    notes = [
        *_note(set(videos) - set(possible), f"shorter than {span} frames"),
        *_note(set(possible) - moving, "without a clip in which much moves"),
    ]
    return ClipPlan(_assigned(kept, config), still, notes)


def _cuts(
    name: str, recording: Recording, frames: int, config
) -> list[tuple[str | None, Cut]]:
    """The possible clips of a video; with their splits, if they have one."""
    sizes = (config.num_frames, config.stride, config.hop)
    source = recording.source or name
    if config.split_by != "time":
        return [
            (recording.split or None, Cut(name, start, source))
            for first, end in recording.parts or [(0, frames)]
            for start in starts(min(end, frames), *sizes, first)
        ]
    span = span_of(config.num_frames, config.stride)
    if frames < span:
        return []
    parts = parts_in_time(frames, config.shares, span)
    return [
        (split, Cut(name, start, f"{name} {split}"))
        for split, (first, end) in zip(SPLITS, parts, strict=True)
        for start in starts(end, *sizes, first)
    ]


def _moves(video: StoredVideo, cut: Cut, recording: Recording, config) -> bool:
    """Whether a clip is kept; in annotated parts, all clips are."""
    if recording.parts:
        return True
    motion = video.clip_motion(cut.start, config.num_frames, config.stride)
    return motion >= config.min_motion


def _assigned(
    kept: Sequence[tuple[str | None, Cut]], config
) -> dict[str, list[Cut]]:
    found: dict[str, list[Cut]] = {split: [] for split in SPLITS}
    split_of = {}
    if kept[0][0] is None:
        names = sorted({cut.source for _, cut in kept})
        by_source = split_by_source(
            {name: name for name in names}, config.shares, config.seed
        )
        split_of = {name: s for s, names in by_source.items() for name in names}
    for split, cut in kept:
        found[split or split_of[cut.source]].append(cut)
    empty = [split for split, cuts in found.items() if not cuts]
    if empty:
        raise ValueError(
            f"The videos are too short for split_by={config.split_by}: "
            f"{' and '.join(empty)} would have no clip. Use shorter clips "
            "or longer videos."
        )
    return found


def _require_motion(kept: Sequence, least: float) -> None:
    if not kept:
        raise ValueError(
            f"Nothing moves in any clip: fewer than {least:.2%} of the pixels "
            "change from frame to frame. Use --min_motion=0 to keep such clips."
        )


def _note(names: set[str], what: str) -> list[str]:
    """A sentence about these videos, or none."""
    if not names:
        return []
    shown = ", ".join(sorted(names)[:NAMED])
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    plural = "s" if len(names) > 1 else ""
    return [f"left out {len(names)} video{plural} {what}: {shown}{more}"]
