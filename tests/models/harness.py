"""The contract test of all models, and small models for other tests."""

import dataclasses
import importlib
import pathlib

import keras
import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.data import batches
from mipae_tf.models import MODELS
from mipae_tf.models import config_class
from mipae_tf.models import make_model
from mipae_tf.models.base import CAPABILITIES
from mipae_tf.models.context import checked_context
from mipae_tf.models.context import context_from_clips

# Models of the library, and toy models that only the tests register.
LIBRARY_MODELS = tuple(MODELS)
for path in sorted((pathlib.Path(__file__).parent / "guests").glob("*.py")):
    importlib.import_module(f"models.guests.{path.stem}")
TOY_MODELS = tuple(name for name in MODELS if name not in LIBRARY_MODELS)

FRAME = (64, 64, 1)


def small_config(name, **given):
    """The small configuration of a model, updated with given values."""
    return {**config_class(name).SMALL, **given}


def random_model(name, frame_shape=FRAME, seed=0, **given):
    """A small model with random weights.

    Its outputs depend visibly on its inputs. The weights are the same at each
    call, whatever the training seed is.
    """
    keras.utils.set_random_seed(0)
    model = make_model(
        name, frame_shape, seed, given=small_config(name, **given)
    )
    randomize_weights(model)
    return model


def randomize_weights(network):
    """Assigns random kernels that keep the scale of the activations."""
    random = np.random.default_rng(0)
    for weight in network.trainable_variables:
        if len(weight.shape) > 1:
            scale = np.sqrt(2.0 / np.prod(weight.shape[:-1]))
            weight.assign(scale * random.normal(size=weight.shape))


def moving_clips(clips=8, length=8, frame_shape=FRAME):
    """uint8 clips of a bright moving square of random size."""
    random = np.random.default_rng(1)
    height, width, _ = frame_shape
    video = np.zeros((clips, length, *frame_shape), np.uint8)
    for clip in video:
        size = random.integers(8, 24)
        place, speed = random.integers(0, 20, 2), random.integers(1, 4, 2)
        for time, frame in enumerate(clip):
            row, column = np.minimum(place + time * speed, (height, width))
            value = random.integers(150, 256)
            frame[row : row + size, column : column + size] = value
    return video


def arrays_of(model, stage, video):
    """The training data of a stage: the video, or latents of each frame."""
    if stage.streams == ("video",):
        return video
    flat = tf.constant(video.reshape(-1, 1, *video.shape[2:]))
    return {
        name: np.reshape(latent, (*video.shape[:2], -1))
        for name, latent in model.encode(flat).items()
    }


def batch_of(stage, arrays, step=0):
    """The batch of one step, as in the trainer."""
    return next(iter(batches(arrays, stage.plan, 0, step, step + 1)))


def values(variables):
    """Copies of variables."""
    return [np.array(variable) for variable in variables]


def changed(variables, before):
    """Whether each variable has changed."""
    return [
        not np.array_equal(np.array(variable), old)
        for variable, old in zip(variables, before, strict=True)
    ]


def run_model_test(name, given=None):
    """Checks that a model fulfils the contract of `VideoModel`.

    Args:
        name: value of `--model`.
        given: hyper-parameters that override the small configuration.
    """
    model = random_model(name, **(given or {}))
    video = moving_clips()
    offered = [x for x in CAPABILITIES if model.offers(x)]
    assert offered, "a model must offer something"
    for capability in CAPABILITIES:
        if capability in offered:
            CHECKS[capability](model, video[:2])
        else:
            _check_refused(model, capability, video[:2])
    assert list(model.layers)  # of Keras; no method of ours may replace it
    _check_stages(model, video)
    _check_round_trip(model, name, given or {}, video)


def _check_refused(model, capability, video):
    """The error names the missing capability in one sentence."""
    calls = {
        "forecast": lambda: model.forecast(video[:, :3], 2),
        "encode": lambda: model.encode(video),
        "decode": lambda: model.decode({}),
        "generate": lambda: model.generate(1, 2),
        "generate_grid": lambda: model.generate_grid(1, 1, 2),
        "evidence": lambda: model.evidence(video),
        "segment": lambda: model.segment(video),
        "draw_layers": lambda: model.draw_layers(video),
    }
    message = f"{model.title} offers no {capability}."
    with pytest.raises((ValueError, NotImplementedError), match=message):
        calls[capability]()


def context(model, video, frames, horizon):
    """The context that `forecast` passes to `start`."""
    given = context_from_clips(model.TAKES, video, frames, horizon)
    shape, title = model.frame_shape, model.title
    made = checked_context(given, model.TAKES, shape, horizon, title)
    return made._replace(horizon=tf.constant(horizon))


def _check_encode(model, video):
    video = video[:, :3]
    codes = model.encode(tf.constant(video))
    assert list(codes) == [latent.name for latent in model.latents]
    for latent in model.latents:
        time = (3,) if latent.per_frame else ()
        code = codes[latent.name]
        assert code.shape == (2, *time, *latent.code_shape), latent
        assert code.dtype == tf.float32
        assert np.isfinite(code).all()
    again = model.encode(tf.constant(video))
    floats = model.encode(tf.constant(video / np.float32(255)))
    for latent, code in codes.items():
        np.testing.assert_array_equal(code, again[latent], "not deterministic")
        np.testing.assert_allclose(code, floats[latent], atol=1e-5)


def _check_decode(model, video):
    video = video[:, :3]
    codes = model.encode(tf.constant(video))
    frames = model.decode(codes, tf.constant(video[:, -1]))
    assert frames.shape == video.shape
    _check_frames(frames)
    mirrored = {k: tf.reverse(v, [0]) for k, v in codes.items()}
    other = model.decode(mirrored, tf.constant(video[::-1, -1]))
    np.testing.assert_allclose(other[::-1], frames, atol=1e-5)


def _check_frames(frames):
    assert frames.dtype == tf.float32
    assert np.min(frames) >= 0.0 and np.max(frames) <= 1.0
    assert np.std(frames) > 0.0


def _check_forecast(model, video):
    _check_steps(model, video)
    _check_futures(model, video)


def _check_steps(model, video):
    key = tf.constant([0, 0])
    start = model.start(context(model, video, 3, 4), key)
    predicted, state = model.step(start)
    assert predicted.shape == video[:, 0].shape
    _check_frames(predicted)
    # A given frame changes the next state, but not the current prediction.
    frame = tf.constant(video[:, 2])
    shown, followed = model.step(start, frame)
    after, _ = model.step(followed)
    if not model.stochastic:
        np.testing.assert_allclose(shown, predicted, atol=1e-6)
        # A given frame is equivalent to one more context frame.
        longer = video.copy()
        longer[:, 3] = video[:, 2]
        started = model.start(context(model, longer, 4, 3), key)
        expected, _ = model.step(started)
        np.testing.assert_allclose(after, expected, atol=1e-5)
    on_its_own, _ = model.step(state)
    assert np.abs(after - on_its_own).max() > 1e-6


def _check_futures(model, video):
    """All batches have the same size, so that functions are traced once."""
    shape = video.shape[2:]
    given = context_from_clips(model.TAKES, video, 3, 5)
    long = model.forecast(given, horizon=5)
    assert long.shape == (2, 5, *shape)
    assert long.dtype == tf.uint8
    one = context_from_clips(model.TAKES, video[:1], 3, 5)
    sampled = model.forecast(one, horizon=5, samples=2, seed=5)
    assert sampled.shape == (2, 1, 5, *shape)
    again = model.forecast(one, horizon=5, samples=2, seed=5)
    np.testing.assert_array_equal(sampled, again)
    pieces = model.stream(one, horizon=5, samples=2, seed=5, piece=2)
    np.testing.assert_array_equal(np.concatenate(list(pieces), 2), sampled)
    key = tf.constant([0, 0])
    frame, _ = model.step(model.start(context(model, video, 1, 2), key))
    assert frame.shape == (2, *shape), "a context of one frame must suffice"
    if model.stochastic:
        assert (sampled[0] != sampled[1]).numpy().any()
        return
    for sample in sampled:
        # Convolutions of another batch size may round otherwise.
        apart = np.abs(np.array(sample, int) - np.array(long[:1], int))
        assert apart.max() <= 1
    if "goal" not in model.TAKES:
        short = model.forecast(given, horizon=2)
        np.testing.assert_array_equal(short, long[:, :2])
    by_hand = []
    state = model.start(context(model, video, 3, 5), key)
    for _ in range(3):
        frame, state = model.step(state)
        by_hand.append(np.array(frame) * 255.0)
    # Differences of up to half a grey level are due to rounding.
    first = np.array(long[:, :3], np.float32)
    apart = np.abs(np.stack(by_hand, axis=1) - first)
    assert apart.max() < 0.51


def _check_generate(model, video):
    shape = video.shape[2:]
    clips = model.generate(2, 3, seed=1)
    assert clips.shape == (2, 3, *shape)
    _check_frames(clips)
    np.testing.assert_array_equal(model.generate(2, 3, seed=1), clips)
    assert np.abs(model.generate(2, 3, seed=2) - clips).max() > 0.0
    assert np.abs(clips[0] - clips[1]).max() > 0.0


def _check_generate_grid(model, video):
    grid = model.generate_grid(2, 3, 4, seed=1)
    assert grid.shape == (2, 3, 4, *video.shape[2:])
    _check_frames(grid)
    np.testing.assert_array_equal(model.generate_grid(2, 3, 4, seed=1), grid)
    assert np.abs(model.generate_grid(2, 3, 4, seed=2) - grid).max() > 0.0
    assert np.abs(grid[0] - grid[1]).max() > 1e-6, "contents do not differ"
    assert np.abs(grid[:, 0] - grid[:, 1]).max() > 1e-6, "motions do not"


def _check_evidence(model, video):
    found = model.evidence(tf.constant(video[:, :4]))
    assert found.nats.shape == found.likelihood.shape == (2, 4)
    assert np.isfinite(found.nats).all()
    if found.kind == "bound":
        assert found.kl.shape == (2, 4) and np.min(found.kl) >= 0.0
    else:
        assert found.kl is None
    again = model.evidence(tf.constant(video[:, :4]))
    np.testing.assert_array_equal(found.nats, again.nats)


def _check_segment(model, video):
    masks = model.segment(tf.constant(video[:, :3]))
    assert masks.shape[:4] == video[:, :3].shape[:4] and masks.shape[4] > 0
    assert masks.dtype == tf.float32
    assert np.min(masks) >= 0.0
    assert np.max(np.sum(masks, axis=-1)) <= 1.0 + 1e-6


def _check_draw_layers(model, video):
    layers = model.draw_layers(tf.constant(video[:, :3]))
    assert layers.shape[:2] == (len(video), 3) and layers.shape[2] > 0
    assert layers.shape[3:] == video.shape[2:]
    assert layers.dtype == tf.float32
    assert 0.0 <= np.min(layers) <= np.max(layers) <= 1.0


CHECKS = {
    "forecast": _check_forecast,
    "encode": _check_encode,
    "decode": _check_decode,
    "generate": _check_generate,
    "generate_grid": _check_generate_grid,
    "evidence": _check_evidence,
    "segment": _check_segment,
    "draw_layers": _check_draw_layers,
}


def _check_stages(model, video):
    stages = model.stages()
    names = tuple(stage.name for stage in stages)
    assert names == model.stage_names
    assert len(set(names)) == len(names) > 0
    for stage in stages:
        _check_stage(model, stage, video)


def _check_stage(model, stage, video):
    assert stage.streams in (("video",), ("latents",))
    arrays = arrays_of(model, stage, video)
    if stage.streams == ("latents",):
        stage.prepare(arrays)
    batch = batch_of(stage, arrays)
    other = batch_of(stage, arrays, step=1)
    assert tf.nest.flatten(batch)[0].shape[0] == stage.plan.clips
    # Networks that the stage does not own must not change.
    own = {id(v) for v in stage.variables}
    rest = [v for v in model.variables if id(v) not in own]
    trained = stage.trainable_variables
    before, rest_before = values(trained), values(rest)
    losses = {k: float(v) for k, v in stage.evaluate_losses(batch).items()}
    assert "loss" in losses
    assert np.isfinite(list(losses.values())).all()
    assert not any(changed(trained, before)), "evaluation must not train"
    for each in (batch, other):
        losses = stage.update(each)
    assert set(losses) == set(stage.LOSSES)
    for loss in losses.values():
        assert loss.shape == () and np.isfinite(loss)
    moved = changed(trained, before)
    still = [v.path for v, m in zip(trained, moved, strict=True) if not m]
    assert not still or stage.streams == ("video",), still
    assert any(moved)
    assert not any(changed(rest, rest_before)), "trains other networks"


def _check_round_trip(model, name, given, video):
    """All weights can be copied to another model of the same config."""
    twin = make_model(
        name, model.frame_shape, 1, given=small_config(name, **given)
    )
    assert [v.shape for v in twin.variables] == [
        v.shape for v in model.variables
    ]
    twin.set_weights(model.get_weights())
    np.testing.assert_array_equal(
        outputs(twin, video[:2]), outputs(model, video[:2])
    )
    assert model.config == type(model.config)(
        **dataclasses.asdict(model.config)
    )


def outputs(model, video):
    """Frames that depend on the weights of the model."""
    if model.offers("forecast"):
        state = model.start(context(model, video, 3, 2), tf.constant([0, 0]))
        return model.step(state)[0]
    return model.generate(2, 3)
