import ast
import dataclasses
import pathlib

import pytest
import tensorflow as tf
from models.harness import FRAME
from models.harness import LIBRARY_MODELS
from models.harness import moving_clips
from models.harness import random_model
from models.harness import run_model_test

import mipae_tf
from mipae_tf.models import MODELS
from mipae_tf.models import Context
from mipae_tf.models import VideoModel
from mipae_tf.models import config_class
from mipae_tf.models import make_model


@pytest.mark.parametrize("name", list(MODELS))
def test_contract(name):
    run_model_test(name)


@pytest.mark.parametrize("name", LIBRARY_MODELS)
def test_a_context_of_one_frame(name):
    given = {"encoder": True, "categories": 0} if name == "mocogan" else {}
    model, video = random_model(name, **given), moving_clips(2)
    assert model.forecast(video[:, :1], horizon=2).shape == (2, 2, *FRAME)


@pytest.mark.parametrize("name", ["independent_prediction", "svg_lp"])
def test_each_predicted_frame_has_independent_noise(name):
    model, seed = random_model(name), tf.constant([3, 0])
    context = Context(tf.constant(moving_clips(1)[:, :2]))
    state = model.start(context, seed)
    keys = [tuple(seed.numpy())]  # seed of the noise of the context
    for _ in range(3):
        keys.append(tuple(state["key"].numpy()))
        _, state = model.step(state)
    assert len(set(keys)) == 4


@pytest.mark.parametrize("name", LIBRARY_MODELS)
def test_every_model_has_both_protocols(name):
    config = MODELS[name].config
    assert issubclass(MODELS[name].model, VideoModel)
    assert {"default", "published"} <= set(config.PROTOCOLS)
    for protocol in config.PROTOCOLS:
        config.resolve(protocol)
    for field in dataclasses.fields(config):
        assert field.metadata["help"].endswith("."), field.name


def test_flags_of_the_same_name_have_the_same_type_and_help():
    seen = {}
    for name, model in MODELS.items():
        for field in dataclasses.fields(model.config):
            what = type(field.default), field.metadata["help"]
            assert seen.setdefault(field.name, what) == what, (name, field.name)


@pytest.mark.parametrize("name", LIBRARY_MODELS)
@pytest.mark.parametrize(
    "field, value, message",
    [
        ("pose_dim", 0, "--pose_dim=0 is too small; allowed is 1 to 16384"),
        ("batch_size", 0, "--batch_size=0 .*; allowed is [12] to 16384"),
        ("backbone", "unet", "--backbone=unet is unknown; allowed are .*dcgan"),
        ("bound", "kl", "--bound=kl is unknown; allowed are js, nwj"),
        ("width", 2.5, "--width=2.5 must be an integer"),
        ("width", True, "--width=True must be an integer"),
        ("learning_rate", 0.0, "--learning_rate=0.0 .* more than 0"),
        ("learning_rate", float("nan"), "--learning_rate=nan"),
        ("code", 3, "--code=3 must be a string"),
    ],
)
def test_the_error_for_an_invalid_value_names_the_flag(
    name, field, value, message
):
    if field not in {f.name for f in dataclasses.fields(MODELS[name].config)}:
        message = f"--{field} is not a hyper-parameter of this model; it has"
    with pytest.raises(ValueError, match=message):
        make_model(name, FRAME, given={field: value})


@pytest.mark.parametrize("name", ["ae_lstm", "drnet", "mipae"])
def test_marginal_pairs_need_two_clips(name):
    message = "--batch_size=1 is too small; allowed is 2 to 16384"
    with pytest.raises(ValueError, match=message):
        make_model(name, FRAME, given={"batch_size": 1})


def test_an_unknown_model_is_refused():
    with pytest.raises(ValueError, match="--model=vae is unknown; allowed are"):
        config_class("vae")


@pytest.mark.parametrize(
    "backbone",
    [
        pytest.param("dcgan_skips", marks=pytest.mark.slow),
        pytest.param("vgg_resnet", marks=pytest.mark.slow),
        "coordinate",
    ],
)
def test_contract_with_each_backbone(backbone):
    run_model_test("mipae", {"backbone": backbone, "poses_per_clip": 1})


def test_no_other_code_depends_on_the_name_of_a_model():
    """Except for the default of `--model`."""
    root = pathlib.Path(mipae_tf.__file__).parent
    named = {
        (str(path.relative_to(root)), node.value)
        for path in root.rglob("*.py")
        if root / "models" not in path.parents
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and node.value in LIBRARY_MODELS
    }
    assert named == {("training/job.py", "mipae")}
