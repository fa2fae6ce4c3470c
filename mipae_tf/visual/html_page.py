"""Self-contained HTML pages of text, tables and pictures."""

import base64
import dataclasses
import re
from collections.abc import Sequence

import jinja2

from mipae_tf.visual.html_template import TEMPLATE

# Pages with more sections start with a table of contents.
MAX_SECTIONS_WITHOUT_CONTENTS = 3
# Cells with at most this many characters are not broken into lines.
MAX_UNBROKEN_CELL = 42
MIME_TYPES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
# Numbers with signs, brackets, a deviation, and an optional short unit.
NUMBER_PATTERN = re.compile(
    r"[-+−±\d.,()\[\]<>≤≥eE\s]*\d[\d.)\]\s]*[^\W\d]{0,4}%?"
)


@dataclasses.dataclass(frozen=True)
class Table:
    """A table of plain text.

    Attributes:
        head: Names of the columns.
        rows: Cells of each row, one per column; the first one names the row.
        caption: Caption of the table.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows, start=1):
            if len(row) != len(self.head):
                raise ValueError(
                    f"row {number} of the table must have {len(self.head)} "
                    f"cells like its head, got {len(row)}."
                )

    def numeric_columns(self) -> list[bool]:
        """Whether most of the non-empty cells are numbers, per column."""
        columns = zip(*self.rows) if self.rows else [()] * len(self.head)
        return [_mostly_numbers(column) for column in columns]


@dataclasses.dataclass(frozen=True)
class Picture:
    """A picture, embedded in the page.

    Attributes:
        data: The bytes of a PNG or GIF file.
        caption: Caption and alternative text.
    """

    data: bytes
    caption: str = ""

    def __post_init__(self) -> None:
        if not self.data.startswith(tuple(MIME_TYPES)):
            raise ValueError(
                "data of a picture must be the bytes of a PNG or GIF file, "
                f"got data that starts with {self.data[:8]!r}."
            )

    def uri(self) -> str:
        """The picture as a data URI."""
        kind = next(
            kind
            for signature, kind in MIME_TYPES.items()
            if self.data.startswith(signature)
        )
        return f"data:{kind};base64,{base64.b64encode(self.data).decode()}"


@dataclasses.dataclass(frozen=True)
class Section:
    """A section of the page.

    Attributes:
        title: Heading of the section.
        blocks: Paragraphs of plain text, tables and pictures, in order.
    """

    title: str
    blocks: Sequence[str | Table | Picture]


def html_page(
    title: str, sections: Sequence[Section], subtitle: str = ""
) -> str:
    """Renders a page that needs no network and no scripts.

    Colours follow the reader's light or dark mode, wide tables can be scrolled,
    and columns of numbers are right-aligned. With more than three sections, the
    page starts with a table of contents.

    Args:
        title: Heading and title of the page.
        sections: Sections, in order.
        subtitle: A line below the heading.

    Returns:
        The page as HTML text, with all given text escaped.

    Raises:
        ValueError: If a block is not text, a table or a picture.
    """
    for section in sections:
        for block in section.blocks:
            if not isinstance(block, str | Table | Picture):
                raise ValueError(
                    f"a block of section {section.title!r} must be text, a "
                    f"Table or a Picture, got {type(block).__name__}."
                )
    environment = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.from_string(TEMPLATE).render(
        title=title,
        subtitle=subtitle,
        sections=sections,
        short=MAX_UNBROKEN_CELL,
        contents=len(sections) > MAX_SECTIONS_WITHOUT_CONTENTS,
        # For the type of a block: Jinja has no isinstance.
        kind=lambda block: type(block).__name__,
    )


def _mostly_numbers(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    numbers = sum(bool(NUMBER_PATTERN.fullmatch(cell)) for cell in filled)
    return 2 * numbers > len(filled)
