import json

import numpy as np
import pytest
from models.harness import batch_of
from models.harness import moving_clips
from models.harness import values
from runs.run_cases import settings

from mipae_tf.models import MODELS
from mipae_tf.runs import RunFolder
from mipae_tf.runs.checkpoints import DamagedCheckpoints
from mipae_tf.runs.checkpoints import StageCheckpoints
from mipae_tf.runs.checkpoints import restore_stage_weights


def parts(tmp_path, name="mipae", seed=0, **given):
    """A model, its first stage and its checkpoints."""
    model = settings(name, seed=seed, **given).make_model()
    stage = model.stages()[0]
    folder = RunFolder(tmp_path)
    return folder, model, stage, StageCheckpoints(folder, model, stage)


def same(one, other):
    assert len(one) == len(other) > 0
    different = [
        variable.path
        for variable, wanted in zip(one, other, strict=True)
        if not np.array_equal(variable, wanted)
    ]
    assert not different


@pytest.mark.parametrize("name", list(MODELS))
def test_all_weights_of_a_model_are_restored(tmp_path, name):
    _, model, stage, checkpoints = parts(tmp_path, name)
    for variable in model.variables:
        variable.assign(variable + np.ones(1, variable.dtype))
    checkpoints.save()
    checkpoints.save_if_best(1.0)
    for keep in ("last", "best"):
        folder, twin, *_ = parts(tmp_path, name, seed=1, keep=keep)
        assert restore_stage_weights(folder, twin, stage.name)
        same(twin.variables, values(model.variables))


@pytest.mark.parametrize(
    "name",
    [
        "mipae",
        "independent_prediction",
        "svg_lp",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in ("ae_lstm", "drnet", "svg_fp")
        ),
    ],
)
def test_a_resumed_stage_gives_the_same_weights(tmp_path, name):
    """Critic and moments of all optimizers are also restored."""
    _, model, stage, checkpoints = parts(tmp_path, name)
    video = moving_clips()
    for step in range(2):
        stage.train_step(batch_of(stage, video, step))
    checkpoints.save()
    _, twin, goes_on, again = parts(tmp_path, name, seed=1)
    assert again.resume()
    assert int(goes_on.step) == 2
    for each in (stage, goes_on):
        each.seed = 0
        for step in (2, 3):
            losses = each.train_step(batch_of(each, video, step))
    same(goes_on.trainable_variables, values(stage.trainable_variables))
    same(twin.variables, values(model.variables))
    assert np.isfinite(float(losses["loss"]))


def test_resume_without_checkpoints(tmp_path):
    folder, model, stage, checkpoints = parts(tmp_path)
    assert not checkpoints.resume()
    assert restore_stage_weights(folder, model, stage.name) is None
    assert int(stage.step) == 0


def best(folder):
    path = folder.checkpoints("representation", "best.json")
    return json.loads(path.read_text())


@pytest.mark.parametrize(
    "keep, kept", [("best", (1.0, 2)), ("last", (None, 4))]
)
def test_the_best_or_the_last_weights_are_kept(tmp_path, keep, kept):
    folder, model, stage, checkpoints = parts(tmp_path, keep=keep)
    weight = model.trainable_variables[0]
    for step, loss in enumerate([3.0, 1.0, 2.0, float("nan")], start=1):
        stage.step.assign(step)
        weight.assign(np.full(weight.shape, step, np.float32))
        checkpoints.save_if_best(loss)
        checkpoints.save()
    loss, step = kept
    assert best(folder) == {"loss": loss, "step": step}
    _, other, *_ = parts(tmp_path, keep=keep)
    restore_stage_weights(folder, other, stage.name)
    assert (other.trainable_variables[0].numpy() == step).all()


def test_a_finite_loss_is_better_than_nan(tmp_path):
    folder, _, stage, checkpoints = parts(tmp_path, keep="best")
    checkpoints.save_if_best(float("nan"))
    stage.step.assign(1)
    checkpoints.save_if_best(5.0)
    assert best(folder) == {"loss": 5.0, "step": 1}


def test_two_newest_checkpoints_are_kept(tmp_path):
    folder, _, stage, checkpoints = parts(tmp_path)
    for step in (1, 2, 3):
        stage.step.assign(step)
        checkpoints.save()
    files = folder.checkpoints(stage.name, "newest").glob("*.index")
    assert sorted(f.stem for f in files) == ["ckpt-2", "ckpt-3"]


def cut(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def two_saved(tmp_path, max_to_keep=2):
    """A run whose weights are all 1 at step 1 and all 2 at step 2."""
    folder, model, stage, _ = parts(tmp_path)
    checkpoints = StageCheckpoints(folder, model, stage, max_to_keep)
    for step in (1, 2):
        stage.step.assign(step)
        for variable in model.trainable_variables:
            variable.assign(np.full(variable.shape, step, np.float32))
        checkpoints.save()
    return folder.checkpoints(stage.name, "newest")


@pytest.mark.parametrize(
    "damaged", ["ckpt-2.index", "ckpt-2.data-00000-of-00001"]
)
def test_a_damaged_checkpoint_is_skipped(tmp_path, capsys, damaged):
    cut(two_saved(tmp_path) / damaged)
    folder, model, stage, checkpoints = parts(tmp_path, seed=1, keep="last")
    assert checkpoints.resume()
    assert int(stage.step) == 1
    said = capsys.readouterr().err
    assert "ckpt-2 is damaged and skipped" in said
    assert (model.trainable_variables[0].numpy() == 1).all()
    assert restore_stage_weights(folder, model, stage.name).endswith("ckpt-1")
    stage.step.assign(2)  # training continues and replaces the damaged one
    checkpoints.save()
    _, _, again, checkpoints = parts(tmp_path, keep="last")
    assert checkpoints.resume() and int(again.step) == 2


def test_a_damaged_list_of_checkpoints_does_not_matter(tmp_path):
    cut(two_saved(tmp_path) / "checkpoint")
    _, _, stage, checkpoints = parts(tmp_path)
    assert checkpoints.resume() and int(stage.step) == 2


def test_training_does_not_start_again_if_all_are_damaged(tmp_path):
    saved = two_saved(tmp_path)
    for index in saved.glob("*.index"):
        cut(index)
    _, _, _, checkpoints = parts(tmp_path)
    with pytest.raises(DamagedCheckpoints, match="newest can be read"):
        checkpoints.resume()


@pytest.mark.parametrize("keep", [1, 3])
def test_max_to_keep(tmp_path, keep):
    found = two_saved(tmp_path, keep).glob("*.index")
    assert len(list(found)) == min(2, keep)


def test_the_newest_replaces_a_damaged_best(tmp_path, capsys):
    two_saved(tmp_path)
    folder, model, stage, checkpoints = parts(tmp_path, keep="best")
    assert checkpoints.resume()
    checkpoints.save_if_best(1.0)
    for data in folder.checkpoints(stage.name, "best").glob("*.data*"):
        cut(data)
    path = restore_stage_weights(folder, model, stage.name)
    assert path.endswith("newest/ckpt-2")
    assert "best/ckpt-2 is damaged" in capsys.readouterr().err


def test_checkpoints_without_running_means_can_be_read(tmp_path):
    """Those of earlier versions have none."""
    folder, model, stage, checkpoints = parts(tmp_path)
    stage.step.assign(7)
    whole = stage.state()
    sums = 2 * len(stage.means)
    stage.state = lambda: whole[:-sums]
    StageCheckpoints(folder, model, stage).save()
    _, _, again, checkpoints = parts(tmp_path, seed=1)
    assert checkpoints.resume() and int(again.step) == 7


@pytest.mark.parametrize("data", [b"", b"\xff", b"[]", b'{"loss": "low"}'])
def test_a_damaged_score_is_refused_before_training(tmp_path, data):
    folder, model, stage, checkpoints = parts(tmp_path, keep="best")
    checkpoints.save_if_best(1.0)
    path = folder.checkpoints(stage.name, "best.json")
    path.write_bytes(data)
    with pytest.raises(ValueError, match="best.json is damaged .* remove it"):
        StageCheckpoints(folder, model, stage)


def test_the_best_loss_is_restored(tmp_path):
    folder, model, stage, checkpoints = parts(tmp_path, keep="best")
    checkpoints.save_if_best(1.0)
    again = StageCheckpoints(folder, model, stage)
    again.save_if_best(2.0)
    assert best(folder)["loss"] == 1.0
    again.save_if_best(0.5)
    assert best(folder)["loss"] == 0.5
