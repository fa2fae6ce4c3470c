"""Writes the predictor of a run as a SavedModel."""

import pathlib
import shutil
import uuid
from collections.abc import Callable
from collections.abc import Mapping

import keras
import tensorflow as tf

from mipae_tf.models import Context
from mipae_tf.models import VideoModel
from mipae_tf.models.base import to_uint8
from mipae_tf.runs import RunFolder
from mipae_tf.runs import load

Specs = Mapping[str, tf.TensorSpec]


def export(
    run_dir: str | pathlib.Path, export_dir: str | None = None
) -> pathlib.Path:
    """Exports a run under the next free version number.

    Endpoints, of what the model offers; uint8 frames in and out, every size
    but the frame's dynamic:

    - `forecast`: `video` `[batch, time, height, width, channel]`, what else
      the model's context takes by the names of `Context`, `horizon` int32
      scalar, `seed` int32 scalar -> `frames` `[batch, horizon, ...]`.
    - `sample`, of stochastic models: the same and `samples` int32 scalar ->
      `frames` `[samples, batch, horizon, ...]`.
    - `generate`: `count`, `length` and `seed`, int32 scalars -> `frames`
      `[count, length, ...]`.
    - `encode`: `video` -> a float32 tensor for each latent, by name.
    - `decode`: those tensors (and `reference`, the uint8 content frame
      `[batch, height, width, channel]`) -> `frames`.
    - `segment`: `video` -> `masks` float32 `[batch, time, height, width,
      objects]`.

    `serving_default` is the first of them that there is.

    Args:
        run_dir: the folder that `train` wrote.
        export_dir: where versions are counted; `run_dir/export` when None.

    Returns:
        Folder of the SavedModel.

    Raises:
        ValueError: when the folder holds no trained run, or the model offers
            nothing that can be served.
    """
    folder = RunFolder(run_dir)
    model = load(folder.path)
    archive = _archive(model)
    target = pathlib.Path(export_dir) if export_dir else folder.export
    target.mkdir(parents=True, exist_ok=True)
    versions = [int(p.name) for p in target.iterdir() if p.name.isdigit()]
    version = target / str(max(versions, default=0) + 1)
    aside = target / f".{uuid.uuid4().hex}"
    try:
        archive.write_out(aside, verbose=False)
        aside.rename(version)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return version


def _archive(model: VideoModel) -> keras.export.ExportArchive:
    endpoints = _endpoints(model)
    if not endpoints:
        raise ValueError(f"{model.title} offers nothing that can be served.")
    first = next(iter(endpoints.values()))
    archive = keras.export.ExportArchive()
    archive.track(model)
    for name, (serve, specs) in {**endpoints, "serving_default": first}.items():
        archive.add_endpoint(name, serve, [_named(specs)])
    return archive


def _endpoints(model: VideoModel) -> dict[str, tuple[Callable, Specs]]:
    """By name a function of a dict of tensors, and their specs."""
    video = tf.TensorSpec((None, None, *model.frame_shape), tf.uint8)
    number = tf.TensorSpec((), tf.int32)
    of_latents = {
        latent.name: tf.TensorSpec(
            (None, *((None,) if latent.per_frame else ()), *latent.code_shape),
            tf.float32,
        )
        for latent in model.latents
    }
    reference = tf.TensorSpec((None, *model.frame_shape), tf.uint8)
    context = model.context_specs()
    others = {k: v for k, v in context.items() if k != "frames"}
    ahead = {"video": video, **others, "horizon": number, "seed": number}
    known = {
        "forecast": (_forecast, ahead),
        "generate": (
            _generate,
            {"count": number, "length": number, "seed": number},
        ),
        "encode": (_encode, {"video": video}),
        "decode": (_decode, {**of_latents, "reference": reference}),
        "segment": (_segment, {"video": video}),
    }
    offered = {k: v for k, v in known.items() if model.offers(k)}
    if "forecast" in offered and model.stochastic:
        offered["sample"] = (_sample, {**ahead, "samples": number})
    return {
        name: (_of(model, serve), specs)
        for name, (serve, specs) in offered.items()
    }


def _of(model: VideoModel, serve: Callable) -> Callable:
    return lambda given: serve(model, dict(given))


def _named(specs: Specs) -> dict[str, tf.TensorSpec]:
    """Specs that carry their names, which become those of the inputs."""
    return {
        name: tf.TensorSpec(spec.shape, spec.dtype, name)
        for name, spec in specs.items()
    }


def _forecast(model: VideoModel, given: dict) -> dict[str, tf.Tensor]:
    horizon, key = given.pop("horizon"), _key(given)
    context = Context(given.pop("video"), **given)
    return {"frames": model.roll_out(context, horizon, key)}


def _sample(model: VideoModel, given: dict) -> dict[str, tf.Tensor]:
    horizon, key = given.pop("horizon"), _key(given)
    samples = given.pop("samples")
    context = Context(given.pop("video"), **given)
    return {"frames": model.futures(context, horizon, samples, key)}


def _generate(model: VideoModel, given: dict) -> dict[str, tf.Tensor]:
    return {"frames": to_uint8(model.generate(**given))}


def _encode(model: VideoModel, given: dict) -> dict[str, tf.Tensor]:
    return dict(model.encode(given["video"]))


def _decode(model: VideoModel, given: dict) -> dict[str, tf.Tensor]:
    reference = given.pop("reference")
    return {"frames": to_uint8(model.decode(given, reference))}


def _segment(model: VideoModel, given: dict) -> dict[str, tf.Tensor]:
    return {"masks": model.segment(given["video"])}


def _key(given: dict) -> tf.Tensor:
    return tf.stack([given.pop("seed"), 0])
