from mipae_tf.evaluation.tables import metrics_table
from mipae_tf.evaluation.tables import summary_table
from mipae_tf.evaluation.tables.summary_table import NAMES

METRICS = {
    "prediction/psnr/forecast": {
        "value": 20.5,
        "interval": [20.0, 21.0],
        "per_step": [22.0, 19.0],
    },
    "prediction/psnr/oracle": {"absent": "AELSTM has no pose latent."},
    "swap/psnr": {"absent": "AELSTM has no content and pose to swap."},
    "leak/content_from_pose/shape_0": {
        "value": 0.5,
        "chance": 0.25,
        "count": 40,
        "interval": [0.4, 0.6],
    },
    "training": {
        "wall_seconds": 702.0,
        "cpu_seconds": 3780.0,
        "steps": 5000,
        "lives": 2,
        "device": "a processor, 2 cores",
    },
    "protocol": {
        "model": "ae_lstm",
        "dataset": "dots",
        "clips": 40,
        "split": "test",
        "context": 5,
        "horizon": 2,
    },
}


def test_numbers_and_reasons_are_printed():
    lines = metrics_table(METRICS).splitlines()
    assert lines[0] == "PSNR (dB) by predicted frame"
    forecast = next(line for line in lines if line.startswith("forecast"))
    assert (
        forecast.split() == "forecast 22.00 19.00 20.50 [20.00, 21.00]".split()
    )
    assert "oracle        absent: AELSTM has no pose latent." in lines
    swap = next(line for line in lines if line.startswith("swap/psnr"))
    assert swap.endswith("absent: AELSTM has no content and pose to swap.")
    leak = next(line for line in lines if line.startswith("leak/"))
    assert "0.5000  [0.4000, 0.6000]  chance 0.2500  n = 40" in leak
    assert not any("protocol" in line for line in lines)
    assert lines[-1].split(maxsplit=2) == [
        "training",
        "time",
        "11.7 min, 1.1 h of CPU time; 5000 steps on a processor, 2 cores, "
        "2 processes",
    ]


def test_reasons_are_printed_without_any_number():
    rows = {"prediction/psnr/forecast": {"absent": "No error."}}
    assert "absent: No error." in metrics_table(rows)
    rows = {"training": {"absent": "Not recorded."}}
    assert "absent: Not recorded." in metrics_table(rows)


def test_the_summary_has_numbers_and_reasons():
    assert summary_table(METRICS).splitlines() == [
        "ae_lstm on dots: 40 test clips, 5 frames given, 2 predicted",
        f"{'':29}   value  95 % interval",
        f"{'forecast, PSNR (dB)':29}  20.500  20.000 to 21.000",
        "true poses decoded, PSNR (dB)  absent  AELSTM has no pose latent.",
        f"{'swap, PSNR (dB)':29}  absent  "
        "AELSTM has no content and pose to swap.",
    ]


def test_the_summary_fits_on_a_screen():
    long = {key: {"absent": "word " * 40} for key in NAMES}
    lines = summary_table({**METRICS, **long}).splitlines()
    assert len(lines) <= 12, "evaluate adds three lines"
    assert max(map(len, lines)) <= 79


def test_without_its_metrics_the_summary_is_a_title():
    rows = {"traversal": {"absent": "No."}, "protocol": METRICS["protocol"]}
    assert summary_table(rows).count("\n") == 0
