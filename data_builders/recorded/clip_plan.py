"""Which clips are cut from which videos, and to which split they belong."""

import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence

from mipae_tf.data_builders.recorded.clip_cutter import StoredVideo
from mipae_tf.data_builders.recorded.clip_cutter import parts_in_time
from mipae_tf.data_builders.recorded.clip_cutter import span_of
from mipae_tf.data_builders.recorded.clip_cutter import starts
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
    sources: Mapping[str, str],
    config,
) -> ClipPlan:
    """Chooses the clips.

    Args:
        videos: videos by name.
        sources: source of each video, by name.
        config: a `RecordedConfig`.

    Raises:
        ValueError: if a split would have no clip.
    """
    span = span_of(config.num_frames, config.stride)
    long_enough = {n: v for n, v in videos.items() if len(v) >= span}
    if not long_enough:
        longest = max(videos, key=lambda name: len(videos[name]))
        raise ValueError(
            f"All videos are shorter than a clip of {span} frames; the "
            f"longest is {longest} with {len(videos[longest])} frames. Use "
            "shorter clips or longer videos."
        )
    kept, still = [], 0
    for name, video in long_enough.items():
        for cut in _cuts(name, sources[name], len(video), config):
            motion = video.clip_motion(
                cut[1].start, config.num_frames, config.stride
            )
            if motion >= config.min_motion:
                kept.append(cut)
            else:
                still += 1
    _require_motion(kept, config.min_motion)
    moving = {cut.recording for _, cut in kept}
    notes = [
        *_note(set(videos) - set(long_enough), f"shorter than {span} frames"),
        *_note(set(long_enough) - moving, "without a clip in which much moves"),
    ]
    return ClipPlan(_assigned(kept, config), still, notes)


def _cuts(
    name: str, source: str, frames: int, config
) -> list[tuple[str | None, Cut]]:
    """The possible clips of a video; with their splits, if split by time."""
    sizes = (config.num_frames, config.stride, config.hop)
    if config.split_by != "time":
        return [(None, Cut(name, s, source)) for s in starts(frames, *sizes)]
    span = span_of(config.num_frames, config.stride)
    parts = parts_in_time(frames, config.shares, span)
    return [
        (split, Cut(name, start, f"{name} {split}"))
        for split, (first, end) in zip(SPLITS, parts, strict=True)
        for start in starts(end, *sizes, first)
    ]


def _assigned(
    kept: Sequence[tuple[str | None, Cut]], config
) -> dict[str, list[Cut]]:
    found: dict[str, list[Cut]] = {split: [] for split in SPLITS}
    names = sorted({cut.source for _, cut in kept})
    if config.split_by == "time":
        for split, cut in kept:
            found[split].append(cut)
        empty = [split for split, cuts in found.items() if not cuts]
        if empty:
            raise ValueError(
                f"The videos are too short for split_by=time: "
                f"{' and '.join(empty)} would have no clip. Use shorter clips "
                "or longer videos."
            )
        return found
    by_source = split_by_source(
        {name: name for name in names}, config.shares, config.seed
    )
    split_of = {name: s for s, names in by_source.items() for name in names}
    for _, cut in kept:
        found[split_of[cut.source]].append(cut)
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
