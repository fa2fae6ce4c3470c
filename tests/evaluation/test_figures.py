import json

from evaluation.world import subject

from mipae_tf.evaluation.figures import write_figures
from mipae_tf.evaluation.prediction import prediction_metrics
from mipae_tf.evaluation.prediction import predictions
from mipae_tf.evaluation.swap import make_swaps
from mipae_tf.runs import RunFolder


def test_only_what_was_asked_for_is_drawn(tmp_path):
    seen, folder = subject(), RunFolder(tmp_path)
    write_figures(folder, seen, None, None, {})
    assert not folder.figures.exists()
    write_figures(folder, seen, None, make_swaps(seen), {})
    assert {p.name for p in folder.figures.iterdir()} == {"swap.png"}
    rows = predictions(seen)
    row = {"stage": "dynamics", "step": 1, "group": "training", "loss": 0.5}
    folder.losses.write_text(json.dumps(row) + "\n")
    write_figures(folder, seen, rows, None, prediction_metrics(seen, rows))
    assert {p.name for p in folder.figures.iterdir()} == {
        "swap.png",
        "forecast.gif",
        "forecast.png",
        "psnr.png",
        "ssim.png",
        "losses.png",
    }
