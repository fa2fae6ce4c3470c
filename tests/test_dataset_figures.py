"""Tables of docs/datasets.md are those of results/datasets."""

import pytest
from figures import FORECAST
from figures import ROOT
from figures import interval
from figures import mean
from figures import metrics
from figures import shown

# By run: what its row starts with.
TRAININGS = {
    "bouncing_shapes": "`bouncing_shapes/two_shapes_small`",
    "dsprites_dynamic": "`dsprites_dynamic/small`",
    "dsprites_static": "`dsprites_static/small`",
    "kth_actions": "`kth_actions/by_person_64`",
    "mocap_actions": "`mocap_actions/people_small`",
    "moving_dsprites": "`moving_dsprites/quickstart`",
    "moving_mnist": "`moving_mnist/colour_small`",
    "moving_mnist_on_cifar10": "`moving_mnist_on_cifar10/smooth_64`",
    "mpi3d_video": "`mpi3d_video/real_small`",
    "shapes3d_video": "`shapes3d_video/orientation_small`",
    "small_norb_video": "`small_norb_video/azimuth_small`",
    "sprites_lpc": "`sprites_lpc/small`",
}
MODELS = ("mipae", "drnet", "ae_lstm")  # the last has no content to leak
FACTORS = {
    "sprites_lpc": ("hair", "topwear", "bottomwear", "body", "action"),
    "small_norb_video": ("category", "lighting"),
    "kth": ("action",),
}


def trainings():
    for name, start in TRAININGS.items():
        run = f"datasets/{name}"
        last, oracle = (
            mean([run], f"prediction/psnr/{row}", 1)
            for row in ("copy_last", "oracle")
        )
        forecast = mean([run], FORECAST, 1)
        if "interval" in metrics(run)[FORECAST]:  # not of a single person
            forecast += f" {interval(run, FORECAST, 1)}"
        minutes = metrics(run)["training"]["cpu_seconds"] / 60
        yield start, f"{forecast} | {last} | {oracle} | {minutes:.0f} |"


def classifications():
    for data, factors in FACTORS.items():
        runs = [f"datasets/classification/{data}_{model}" for model in MODELS]
        for factor in factors:
            keys = [
                f"classification/{kind}/{factor}/all"
                for kind in ("read", "leak")
            ]
            row = [
                f"{mean([run], key)} {interval(run, key)}"
                for run in runs
                for key in keys
                if key in metrics(run)
            ]
            chance = shown(metrics(runs[0])[keys[0]]["chance"])
            yield f"{data}, {factor}", f"{' | '.join(row)} | {chance} |"


@pytest.mark.parametrize("rows", [trainings, classifications])
def test_tables_match_the_results(rows):
    page = (ROOT / "docs" / "datasets.md").read_text().splitlines()
    for start, cells in rows():
        found = [line for line in page if line.startswith(f"| {start} | ")]
        assert len(found) == 1 and found[0].endswith(f"| {cells}"), cells
