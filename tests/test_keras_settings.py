import json
import os
import subprocess
import sys
import types

import keras
import numpy as np
import pytest
from models.harness import FRAME
from models.harness import batch_of
from models.harness import moving_clips
from models.harness import randomize_weights
from models.harness import small_config
from runs.run_cases import make_run
from runs.run_cases import settings

from mipae_tf.keras_settings import choose_tensorflow
from mipae_tf.keras_settings import keras_defaults
from mipae_tf.metrics.frames.alexnet_features import AlexNetFeatures
from mipae_tf.metrics.information.neural_mi import neural_mutual_information
from mipae_tf.models import MODELS
from mipae_tf.models import make_model
from mipae_tf.models.optimizers import make_adam
from mipae_tf.training.strategies import precision


def settings_now():
    config = keras.config
    policy = config.dtype_policy().name
    return (
        config.image_data_format(),
        config.floatx(),
        config.epsilon(),
        policy,
    )


def change(layout, floatx, epsilon, policy):
    keras.config.set_image_data_format(layout)
    keras.config.set_floatx(floatx)
    keras.config.set_epsilon(epsilon)
    keras.config.set_dtype_policy(policy)


FOREIGN = ("channels_first", "float16", 1e-3, "mixed_float16")


@pytest.fixture
def foreign():
    """Changes the settings of Keras; asserts that the test keeps them."""
    before = settings_now()
    change(*FOREIGN)
    yield
    after = settings_now()
    change(*before)
    assert after == FOREIGN


def test_tensorflow_is_set_before_keras_is_imported(monkeypatch):
    monkeypatch.delitem(sys.modules, "keras")
    for given in ("jax", "torch", "nonsense"):
        monkeypatch.setenv("KERAS_BACKEND", given)
        choose_tensorflow()
        assert os.environ["KERAS_BACKEND"] == "tensorflow"


def test_an_imported_keras_is_not_changed(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    choose_tensorflow()  # Keras is already imported with TensorFlow
    assert os.environ["KERAS_BACKEND"] == "jax"
    config = types.SimpleNamespace(backend=lambda: "jax")
    other = types.SimpleNamespace(config=config)
    monkeypatch.setitem(sys.modules, "keras", other)
    with pytest.raises(ImportError, match="KERAS_BACKEND=jax; import mipae_tf"):
        choose_tensorflow()


def layers_of(model):
    return [
        (type(x).__name__, x.dtype_policy.name, getattr(x, "data_format", None))
        for x in model._flatten_layers(include_self=False)
    ]


@pytest.mark.parametrize("name", list(MODELS))
def test_models_do_not_depend_on_keras_settings(foreign, name):
    model = make_model(name, FRAME, given=small_config(name))
    found = layers_of(model)
    assert {policy for _, policy, _ in found} == {"float32"}
    assert {layout for *_, layout in found} <= {"channels_last", None}
    assert {v.dtype for v in model.weights} <= {"float32"}
    for stage in model.stages():
        for optimizer in stage.optimizers:
            assert {v.dtype for v in optimizer.variables} == {
                "int64" if "iteration" in v.path else "float32"
                for v in optimizer.variables
            }


def outcome():
    """Forecast of a model, and its losses after a training step."""
    keras.utils.set_random_seed(0)
    given = small_config("drnet", schedule="cosine", normalization="batch")
    model = make_model("drnet", FRAME, given=given)
    randomize_weights(model)
    video = moving_clips()
    stage = model.stages()[0]
    losses = stage.train_step(batch_of(stage, video))
    frames = model.forecast(video[:2, :2], 2)
    return {**losses, "frames": frames}


@pytest.mark.slow
def test_they_learn_and_forecast_as_everywhere(foreign):
    with keras_defaults():
        expected = outcome()
    found = outcome()
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value, name)


def test_a_schedule_does_not_overflow_in_float16(foreign):
    """The largest float16 is 65,504."""
    adam = make_adam(1e-3, 0.9, schedule="cosine", steps=200_000)
    adam.iterations.assign(100_000)
    assert 4e-4 < float(adam.learning_rate) < 6e-4


def test_a_precision_holds_within_what_makes_a_model(foreign):
    with precision("mixed_bfloat16"):
        found = layers_of(
            make_model("drnet", FRAME, given=small_config("drnet"))
        )
    assert "mixed_bfloat16" in {policy for _, policy, _ in found}


def test_networks_that_measure_are_made_as_everywhere(foreign):
    layers = AlexNetFeatures()._flatten_layers()
    layouts = {getattr(layer, "data_format", None) for layer in layers}
    assert layouts == {"channels_last", None}
    codes = np.random.default_rng(0).normal(size=(64, 2))
    found = neural_mutual_information(codes, codes, "nwj", 0, steps=50)
    with keras_defaults():
        same = neural_mutual_information(codes, codes, "nwj", 0, steps=50)
    assert found == same


SCRIPT = """
import sys
import numpy as np
import mipae_tf
model = mipae_tf.load(sys.argv[1])
np.save(sys.argv[3], model.forecast(np.load(sys.argv[2]), 3))
import keras
print(keras.config.backend(), keras.config.image_data_format())
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", None])
def test_a_process_with_other_settings_forecasts_the_same(tmp_path, backend):
    """Set by `KERAS_BACKEND` and keras.json, or only by keras.json."""
    model = settings().make_model()
    make_run(tmp_path / "run", model)
    foreign = {
        "backend": "torch",
        "floatx": "float64",
        "epsilon": 1e-3,
        "image_data_format": "channels_first",
    }
    (tmp_path / "keras.json").write_text(json.dumps(foreign))
    video = moving_clips(2)[:, :2]
    np.save(tmp_path / "video.npy", video)
    names = ("run", "video.npy", "frames.npy")
    environment = {**os.environ, "KERAS_HOME": str(tmp_path)}
    environment.pop("KERAS_BACKEND", None)
    if backend:
        environment["KERAS_BACKEND"] = backend
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *(str(tmp_path / n) for n in names)],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "tensorflow channels_first\n", done.stderr
    frames = np.load(tmp_path / "frames.npy")
    np.testing.assert_array_equal(frames, model.forecast(video, 3))
