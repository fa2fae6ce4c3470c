import dataclasses
import json
from types import SimpleNamespace

import numpy as np
import pytest
from evaluation.quick_classifier import nearest
from evaluation.world import Builder
from evaluation.world import Oracle
from evaluation.world import clips
from mipae_tf.data_builders.moving_dsprites import (
    moving_dsprites_dataset_builder as moving_dsprites,
)
from mipae_tf.data_builders.moving_dsprites.sprites_config import SpritesConfig
from models.harness import random_model
from runs.run_cases import make_run
from runs.run_cases import settings

from mipae_tf.data import Clips
from mipae_tf.evaluation import EvaluationOptions
from mipae_tf.evaluation import evaluate_run
from mipae_tf.evaluation import evaluator
from mipae_tf.evaluation.groups import classification
from mipae_tf.evaluation.groups import scores
from mipae_tf.evaluation.groups.registry import GROUPS
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.tables import remarks
from mipae_tf.judging import judge
from mipae_tf.metrics.probes import probes
from mipae_tf.runs import RunFolder

SPRITES = SpritesConfig(
    "bars",
    num_frames=8,
    test_clips=6,
    sprites=1,
    colour=False,
    sprites_from="drawn",
)


@pytest.fixture
def bars(monkeypatch, tmp_path):
    """A run of the oracle on clips of bars."""

    def open_clips(dataset, split, data_dir, manual_dir, limit, **_):
        seed = ("test", "train", "validation").index(split)
        return clips(seed=seed).take(slice(limit))

    stage = SimpleNamespace(name="first", total_steps=40)
    monkeypatch.setattr(Oracle, "stages", lambda self: [stage], raising=False)
    monkeypatch.setattr(evaluator, "load", lambda path: Oracle())
    monkeypatch.setattr(evaluator, "open_clips", open_clips)
    monkeypatch.setattr(evaluator, "open_builder", lambda *a: Builder())
    folder = RunFolder(tmp_path)
    run = settings(context=3, frame_shape=(16, 16, 1))
    folder.claim(dataclasses.replace(run, train_clips=7))
    folder.release()
    return folder


TIMES = {
    "first_step": 0,
    "steps": 30,
    "wall_seconds": 90.0,
    "cpu_seconds": 150.0,
    "lives": [1],
    "devices": ["a processor, 2 cores"],
    "replicas": 1,
    "intra_op_threads": 1,
    "inter_op_threads": 0,
}


def groups(metrics):
    return {key.split("/")[0] for key in metrics} - {"training"}


def chosen(**given):
    return EvaluationOptions(**{"clips": 12, "horizon": 4, **given})


def test_groups_that_are_not_measured_are_kept(bars):
    first = evaluate_run(bars.path, ["prediction", "swap"], chosen())
    assert groups(first) == {"prediction", "swap", "protocol"}
    psnr = first["prediction/psnr/forecast"]
    assert psnr["count"] == 12
    assert "before training times" in first["training"]["absent"]
    bars.training.write_text(json.dumps({"stages": {"first": TIMES}}))
    bars.checkpoints("first", "newest").mkdir(parents=True)
    marked = {**first, "swap/psnr": {"absent": "marked"}}
    marked["prediction/psnr/forecast"] = {"absent": "marked"}
    bars.metrics.write_text(json.dumps(marked))
    second = evaluate_run(bars.path, ["prediction"], chosen())
    assert second["swap/psnr"] == {"absent": "marked"}
    assert second["prediction/psnr/forecast"] == psnr
    assert json.loads(bars.metrics.read_text()) == second
    assert second["protocol"]["clips"] == 12
    assert second["training"]["wall_seconds"] == TIMES["wall_seconds"]
    at = "The training is not finished: first is at step 30 of 40;"
    assert remarks(second)[0].startswith(at) and at in bars.report.read_text()
    assert "1.5 min" in bars.report.read_text()
    assert (bars.figures / "forecast.gif").exists()
    assert (bars.figures / "swap.png").exists()
    with np.load(bars.per_clip) as arrays:
        assert {"swap/psnr", "prediction/psnr/forecast"} <= set(arrays)
        assert arrays["prediction/psnr/forecast"].shape == (12, 4)


def test_subject_has_test_clips_and_training_clips(bars, monkeypatch):
    """The first `clips` test clips, and all training clips."""
    seen = []
    group = dataclasses.replace(
        GROUPS["memory"], compute=lambda s: seen.append(s) or Findings({})
    )
    monkeypatch.setitem(GROUPS, "memory", group)
    found = evaluate_run(bars.path, ["memory"], chosen(seed=3))["protocol"]
    test, training = clips().take(slice(12)), clips(seed=1)
    assert seen[0].clips.fingerprint() == test.fingerprint()
    assert found["dataset_fingerprint"] == test.fingerprint()
    assert found["split"] == "test"
    assert seen[0].training().fingerprint() == training.fingerprint()
    assert seen[0].trained_clips == 7
    assert "seed3" in seen[0].judge_file.name
    assert (seen[0].seed, found["seed"]) == (3, 3)


def test_all_frames_of_short_clips_are_predicted(bars):
    found = evaluate_run(bars.path, ["swap"], chosen(horizon=None))
    assert found["protocol"]["horizon"] == 5  # of 8 frames, 3 are given


def test_own_clips_may_have_training_clips(bars, monkeypatch):
    """And clips are spread over their sources."""
    seen = []
    group = dataclasses.replace(
        GROUPS["memory"], compute=lambda s: seen.append(s) or Findings({})
    )
    monkeypatch.setitem(GROUPS, "memory", group)
    test = clips(sources=np.arange(24) // 6)
    given = {"test": test, "train": clips(seed=1)}
    evaluate_run(bars.path, ["memory"], chosen(clips=4), own_clips=given)
    assert seen[0].clips.sources.tolist() == [0, 1, 2, 3]
    assert seen[0].training() is given["train"]
    assert seen[0].trained_clips == 7
    with np.load(bars.per_clip) as arrays:
        assert arrays["sources"].tolist() == [0, 1, 2, 3]
    found = evaluate_run(bars.path, ["memory"], chosen(), own_clips=test)
    assert "without training" in found["memory/psnr/forecast"]["absent"]
    with pytest.raises(ValueError, match="own_clips has train; it must have"):
        evaluate_run(bars.path, own_clips={"train": test})


def test_other_weights_change_the_protocol(bars, monkeypatch):
    evaluate_run(bars.path, ["swap"], chosen())
    monkeypatch.setattr(Oracle, "variables", (np.ones(3, "f4"),))
    found = evaluate_run(bars.path, ["traversal"], chosen())
    assert "swap/psnr" not in found


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b'{"a": 1}', b"PK"])
def test_damaged_files_are_replaced(tmp_path, capsys, data):
    """A damaged file that is written again is no error."""
    folder = RunFolder(tmp_path)
    for path, read in (
        (folder.metrics, evaluator._rows),
        (folder.per_clip, evaluator._arrays),
    ):
        path.write_bytes(data)
        assert not read(folder)
        assert f"{path} is damaged and is replaced" in capsys.readouterr().err


def test_another_protocol_discards_earlier_metrics(bars, capsys):
    evaluate_run(bars.path, ["prediction", "swap"], chosen())
    found = evaluate_run(bars.path, ["prediction"], chosen(clips=6))
    assert groups(found) == {"prediction", "protocol"}
    said = " ".join(capsys.readouterr().err.split())
    assert (
        f"{bars.metrics} is replaced: its prediction, swap were measured under "
        "another protocol (dataset_fingerprint, clips)"
    ) in said
    assert not (bars.figures / "swap.png").exists()
    with np.load(bars.per_clip) as arrays:
        assert set(map(len, arrays.values())) == {6}


def test_every_group(bars, monkeypatch):
    monkeypatch.setattr(classification, "predicted_classes", nearest)
    monkeypatch.setattr(judge, "STEPS", 2)
    monkeypatch.setattr(probes, "EPOCHS", 2)
    monkeypatch.setattr(scores, "SAMPLES", 200)
    found = evaluate_run(
        bars.path,
        options=chosen(clips=24, mig_samples=400, drift_steps=10),
    )
    keys = {key for group in GROUPS.values() for key in group.keys}
    # No number, no exact model.
    others = {"traversal", "layers", "log_likelihood"}
    assert groups(found) == (keys - others) | {"protocol"}
    beside = ("protocol", "training")
    rows = [row for key, row in found.items() if key not in beside]
    assert all(("value" in row) != ("absent" in row) for row in rows)
    # Metrics pooled over clips have per-clip values.
    pooled = {k for k, row in found.items() if row.get("pooling") == "psnr"}
    assert "swap/psnr" in pooled
    with np.load(bars.per_clip) as arrays:
        assert pooled <= set(arrays)
    value = {k: v["value"] for k, v in found.items() if "value" in v}
    assert value["prediction/psnr/forecast"] > value["prediction/psnr/blank"]
    figures = {name for group in GROUPS.values() for name in group.figures}
    drawn = {path.name for path in bars.figures.iterdir()}
    # The oracle is deterministic, has no latents of objects and no masks, and
    # does not generate.
    missing = {"lpips.png", "samples.gif", "factors.gif", "factors.png"}
    missing |= {"detections.png", "layers.png", "edit.png", "edit.gif"}
    missing |= {"generated.gif", "generated.png", "generated_grid.png"}
    assert drawn == figures - missing
    assert bars.report.exists()


@pytest.mark.parametrize(
    "group, given, message",
    [
        ("fid", {}, "--metrics=fid is unknown; allowed are prediction"),
        ("swap", {"horizon": 6}, "--horizon=6 does not fit; after .* 1 to 5"),
        ("swap", {"horizon": 0}, "--horizon=0 is too small; allowed is 1 to"),
        ("swap", {"seed": 10**20}, "--seed=1.* is too large; allowed is 0 to"),
        ("swap", {"samples": 10**9}, "--samples=1.* is too large; allowed is"),
    ],
)
def test_invalid_options_are_named(bars, group, given, message):
    with pytest.raises(ValueError, match=message):
        evaluate_run(bars.path, [group], chosen(**given))


@pytest.mark.parametrize(
    "name", ["mipae", pytest.param("ae_lstm", marks=pytest.mark.slow)]
)
def test_a_run_on_sprites(monkeypatch, tmp_path, name):
    """From a run folder to metrics.json, with the real builder."""
    builder = moving_dsprites.Builder(config=SPRITES, data_dir=tmp_path)
    examples = [builder.scene().clip("test", index)[1] for index in range(6)]
    test = Clips.from_examples(examples, name="sprites test")
    monkeypatch.setattr(evaluator, "open_clips", lambda *a, **k: test)
    monkeypatch.setattr(evaluator, "open_builder", lambda *a: builder)
    make_run(tmp_path / "run", random_model(name), settings(name))
    found = evaluate_run(
        tmp_path / "run",
        ["prediction", "swap", "mig"],
        chosen(horizon=3, mig_samples=60),
    )
    entangled = name == "ae_lstm"
    for key in ("swap/psnr", "prediction/psnr/oracle", "mig/published/score"):
        assert ("absent" in found[key]) is entangled, found[key]
    copy = found["prediction/psnr/copy_last"]
    assert copy["value"] > found["prediction/psnr/forecast"]["value"]
    assert found["protocol"]["dataset_fingerprint"] == test.fingerprint()
