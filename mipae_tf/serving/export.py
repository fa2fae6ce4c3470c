"""Export of the model of a run as a SavedModel."""

import functools
import pathlib
import shutil
import uuid
from collections.abc import Callable
from collections.abc import Mapping

import keras
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from mipae_tf.files import make_folder
from mipae_tf.files import write_file
from mipae_tf.limits import INT32_MAX
from mipae_tf.limits import require_between
from mipae_tf.models import Context
from mipae_tf.models import Latent
from mipae_tf.models import VideoModel
from mipae_tf.models.frame_values import to_uint8
from mipae_tf.runs import RunFolder
from mipae_tf.runs import load
from mipae_tf.serving.export_page import export_page
from mipae_tf.serving.request_checks import Axes
from mipae_tf.serving.request_checks import checked_request
from mipae_tf.serving.run_geometry import geometry_of

MAX_FRAMES = 10_000
# A function of named inputs, and the types and axes of the inputs.
Endpoint = tuple[Callable, Mapping[str, tuple[tf.DType, Axes]]]


def export_run(
    run_dir: str | pathlib.Path,
    export_dir: str | None = None,
    max_frames: int = MAX_FRAMES,
) -> pathlib.Path:
    """Exports the model of a run under the next version number.

    The endpoints depend on the capabilities of the model. Input and output
    frames are uint8; all sizes except those of a frame are dynamic:

    - `forecast`: `video` `[batch, time, height, width, channel]`, the other
      fields of `Context` that the model takes, `horizon` int32 scalar, `seed`
      int32 scalar -> `frames` `[batch, horizon, ...]`.
    - `sample` (stochastic models): the same and `samples` int32 scalar ->
      `frames` `[samples, batch, horizon, ...]`.
    - `generate`: `count`, `length` and `seed`, int32 scalars -> `frames`
      `[count, length, ...]`.
    - `encode`: `video` -> one float32 tensor per latent, by name.
    - `decode`: these tensors and `reference`, the uint8 content frame
      `[batch, height, width, channel]` -> `frames`.
    - `segment`: `video` -> `masks` float32 `[batch, time, height, width,
      objects]`.

    `serving_default` is the first of these endpoints that exists.

    The graph checks each request. A wrong shape, an empty batch or clip, a
    horizon below 1 or too many frames give an INVALID_ARGUMENT error with one
    sentence.

    `README.md` beside the SavedModel lists the endpoints, and says how frames
    are made from a video.

    Args:
        run_dir: folder of the run.
        export_dir: folder of the numbered versions; `run_dir/export` if None.
        max_frames: maximum number of frames in a request, and in its response,
            over all clips and samples.

    Returns:
        Folder of the SavedModel.

    Raises:
        ValueError: if the folder contains no trained run, the model has no
            capability that can be served, or `max_frames` is below 1.
    """
    require_between("max_frames", max_frames, 1, INT32_MAX)
    folder = RunFolder(run_dir)
    model = load(folder.path)
    endpoints = _endpoints(model)
    target = make_folder(export_dir or folder.export)
    versions = [int(p.name) for p in target.iterdir() if p.name.isdigit()]
    version = target / str(max(versions, default=0) + 1)
    temporary = target / f".{uuid.uuid4().hex}"
    try:
        _write(endpoints, temporary, max_frames)
        inputs = {name: taken for name, (_, taken) in endpoints.items()}
        dataset = folder.settings().dataset
        geometry = geometry_of(folder.path, model)
        page = export_page(model, dataset, geometry, inputs, max_frames)
        write_file(temporary / "README.md", page)
        temporary.rename(version)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return version


def _write(
    endpoints: Mapping[str, Endpoint], folder: pathlib.Path, max_frames: int
) -> None:
    archive = keras.export.ExportArchive()
    for name, (answer, inputs) in endpoints.items():
        axes = {field: axes for field, (_, axes) in inputs.items()}
        specs = {
            field: tf.TensorSpec(None, dtype, field)
            for field, (dtype, _) in inputs.items()
        }
        endpoint = functools.partial(
            _checked_answer, name, answer, axes, max_frames
        )
        archive.add_endpoint(name, endpoint, [specs])
    archive.write_out(folder, verbose=False)
    _write_input_shapes(folder, endpoints)


def _checked_answer(
    name: str,
    answer: Callable,
    axes: Mapping[str, Axes],
    max_frames: int,
    request: Mapping[str, tf.Tensor],
) -> dict[str, tf.Tensor]:
    return answer(**checked_request(name, request, axes, max_frames))


def _endpoints(model: VideoModel) -> dict[str, Endpoint]:
    """The endpoints of the model; the first is also `serving_default`."""

    def forecast(video, horizon, seed, **context):
        context = Context(video, **context)
        keys = tf.stack([seed, 0])
        return {"frames": model.roll_out(context, horizon, keys)}

    def sample(video, horizon, seed, samples, **context):
        context = Context(video, **context)
        keys = tf.stack([seed, 0])
        return {"frames": model.futures(context, horizon, samples, keys)}

    def generate(count, length, seed):
        return {"frames": to_uint8(model.generate(count, length, seed))}

    def encode(video):
        return dict(model.encode(video))

    def decode(reference, **latents):
        return {"frames": to_uint8(model.decode(latents, reference))}

    def segment(video):
        return {"masks": model.segment(video)}

    number = (tf.int32, ())
    video = {"video": (tf.uint8, ("batch", "time", *model.frame_shape))}
    future = {**_context(model), "horizon": number, "seed": number}
    latents = {
        "reference": (tf.uint8, ("batch", *model.frame_shape)),
        **{x.name: (tf.float32, _axes(x)) for x in model.latents},
    }
    known = {
        "forecast": (forecast, future),
        "generate": (
            generate,
            {"count": number, "length": number, "seed": number},
        ),
        "encode": (encode, video),
        "decode": (decode, latents),
        "segment": (segment, video),
    }
    offered = {k: v for k, v in known.items() if model.offers(k)}
    if "forecast" in offered and model.stochastic:
        offered["sample"] = (sample, {**future, "samples": number})
    if not offered:
        raise ValueError(f"{model.title} offers nothing that can be served.")
    return offered


def _context(model: VideoModel) -> dict[str, tuple[tf.DType, Axes]]:
    """Types and axes of the context of a forecast; frames are named video."""
    found = {}
    for field, spec in model.context_specs().items():
        if spec.shape.rank is None:
            raise ValueError(
                f"{model.title} takes {field} of unknown shape; its class must "
                "declare the shape in context_specs."
            )
        name = "video" if field == "frames" else field
        unknown = ("batch", "time" if name == "video" else f"{name} time")
        unknown += tuple(f"{name} axis {n}" for n in range(2, spec.shape.rank))
        axes = tuple(
            free if size is None else size
            for free, size in zip(unknown, spec.shape, strict=False)
        )
        found[name] = (spec.dtype, axes)
    return found


def _axes(latent: Latent) -> Axes:
    time = ("time",) if latent.per_frame else ()
    return ("batch", *time, *latent.code_shape)


def _write_input_shapes(
    folder: pathlib.Path, endpoints: Mapping[str, Endpoint]
) -> None:
    """Writes the shapes of the inputs into the signatures, for information.

    The graph itself accepts tensors of any shape, so that it can check them.
    """
    path = folder / "saved_model.pb"
    saved = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    first = next(iter(endpoints))
    for name, signature in saved.meta_graphs[0].signature_def.items():
        endpoint = endpoints.get(first if name == "serving_default" else name)
        for field, (_, axes) in endpoint[1].items() if endpoint else ():
            shape = [axis if isinstance(axis, int) else None for axis in axes]
            signature.inputs[field].tensor_shape.CopyFrom(
                tf.TensorShape(shape).as_proto()
            )
    path.write_bytes(saved.SerializeToString())
    (folder / "fingerprint.pb").unlink()  # it is of the unchanged file
