"""The page of `html_page` as Markdown, for terminals and READMEs."""

from collections.abc import Sequence

from mipae_tf.visual.html_page import Section
from mipae_tf.visual.html_page import Table


def markdown_page(
    title: str, sections: Sequence[Section], subtitle: str = ""
) -> str:
    """Renders a page as Markdown, without its pictures.

    Args:
        title: Heading of the page.
        sections: Sections, in order.
        subtitle: A line below the heading.

    Returns:
        The text, with a line break at the end.
    """
    parts = [f"# {title}", subtitle]
    for section in sections:
        parts.append(f"## {section.title}")
        for block in section.blocks:
            if isinstance(block, Table):
                parts += [block.caption, markdown_table(block)]
            elif isinstance(block, str):
                parts.append(block)
    return "\n\n".join(part for part in parts if part) + "\n"


def markdown_table(table: Table) -> str:
    """A table as Markdown, with right-aligned columns of numbers."""
    rules = [
        "---:" if numeric else "---" for numeric in table.numeric_columns()
    ]
    return "\n".join(_line(row) for row in (table.head, rules, *table.rows))


def _line(cells: Sequence[str]) -> str:
    escaped = (c.replace("|", "\\|").replace("\n", " ") for c in cells)
    return f"| {' | '.join(escaped)} |"
