"""A page that needs nothing but itself: text, tables and pictures."""

import base64
import dataclasses
import re
from collections.abc import Sequence

import jinja2

from mipae_tf.visual.html_template import TEMPLATE

# With more sections than these, the page begins with a table of contents.
MOST_WITHOUT_CONTENTS = 3
# Cells of up to so many characters are not broken into lines.
SHORT_CELL = 42
MIME_TYPES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}
# Numbers with signs, brackets and a deviation, and perhaps a short unit.
NUMBER = re.compile(r"[-+−±\d.,()\[\]<>≤≥eE\s]*\d[\d.)\]\s]*[^\W\d]{0,4}%?")


@dataclasses.dataclass(frozen=True)
class Table:
    """A table of plain text.

    Attributes:
        head: Names of the columns.
        rows: Cells, as many in each row as there are columns; the first of
            each row names it.
        caption: What the table shows.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows, start=1):
            if len(row) != len(self.head):
                raise ValueError(
                    f"row {number} of the table has {len(row)} cells; the "
                    f"head has {len(self.head)}, and they must be as many."
                )

    def numeric_columns(self) -> list[bool]:
        """For each column, whether most of its filled cells are numbers."""
        columns = zip(*self.rows) if self.rows else [()] * len(self.head)
        return [_mostly_numbers(column) for column in columns]


@dataclasses.dataclass(frozen=True)
class Picture:
    """A picture, embedded in the page.

    Attributes:
        data: A PNG or GIF file's bytes.
        caption: What it shows; also for those who cannot see it.
    """

    data: bytes
    caption: str = ""

    def __post_init__(self) -> None:
        if not self.data.startswith(tuple(MIME_TYPES)):
            raise ValueError(
                f"data of a picture begins with {self.data[:8]!r}; it must be "
                "a PNG or GIF file's bytes."
            )

    def uri(self) -> str:
        """The picture as an address that holds it."""
        kind = next(
            kind
            for signature, kind in MIME_TYPES.items()
            if self.data.startswith(signature)
        )
        return f"data:{kind};base64,{base64.b64encode(self.data).decode()}"


@dataclasses.dataclass(frozen=True)
class Section:
    """A part of the page under a title.

    Attributes:
        title: Its heading.
        blocks: Paragraphs of plain text, tables and pictures, in order.
    """

    title: str
    blocks: Sequence[str | Table | Picture]


def html_page(
    title: str, sections: Sequence[Section], subtitle: str = ""
) -> str:
    """Writes a page that needs no network and runs no script.

    Colours follow the reader's choice of light or dark; wide tables scroll
    within their box; columns of numbers are aligned to the right. With more
    than three sections the page begins with their list.

    Args:
        title: Heading and name of the page.
        sections: Its parts, in order.
        subtitle: A line below the heading.

    Returns:
        The page as HTML text, all that is given escaped.

    Raises:
        ValueError: A block that is no text, table or picture.
    """
    for section in sections:
        for block in section.blocks:
            if not isinstance(block, str | Table | Picture):
                raise ValueError(
                    f"a block of section {section.title!r} is a "
                    f"{type(block).__name__}; allowed are text, Table and "
                    "Picture."
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
        short=SHORT_CELL,
        contents=len(sections) > MOST_WITHOUT_CONTENTS,
        # Which of the three a block is: Jinja has no isinstance.
        kind=lambda block: type(block).__name__,
    )


def _mostly_numbers(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    numbers = sum(bool(NUMBER.fullmatch(cell)) for cell in filled)
    return 2 * numbers > len(filled)
