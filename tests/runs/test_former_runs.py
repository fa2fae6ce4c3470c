"""Runs of earlier versions can be loaded and resumed, or are refused."""

import json

import numpy as np
import pytest
from models.harness import random_model
from models.harness import values
from runs.run_cases import make_run
from runs.run_cases import settings

from mipae_tf.runs import RunFolder
from mipae_tf.runs import load
from mipae_tf.runs.checkpoints import StageCheckpoints


def test_the_stage_of_svg_was_named_elbo(tmp_path):
    model = random_model("svg_lp")
    folder = make_run(tmp_path, model, settings("svg_lp"))
    checkpoints = tmp_path / "checkpoints"
    (checkpoints / "joint").rename(checkpoints / "elbo")
    for step in (1, 2):
        folder.append_losses({"stage": "elbo", "step": step})
    loaded = load(tmp_path)
    for one, other in zip(
        values(loaded.variables), values(model.variables), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    stage = loaded.stages()[0]
    again = StageCheckpoints(folder, loaded, stage)
    assert again.resume()
    stage.step.assign(1)
    folder.remove_losses_after(stage.name, 1)  # step 2 will be repeated
    assert folder.read_losses() == [{"stage": "elbo", "step": 1}]
    again.save()
    assert (checkpoints / "elbo" / "newest" / "ckpt-1.index").exists()
    assert not (checkpoints / "joint").exists()


def test_a_stage_that_is_still_named_elbo_keeps_its_folder(tmp_path):
    folder = RunFolder(tmp_path)
    newest = tmp_path / "checkpoints" / "elbo" / "newest"
    assert folder.checkpoints("elbo", "newest") == newest
    joint = tmp_path / "checkpoints" / "joint" / "newest"
    assert folder.checkpoints("joint", "newest") == joint


@pytest.mark.parametrize(
    "change, message",
    [
        (
            lambda fields: fields["config"].update(colour=1),
            "--colour is not a hyper-parameter of this model; it has",
        ),
        (
            lambda fields: fields["config"].update(backbone="unet"),
            "--backbone=unet is unknown; allowed are coordinate",
        ),
        (lambda fields: fields.update(model="vae"), "--model=vae is unknown"),
        (lambda fields: fields.pop("config"), "it lacks 'config'"),
        (lambda fields: fields.update(more=1), "unexpected .* argument 'more'"),
    ],
)
def test_the_error_for_unreadable_settings_names_the_reason(
    tmp_path, change, message
):
    fields = json.loads(settings().to_json())
    change(fields)
    folder = RunFolder(tmp_path)
    folder.config.write_text(json.dumps(fields))
    before = folder.config.read_text()
    start = f"{tmp_path}/config.json is damaged or not of this library"
    for read in (folder.settings, lambda: folder.claim(settings())):
        with pytest.raises(ValueError, match=start + ".*" + message):
            read()
    assert folder.config.read_text() == before


def test_missing_hyperparameters_have_their_defaults(tmp_path):
    fields = json.loads(settings(mi_weight=1e-3).to_json())
    del fields["config"]["mi_weight"]
    folder = RunFolder(tmp_path)
    folder.config.write_text(json.dumps(fields))
    assert folder.settings() == settings(mi_weight=1e-3)
