"""Tables of hierarchical objects are those of results/."""

import pytest
from figures import FORECAST
from figures import ROOT
from figures import cells
from figures import mean
from figures import seeds

FOLDER = "hierarchical_objects"
SMOOTH = [
    seeds(f"{FOLDER}/smooth_peak"),
    seeds(f"{FOLDER}/smooth_lstm", 2),
    seeds(f"{FOLDER}/smooth_noadversarial", 1),
]
CIFAR = [
    seeds(f"{FOLDER}/cifar10_peak"),
    seeds(f"{FOLDER}/cifar10_noadversarial"),
    seeds(f"{FOLDER}/cifar10_noswap"),
    seeds(f"{FOLDER}/cifar10_lstm", 1),
]
ROWS = {
    "digits located within 3 pixels": "objects/located",
    "distance of the centroids, pixels": "objects/distance",
    "frames in which the number of objects is right": "objects/counted",
    "a digit is drawn by one object alone (`explained`)": "objects/explained",
    "objects that change their identity": "objects/switched",
    "intersection over union of the masks": "objects/iou",
    "foreground ARI": "objects/ari",
    "true poses decoded, PSNR (dB)": "prediction/psnr/oracle",
    "forecast, PSNR over 10 frames (dB)": FORECAST,
}


def table(groups, rows):
    for text in rows:
        key = ROWS[text]
        decimals = 1 if key.startswith("prediction") else 2
        yield f"| {text} | {cells(groups, key, decimals=decimals)} |"


# In one run without the swap, no object is found, and others are not defined.
ALWAYS = [
    "digits located within 3 pixels",
    "frames in which the number of objects is right",
    "true poses decoded, PSNR (dB)",
    "forecast, PSNR over 10 frames (dB)",
]


def test_the_summary_matches_the_results():
    copy = mean(SMOOTH[0][:1], "prediction/psnr/copy_last")
    page = (ROOT / "docs" / "results.md").read_text()
    located = cells(SMOOTH[:2], "objects/located")
    assert f"| digits located within 3 pixels | {located} |" in page
    assert (
        f"| forecast, PSNR over 10 frames (dB; copy-last {copy}) | "
        f"{cells(SMOOTH[:2], FORECAST)} |"
    ) in page


@pytest.mark.parametrize(
    "groups, rows", [(SMOOTH, ROWS), (CIFAR, ALWAYS)], ids=["smooth", "cifar10"]
)
def test_tables_match_the_results(groups, rows):
    page = (ROOT / "docs" / "models" / f"{FOLDER}.md").read_text()
    missing = [line for line in table(groups, rows) if line not in page]
    assert not missing, missing
