"""Writes the predictor of a run as a SavedModel."""

import pathlib
import shutil
import uuid

import keras
import tensorflow as tf

from mipae_tf.models import Context
from mipae_tf.models import VideoModel
from mipae_tf.models.base import to_uint8
from mipae_tf.runs import RunFolder
from mipae_tf.runs import load


def export(
    run_dir: str | pathlib.Path, export_dir: str | None = None
) -> pathlib.Path:
    """Exports a run under the next free version number.

    Endpoints, uint8 frames in and out, every size but the frame's dynamic:

    - `forecast` (also `serving_default`): `video` `[batch, time, height,
      width, channel]`, `horizon` int32 scalar, `seed` int32 scalar ->
      `frames` `[batch, horizon, ...]`.
    - `sample`, of stochastic models: the same and `samples` int32 scalar ->
      `frames` `[samples, batch, horizon, ...]`.
    - `encode`: `video` -> a float32 tensor for each latent, by name.
    - `decode`: those tensors (and `reference`, the uint8 content frame
      `[batch, height, width, channel]`) -> `frames`.

    Args:
        run_dir: the folder that `train` wrote.
        export_dir: where versions are counted; `run_dir/export` when None.

    Returns:
        Folder of the SavedModel.
    """
    folder = RunFolder(run_dir)
    model = load(folder.path)
    target = pathlib.Path(export_dir) if export_dir else folder.export
    target.mkdir(parents=True, exist_ok=True)
    versions = [int(p.name) for p in target.iterdir() if p.name.isdigit()]
    version = target / str(max(versions, default=0) + 1)
    aside = target / f".{uuid.uuid4().hex}"
    try:
        _archive(model).write_out(aside, verbose=False)
        aside.rename(version)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return version


def _archive(model: VideoModel) -> keras.export.ExportArchive:
    video = tf.TensorSpec((None, None, *model.frame_shape), tf.uint8, "video")
    scalar = (
        tf.TensorSpec((), tf.int32, "horizon"),
        tf.TensorSpec((), tf.int32, "seed"),
    )

    def forecast(video, horizon, seed):
        keys = tf.stack([seed, 0])
        return {"frames": model.roll_out(Context(video), horizon, keys)}

    def sample(video, horizon, seed, samples):
        keys = tf.stack([seed, 0])
        return {"frames": model.futures(Context(video), horizon, samples, keys)}

    def encode(video):
        return dict(model.encode(video))

    def decode(latents):
        latents = dict(latents)
        reference = latents.pop("reference")
        return {"frames": to_uint8(model.decode(latents, reference))}

    archive = keras.export.ExportArchive()
    archive.track(model)
    for name in ("forecast", "serving_default"):
        archive.add_endpoint(name, forecast, [video, *scalar])
    if model.stochastic:
        samples = tf.TensorSpec((), tf.int32, "samples")
        archive.add_endpoint("sample", sample, [video, *scalar, samples])
    archive.add_endpoint("encode", encode, [video])
    archive.add_endpoint("decode", decode, [_latent_specs(model)])
    return archive


def _latent_specs(model: VideoModel) -> dict[str, tf.TensorSpec]:
    specs = {
        "reference": tf.TensorSpec(
            (None, *model.frame_shape), tf.uint8, "reference"
        )
    }
    for latent in model.latents:
        time = (None,) if latent.per_frame else ()
        shape = (None, *time, *latent.code_shape)
        specs[latent.name] = tf.TensorSpec(shape, tf.float32, latent.name)
    return specs
