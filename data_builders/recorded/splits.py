"""Splits of recorded videos."""

from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

SPLITS = ("train", "validation", "test")


def split_by_source(
    sources: Mapping[str, str],
    shares: Sequence[float] = (0.8, 0.1, 0.1),
    seed: int = 0,
) -> dict[str, list[str]]:
    """Assigns whole sources to the splits, so that no source is in two.

    Clips of one video, or of one person, are alike: a test clip from a source
    that was trained on would measure memory.

    Args:
        sources: Video name to source name, such as the person in the video, or
            the video itself.
        shares: Shares of the sources in train, validation and test.
        seed: Seed of the assignment. It depends on the names of the sources
            alone, not on their order.

    Returns:
        Sorted video names for each split. Every split has at least one source.

    Raises:
        ValueError: If there are fewer than three sources, or the shares are not
            three positive numbers.
    """
    if len(shares) != len(SPLITS) or not min(shares) > 0:
        raise ValueError(
            f"shares is {tuple(shares)!r} but must be three positive numbers, "
            f"for {', '.join(SPLITS)}."
        )
    names = sorted(set(sources.values()))
    if len(names) < len(SPLITS):
        raise ValueError(
            f"{len(names)} source(s) cannot be split: {', '.join(SPLITS)} need "
            f"at least one each, and have {', '.join(names) or 'none'}; add "
            "videos, or use --split_by=time, which cuts each video into "
            "consecutive parts."
        )
    order = np.random.default_rng(seed).permutation(names)
    held_out = [
        max(1, round(len(names) * share / sum(shares))) for share in shares[1:]
    ]
    while sum(held_out) >= len(names):
        held_out[int(np.argmax(held_out))] -= 1
    train = len(names) - sum(held_out)
    parts = np.split(order, [train, train + held_out[0]])
    return {
        split: sorted(v for v, source in sources.items() if source in set(part))
        for split, part in zip(SPLITS, parts, strict=True)
    }
