from mipae_tf.visual.html_page import Picture
from mipae_tf.visual.html_page import Section
from mipae_tf.visual.html_page import Table
from mipae_tf.visual.markdown_page import markdown_page
from mipae_tf.visual.markdown_page import markdown_table


def test_page_has_headings_text_and_tables():
    table = Table(["row", "psnr"], [["a", "21.5"]], "Errors")
    picture = Picture(b"GIF89a", "A strip")
    text = markdown_page("R", [Section("S", ["Text.", table, picture])], "sub")
    assert text == (
        "# R\n\nsub\n\n## S\n\nText.\n\nErrors\n\n"
        "| row | psnr |\n| --- | ---: |\n| a | 21.5 |\n"
    )


def test_cells_cannot_break_the_table():
    lines = markdown_table(Table(["a|b"], [["x\ny"]])).splitlines()
    assert lines == ["| a\\|b |", "| --- |", "| x y |"]
