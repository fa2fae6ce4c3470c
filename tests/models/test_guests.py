"""Toy models can be trained, evaluated, exported and previewed."""

import functools

import numpy as np
import pytest
import tensorflow as tf
from evaluation.quick_classifier import nearest
from evaluation.world import Builder
from evaluation.world import clips
from models.harness import TOY_MODELS
from models.harness import outputs
from models.harness import random_model
from models.harness import small_config

from mipae_tf.evaluation import EvaluationOptions
from mipae_tf.evaluation import evaluate_run
from mipae_tf.evaluation import evaluator
from mipae_tf.evaluation.groups import classification
from mipae_tf.evaluation.groups import independence
from mipae_tf.evaluation.groups import scores
from mipae_tf.judging import judge
from mipae_tf.metrics.probes import probes
from mipae_tf.models.base import CAPABILITIES
from mipae_tf.models.context import context_from_clips
from mipae_tf.models.frame_values import to_uint8
from mipae_tf.runs import RunFolder
from mipae_tf.runs import load
from mipae_tf.serving import export_run
from mipae_tf.serving.forecast_video import forecast_video
from mipae_tf.training import TrainingOptions
from mipae_tf.training import job
from mipae_tf.training import sources

VIDEO = clips().video  # of 16 by 16 pixels and 8 frames
OPTIONS = EvaluationOptions(
    clips=20, horizon=4, samples=2, mig_samples=100, drift_steps=10
)


@pytest.fixture
def bars(monkeypatch):
    """Replaces every dataset by the bars world and shortens evaluation."""
    for module in (sources, evaluator):
        monkeypatch.setattr(module, "open_clips", lambda *a, **k: clips())
    monkeypatch.setattr(evaluator, "open_builder", lambda *a: Builder())
    monkeypatch.setattr(classification, "predicted_classes", nearest)
    monkeypatch.setattr(judge, "STEPS", 2)
    monkeypatch.setattr(probes, "EPOCHS", 2)
    monkeypatch.setattr(scores, "SAMPLES", 50)
    monkeypatch.delitem(scores.SCORES, "dci_es")  # one forest per dimension
    for name, quick in {
        "best_partition": {"partitions": 1, "draws": 1},
        "transition_information": {"draws": 1},
    }.items():
        slow = getattr(independence, name)
        partial = functools.partial(slow, **quick)
        monkeypatch.setattr(independence, name, partial)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Runs in the same folder share the judge."""
    return tmp_path_factory.mktemp("runs")


def trained(run, name, steps=2):
    return job.train_model(
        run,
        "bars",
        name,
        hyperparameters=small_config(name, training_steps=steps),
        options=TrainingOptions(validation_batches=1),
    )


@pytest.mark.parametrize(
    "name",
    [TOY_MODELS[0]]
    + [pytest.param(name, marks=pytest.mark.slow) for name in TOY_MODELS[1:]],
)
def test_a_toy_model_from_training_to_preview(runs, bars, tmp_path, name):
    run = runs / name
    model = trained(run, name)
    assert len(RunFolder(run).read_losses()) == 2
    assert list(RunFolder(run).logs.rglob("events*"))
    loaded = load(run)
    np.testing.assert_array_equal(outputs(loaded, VIDEO), outputs(model, VIDEO))
    check_evaluation(loaded, evaluate_run(run, options=OPTIONS))
    check_export(loaded, tf.saved_model.load(export_run(run)))
    check_preview(loaded, run, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", TOY_MODELS)
def test_a_toy_model_resumes_training(bars, tmp_path, capsys, name):
    trained(tmp_path / "run", name)
    longer = trained(tmp_path / "run", name, steps=4)
    assert "resumes from step 2 of 4" in capsys.readouterr().err
    once = trained(tmp_path / "once", name, steps=4)
    for one, other in zip(longer.variables, once.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def check_evaluation(model, found):
    """Each metric has a value, or the reason why the model has none."""
    extra = ("protocol", "training")
    rows = {k: v for k, v in found.items() if k not in extra}
    assert all(("value" in row) != ("absent" in row) for row in rows.values())
    needs = {
        "prediction/mae/forecast": ("forecast",),
        "scores/modularity/blocks": ("encode",),
        "downstream/shape_0/10": ("encode",),
        "classification/read/shape_0/all": ("encode",),
        "log_likelihood/per_frame": ("evidence",),
        "swap/psnr": ("encode", "decode", "content", "pose"),
        "mig/published/ceiling": ("encode", "content", "pose"),
    }
    for key, asked in needs.items():
        lacks = [
            need
            for need in asked
            if not (
                model.offers(need)
                if need in CAPABILITIES
                else model.latents_of(need)
            )
        ]
        row = rows.get(key, {})
        reason = row.get("absent", "")
        # Bars are few, so that codes of theirs may coincide.
        assert ("value" in row) == (not lacks) or "ties" in reason, key
        if key in rows and lacks:
            starts = (f"{model.title} offers no", f"{model.title} has no")
            assert any(start in reason for start in starts)


def check_export(model, served):
    """Each capability is an endpoint that works without the library."""
    ends = served.signatures
    not_served = {"evidence", "generate_grid"}
    offered = {x for x in CAPABILITIES if model.offers(x)} - not_served
    if model.stochastic and model.offers("forecast"):
        offered.add("sample")
    assert set(ends) == {*offered, "serving_default"}
    number = {n: tf.constant(n, tf.int32) for n in range(5)}
    video = tf.constant(VIDEO[:2, :3])
    if model.offers("forecast"):
        given = context_from_clips(model.TAKES, VIDEO[:2], 3, 4)
        named = {k: tf.constant(getattr(given, k)) for k in given.given()}
        named["video"] = named.pop("frames")
        frames = ends["forecast"](horizon=number[4], seed=number[0], **named)
        close(frames["frames"], model.forecast(given, 4))
    if model.offers("generate"):
        asked = {"count": number[2], "length": number[3], "seed": number[1]}
        frames = ends["generate"](**asked)["frames"]
        close(frames, to_uint8(model.generate(2, 3, 1)))
    if model.offers("encode"):
        codes = ends["encode"](video=video)
        for key, code in model.encode(video).items():
            np.testing.assert_allclose(codes[key], code, atol=1e-4)
        if model.offers("decode"):
            frames = ends["decode"](reference=video[:, -1], **codes)["frames"]
            close(frames, to_uint8(model.decode(codes, video[:, -1])))
    if model.offers("segment"):
        masks = ends["segment"](video=video)["masks"]
        np.testing.assert_allclose(masks, model.segment(video), atol=1e-5)


def close(one, other):
    """Asserts that frames differ only by rounding."""
    apart = one.numpy().astype(int) - other.numpy().astype(int)
    assert one.dtype == other.dtype == tf.uint8 and np.abs(apart).max() <= 1


def check_preview(model, run, folder):
    """There is a forecast of a video, or an error that tells the reason."""
    np.save(folder / "clip.npy", VIDEO[0])
    given = run, folder / "clip.npy", folder / "ahead.npy"
    if model.offers("forecast") and model.TAKES == ("frames",):
        forecast_video(*given, horizon=3, context=2)
        assert np.load(folder / "ahead.npy").shape == (1, 3, 16, 16, 1)
        return
    message = "offers no forecast|needs goal in addition to frames"
    with pytest.raises(ValueError, match=f"contains {model.title}.*{message}"):
        forecast_video(*given, horizon=3, context=2)
    assert not (folder / "ahead.npy").exists()


def test_the_flow_is_invertible_and_its_density_exact():
    flow = random_model("toy_flow", (8, 8, 1))
    frames = tf.constant(VIDEO[:2, :1, :8, :8] / np.float32(255))
    drawn = flow.decode(flow.encode(frames))
    np.testing.assert_allclose(drawn, frames, atol=1e-5)
    with tf.GradientTape() as tape:
        tape.watch(frames)
        codes = flow.encode(frames)
        flat = [tf.reshape(z, [2, -1]) for z in codes.values()]
        both = tf.concat(flat, axis=1)  # [frames, 64]
    slopes = tf.reshape(tape.batch_jacobian(both, frames), [2, 64, 64])
    log_det = tf.linalg.slogdet(slopes).log_abs_determinant
    squares = tf.reduce_sum(both**2 + np.log(2 * np.pi), axis=1)
    expected = log_det - 0.5 * squares
    nats = flow.evidence(frames).nats[:, 0]
    np.testing.assert_allclose(nats, expected, rtol=1e-4)


def test_a_forecast_ends_at_the_goal():
    model = random_model("toy_goal", (16, 16, 1))
    for horizon in (1, 4):
        given = context_from_clips(model.TAKES, VIDEO[:2], 3, horizon)
        last = model.forecast(given, horizon)[:, -1]
        goal = model.decode(model.encode(given.goal[:, None]))[:, 0]
        close(last, to_uint8(goal))
