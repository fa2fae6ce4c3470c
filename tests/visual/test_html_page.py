import base64
import html.parser

import numpy as np
import pytest

from mipae_tf.visual.animation import encode_gif
from mipae_tf.visual.html_page import Picture
from mipae_tf.visual.html_page import Section
from mipae_tf.visual.html_page import Table
from mipae_tf.visual.html_page import html_page
from mipae_tf.visual.png import encode_png

VOID = {"meta", "img", "wbr", "br"}
PNG = encode_png(np.zeros((2, 3, 1), np.uint8))
GIF = encode_gif(np.zeros((2, 2, 3, 1), np.uint8))
NASTY = "<script>alert(\"x\")</script> & 'y'"


class Reader(html.parser.HTMLParser):
    """Collects elements and text; fails on tags that do not pair."""

    def __init__(self):
        super().__init__()
        self.open, self.elements, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append((self.open[-1] if self.open else "", data))

    def attributes(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]

    def texts(self, tag):
        return [data.strip() for name, data in self.text if name == tag]


def read(page):
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert not reader.open
    return reader


def sections(count):
    table = Table(
        ["row", "prediction/psnr", "note"],
        [["a", "21.59 ± 0.12 (3)", "x"], ["b", "absent [1]", "3"]],
        "Errors",
    )
    blocks = ["Text.", table, Picture(PNG, "A strip"), Picture(GIF)]
    return [Section(f"Part {n}", blocks) for n in range(count)]


def test_page_is_complete_and_self_contained():
    page = html_page("Report", sections(2), "of a run")
    reader = read(page)
    assert reader.texts("title") == reader.texts("h1") == ["Report"]
    assert reader.texts("h2") == ["Part 0", "Part 1"]
    assert "of a run" in reader.texts("p")
    for tag, attrs in reader.elements:
        assert tag not in ("script", "link", "iframe")
        assert not any(name.startswith("on") for name in attrs)
        for name in ("src", "href"):
            assert attrs.get(name, "#").startswith(("#", "data:image/"))
    assert "http://" not in page and "https://" not in page
    assert "url(" not in page and "@import" not in page
    assert "prefers-color-scheme: dark" in page
    assert any(a.get("name") == "viewport" for a in reader.attributes("meta"))


def test_pictures_are_embedded_with_alternative_text():
    images = read(html_page("Report", sections(1))).attributes("img")
    kinds = [image["src"].split(";base64,") for image in images]
    assert [k for k, _ in kinds] == ["data:image/png", "data:image/gif"]
    assert [base64.b64decode(d) for _, d in kinds] == [PNG, GIF]
    assert [image["alt"] for image in images] == ["A strip", "Part 0"]


def test_all_given_text_is_escaped():
    blocks = [NASTY, Table([NASTY], [[NASTY]], NASTY), Picture(PNG, NASTY)]
    page = html_page(NASTY, [Section(NASTY, blocks)] * 4, NASTY)
    reader = read(page)
    assert not reader.attributes("script")
    assert reader.attributes("img")[0]["alt"] == NASTY
    for tag in ("title", "h1", "h2", "a", "p", "caption", "figcaption"):
        assert NASTY in reader.texts(tag)


def test_four_sections_have_a_table_of_contents():
    three, four = (read(html_page("R", sections(n))) for n in (3, 4))
    assert not three.attributes("nav")
    links = [link["href"] for link in four.attributes("a")]
    names = [f"#{section['id']}" for section in four.attributes("section")]
    assert links == names and len(set(names)) == 4


def test_columns_of_numbers_are_aligned_and_tables_scroll():
    table = Table(
        ["row", "psnr", "note"],
        [["a", "21.59 ± 0.12 (3)", "1 with 1"], ["b", "-3e-05", "3"]],
    )
    reader = read(html_page("R", [Section("S", [table])]))
    heads = [cell.get("class") for cell in reader.attributes("th")]
    assert heads == [None, "number", None, "short", "short"]
    cells = [cell.get("class") for cell in reader.attributes("td")]
    assert cells == ["number short", "short"] * 2
    assert {"class": "wide", "tabindex": "0"} in reader.attributes("div")


@pytest.mark.parametrize(
    "cell",
    ["3", "0.5", "-1.2", "+0.3", "1e-5", "[0.1, 0.2]", "≤ 3", "95 %", "12 dB"],
)
def test_is_a_number(cell):
    assert Table(["a"], [[cell]]).numeric_columns() == [True]


@pytest.mark.parametrize(
    "cell", ["", "absent [1]", "c6cd3d47", "-10 log10 of x", "mipae", "1 of 2"]
)
def test_is_not_a_number(cell):
    assert Table(["a"], [[cell]]).numeric_columns() == [False]


def test_a_table_without_rows_has_a_head():
    reader = read(html_page("R", [Section("S", [Table(["a", "b"], [])])]))
    assert reader.texts("th") == ["a", "b"] and not reader.attributes("td")


def test_invalid_blocks_are_refused():
    with pytest.raises(ValueError, match="row 2 of the table must have"):
        Table(["a", "b"], [["1", "2"], ["3"]])
    with pytest.raises(ValueError, match="starts with b'no pictu'"):
        Picture(b"no picture")
    with pytest.raises(ValueError, match="section 'S' must be .*, got int"):
        html_page("R", [Section("S", [3])])
