"""Footnotes of a table: the reasons of absent values."""


class Footnotes:
    """Numbers the reasons in the order of their first use."""

    def __init__(self) -> None:
        self._reasons: list[str] = []

    def mark(self, *reasons: str) -> str:
        """The mark in a cell: `[1]`, or `[1, 2]`; empty without a reason."""
        for reason in reasons:
            if reason not in self._reasons:
                self._reasons.append(reason)
        numbers = sorted(self._reasons.index(reason) + 1 for reason in reasons)
        return f"[{', '.join(map(str, numbers))}]" if numbers else ""

    def lines(self) -> list[str]:
        """The footnotes, one line each."""
        return [f"[{n}] {r}" for n, r in enumerate(self._reasons, start=1)]
