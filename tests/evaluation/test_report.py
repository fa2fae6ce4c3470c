import html.parser
import json

import pytest
from runs.run_cases import settings

from mipae_tf.evaluation.report import write_report
from mipae_tf.evaluation.tables.summary_table import summary_rows
from mipae_tf.files import write_file
from mipae_tf.runs import RunFolder
from mipae_tf.visual.plots import per_step_plot

PROTOCOL = {
    "model": "mipae",
    "dataset": "bars/<script>",
    "clips": 5,
    "split": "test",
    "context": 3,
    "horizon": 4,
    "versions": {"keras": "3.15.1"},
}
METRICS = {
    "prediction/psnr/forecast": {
        "value": 21.5,
        "count": 5,
        "interval": [21.0, 22.0],
        "per_step": [22.0, 21.0],
        "per_step_interval": [[21.0, 23.0], [20.0, 22.0]],
    },
    "prediction/lpips/forecast": {"absent": "LPIPS needs weights."},
    "prediction/lpips/blank": {"absent": "LPIPS needs weights."},
    "leak/content_from_pose/shape_0": {"value": 0.33, "chance": 0.34},
    "protocol": PROTOCOL,
}


@pytest.fixture
def folder(tmp_path):
    folder = RunFolder(tmp_path / "a_run")
    folder.claim(settings())
    folder.release()
    row = {"stage": "dynamics", "step": 1, "group": "training", "loss": 0.5}
    folder.losses.write_text(json.dumps(row) + "\n")
    plot = per_step_plot({"forecast": ([1.0], None, None)}, "PSNR")
    write_file(folder.figures / "psnr.png", plot)
    return folder


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data.strip())


def test_the_page_is_self_contained(folder):
    copied = {"value": 19.5, "per_step": [20.0, 19.0]}
    write_report(folder, {**METRICS, "prediction/psnr/copy_last": copied})
    page = Page(folder.report.read_text())
    assert (
        "Forecasts beat the last frame repeated by 2.0 dB on 5 test clips."
        in page.text
    )
    pictures = [a["src"] for tag, a in page.tags if tag == "img"]
    assert len(pictures) == 2, "the plot of PSNR and that of the losses"
    assert all(src.startswith("data:image/png;base64,") for src in pictures)
    assert "script" not in {tag for tag, _ in page.tags}
    assert "bars/<script>" in " ".join(page.text), "shown, not run"
    for told in ("forecast, PSNR (dB)", "21.50", "shape_0", "keras 3.15.1"):
        assert any(told in text for text in page.text), told


def test_the_summary_is_the_one_on_the_screen(folder):
    absent = {"swap/psnr": {"absent": "It has no content to swap."}}
    write_report(folder, {**METRICS, **absent})
    text = Page(folder.report.read_text()).text
    for row in summary_rows({**METRICS, **absent}).rows:
        place = text.index(row[0])
        cells = [cell for cell in text[place : place + 9] if cell]
        assert cells[:3] == list(row)


def test_absent_metrics_are_listed_by_reason(folder):
    write_report(folder, METRICS)
    text = folder.report.read_text()
    assert text.count("LPIPS needs weights.") == 1
    assert "prediction/lpips/forecast, prediction/lpips/blank" in text


def test_groups_without_metrics_have_no_section(folder):
    write_report(folder, METRICS)
    titles = {a.get("id") for tag, a in Page(folder.report.read_text()).tags}
    text = folder.report.read_text()
    assert "Prediction" in text and "Drift" not in text, titles
