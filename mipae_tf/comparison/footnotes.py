"""Reasons below a table."""


class Footnotes:
    """Numbers reasons, each once, in the order in which they are needed."""

    def __init__(self) -> None:
        self._reasons: list[str] = []

    def mark(self, *reasons: str) -> str:
        """What stands in a cell: `[1]`, or `[1, 2]`; empty without reason."""
        for reason in reasons:
            if reason not in self._reasons:
                self._reasons.append(reason)
        numbers = sorted(self._reasons.index(reason) + 1 for reason in reasons)
        return f"[{', '.join(map(str, numbers))}]" if numbers else ""

    def lines(self) -> list[str]:
        """The notes themselves."""
        return [f"[{n}] {r}" for n, r in enumerate(self._reasons, start=1)]
