"""Checks that every network of the library must pass."""

import inspect

import keras
import numpy as np
import tensorflow as tf


def run_layer_test(
    cls,
    init_kwargs,
    input_shape,
    expected_output_shape,
    mixed_dtype="float32",
):
    """Builds, runs, differentiates, copies and saves a layer.

    Args:
        cls: class of the layer.
        init_kwargs: its constructor's arguments.
        input_shape: with the batch; a list of them for several inputs.
        expected_output_shape: with the batch.
        mixed_dtype: dtype that comes out under mixed_bfloat16.
    """
    inputs = random_inputs(input_shape)
    layer = cls(**init_kwargs)
    layer.build(inputs[0].shape)
    made = len(layer.variables)
    with tf.GradientTape() as tape:
        outputs = layer(*inputs, **_training(layer))
        loss = tf.reduce_mean(outputs**2)
    assert outputs.shape == expected_output_shape
    assert outputs.dtype == tf.float32
    assert np.isfinite(outputs).all()
    assert len(layer.variables) == made > 0, "build left variables out"
    gradients = tape.gradient(loss, layer.trainable_variables)
    assert all(g is not None for g in gradients)
    _check_config(layer, inputs)
    _check_precision(cls, init_kwargs, inputs, mixed_dtype)


def run_saving_test(cls, init_kwargs, input_shape, folder):
    """Writes a `.keras` file with the layer in it and reads it back."""
    inputs = random_inputs(input_shape)
    layer = cls(**init_kwargs)
    symbols = [keras.Input(x.shape[1:]) for x in inputs]
    model = keras.Model(symbols, layer(*symbols))
    model.save(folder / "model.keras")
    again = keras.saving.load_model(folder / "model.keras")
    np.testing.assert_allclose(again(inputs), model(inputs), atol=1e-6)


def random_inputs(input_shape):
    """Uniform numbers in [0, 1], the same at each call."""
    shapes = input_shape if isinstance(input_shape, list) else [input_shape]
    random = np.random.default_rng(0)
    return [
        tf.constant(random.uniform(size=shape).astype("float32"))
        for shape in shapes
    ]


def kernel_count(layer):
    """Number of weights in kernels: no biases, no norms."""
    return sum(
        int(np.prod(w.shape))
        for w in layer.trainable_variables
        if w.name in ("kernel", "recurrent_kernel")
    )


def conv_count(kernels):
    """The same by hand, from (kernel size, channels in, channels out)."""
    return sum(size * size * into * out for size, into, out in kernels)


def _training(layer):
    knows = "training" in inspect.signature(layer.call).parameters
    return {"training": True} if knows else {}


def _check_config(layer, inputs):
    copy = type(layer).from_config(layer.get_config())
    copy.build(inputs[0].shape)
    assert copy.get_config() == layer.get_config()
    copy.set_weights(layer.get_weights())
    np.testing.assert_allclose(copy(*inputs), layer(*inputs), atol=1e-6)


def _check_precision(cls, init_kwargs, inputs, mixed_dtype):
    layer = cls(**{**init_kwargs, "dtype": "mixed_bfloat16"})
    outputs = layer(*inputs)
    assert outputs.dtype == mixed_dtype
    assert {v.dtype for v in layer.trainable_variables} == {"float32"}
    used = {x.compute_dtype for x in layer._flatten_layers()}
    assert "bfloat16" in used
