from mipae_tf.evaluation.table import metrics_table

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
    "protocol": {"model": "ae_lstm"},
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


def test_reasons_are_printed_where_no_row_has_a_number():
    rows = {"prediction/psnr/forecast": {"absent": "No error."}}
    assert "absent: No error." in metrics_table(rows)
    rows = {"training": {"absent": "Not recorded."}}
    assert "absent: Not recorded." in metrics_table(rows)
