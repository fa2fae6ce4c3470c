"""Every group of metrics on every model."""

import dataclasses

import pytest
from mipae_tf.data_builders.moving_dsprites import (
    moving_dsprites_dataset_builder as moving_dsprites,
)
from mipae_tf.data_builders.moving_dsprites.sprites_config import SpritesConfig
from models.harness import LIBRARY_MODELS
from models.harness import random_model
from runs.run_cases import make_run
from runs.run_cases import settings

from mipae_tf.data import Clips
from mipae_tf.evaluation import EvaluationOptions
from mipae_tf.evaluation import evaluate_run
from mipae_tf.evaluation import evaluator
from mipae_tf.evaluation.groups import classification
from mipae_tf.evaluation.groups import scores
from mipae_tf.judging import judge
from mipae_tf.metrics.probes import probes
from mipae_tf.metrics.probes.classifier import Head

SPRITES = SpritesConfig(
    "two", num_frames=8, sprites=2, colour=False, sprites_from="drawn"
)


@pytest.fixture
def sprites(monkeypatch, tmp_path):
    """Clips of two grey sprites, which the evaluator opens."""
    builder = moving_dsprites.Builder(config=SPRITES, data_dir=tmp_path)
    scene = builder.scene()

    def open_clips(dataset, split, *where, **_):
        examples = [scene.clip(split, index)[1] for index in range(20)]
        clips = Clips.from_examples(examples, scene.factors, "two sprites")
        return clips.take(slice(where[-1]))

    monkeypatch.setattr(evaluator, "open_clips", open_clips)
    monkeypatch.setattr(evaluator, "open_builder", lambda *a: builder)
    small = Head(units=4, steps=2)
    monkeypatch.setattr(classification, "OBJECT_HEAD", small)
    monkeypatch.setattr(judge, "STEPS", 2)
    monkeypatch.setattr(probes, "EPOCHS", 2)
    monkeypatch.setattr(scores, "SAMPLES", 100)
    return open_clips("", "test", None)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(LIBRARY_MODELS))
@pytest.mark.parametrize("drawn", [True, False], ids=["drawn", "clips"])
def test_every_group_has_a_value_or_a_reason(sprites, tmp_path, name, drawn):
    make_run(tmp_path / "run", random_model(name), settings(name))
    options = EvaluationOptions(
        clips=20, horizon=3, samples=2, mig_samples=100, drift_steps=4
    )
    # Without declarations factors have default kinds.
    own = None
    if not drawn:
        own = dataclasses.replace(sprites, factors=())
    found = evaluate_run(tmp_path / "run", options=options, own_clips=own)
    beside = ("protocol", "training")
    rows = {k: v for k, v in found.items() if k not in beside}
    assert all(("value" in row) != ("absent" in row) for row in rows.values())
    measured = {
        key.split("/")[0] for key, row in rows.items() if "value" in row
    }
    least = {"prediction"}  # at least of the trivial baselines
    if name == "mocogan":
        absent = rows["generated/inception_score"]["absent"]
        assert absent == "two sprites has no factors that a judge can use."
        absent = rows["prediction/psnr/forecast"]["absent"]
        assert absent == "MoCoGAN offers no forecast without --encoder."
    else:
        least |= {"read", "scores", "downstream", "drift"}
    assert least <= measured
    of_both = name in ("ddpae", "drnet", "hierarchical_objects", "mipae")
    assert ("swap" in measured) is (drawn and of_both)
