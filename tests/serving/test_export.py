import importlib
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from models.harness import lively_model
from models.harness import moving_clips
from runs.run_cases import make_run
from runs.run_cases import settings

from mipae_tf.models.base import to_uint8
from mipae_tf.serving import export

# `mipae_tf.serving.export` is the function as well as the module.
MODULE = importlib.import_module("mipae_tf.serving.export")

# A server knows nothing of the library: -I keeps path and folder out.
SERVER = """
import sys
import numpy as np
import tensorflow as tf
served = tf.saved_model.load(sys.argv[1])
video = tf.constant(np.load(sys.argv[2]))
ends = served.signatures
assert {"serving_default", "forecast", "encode", "decode"} <= set(ends), ends
def number(value):
    return tf.constant(value, tf.int32)
found = {}
for batch, context, horizon in ((2, 2, 3), (1, 4, 6), (3, 3, 1)):
    frames = ends["serving_default"](
        video=video[:batch, :context], horizon=number(horizon), seed=number(0)
    )["frames"]
    found[f"{batch}_{context}_{horizon}"] = frames.numpy()
latents = ends["encode"](video=video[:2, :3])
found.update({f"latent_{k}": v.numpy() for k, v in latents.items()})
found["decoded"] = ends["decode"](reference=video[:2, 2], **latents)[
    "frames"
].numpy()
if "sample" in ends:
    for seed in (0, 1):
        found[f"futures_{seed}"] = ends["sample"](
            video=video[:2, :3],
            horizon=number(4),
            seed=number(seed),
            samples=number(3),
        )["frames"].numpy()
np.savez(sys.argv[3], **found)
assert "mipae_tf" not in sys.modules
"""


def serve(path, video, folder):
    np.save(folder / "video.npy", video)
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            SERVER,
            str(path),
            str(folder / "video.npy"),
            str(folder / "found.npz"),
        ],
        capture_output=True,
        text=True,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return np.load(folder / "found.npz")


@pytest.mark.parametrize(
    "name, given",
    [
        ("mipae", {"backbone": "dcgan_skips"}),
        pytest.param("ae_lstm", {}, marks=pytest.mark.slow),
    ],
)
def test_a_server_forecasts_the_same_frames(tmp_path, name, given):
    model, video = lively_model(name, **given), moving_clips(3)
    make_run(tmp_path / "run", model, settings(name, **given))
    found = serve(export(tmp_path / "run"), video, tmp_path)
    for batch, context, horizon in ((2, 2, 3), (1, 4, 6), (3, 3, 1)):
        expected = model.forecast(video[:batch, :context], horizon).numpy()
        served = found[f"{batch}_{context}_{horizon}"]
        assert served.dtype == np.uint8 and served.shape == expected.shape
        apart = np.abs(served.astype(int) - expected.astype(int))
        assert apart.max() <= 1
    codes = model.encode(video[:2, :3])
    for latent, code in codes.items():
        np.testing.assert_allclose(found[f"latent_{latent}"], code, atol=1e-4)
    decoded = to_uint8(model.decode(codes, video[:2, 2])).numpy()
    assert np.abs(found["decoded"].astype(int) - decoded.astype(int)).max() <= 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["independent_prediction", "svg_lp"])
def test_a_server_draws_the_same_futures(tmp_path, name):
    model, video = lively_model(name), moving_clips(3)
    make_run(tmp_path / "run", model, settings(name))
    found = serve(export(tmp_path / "run"), video, tmp_path)
    for seed in (0, 1):
        expected = model.forecast(video[:2, :3], 4, samples=3, seed=seed)
        served = found[f"futures_{seed}"]
        assert served.shape == (3, 2, 4, *model.frame_shape)
        apart = np.abs(served.astype(int) - expected.numpy().astype(int))
        assert np.median(apart) == 0 and (apart <= 1).mean() > 0.99
    assert (found["futures_0"] != found["futures_1"]).any()
    assert (found["futures_0"][0] != found["futures_0"][1]).any()


def test_versions_are_counted(tmp_path, monkeypatch):
    make_run(tmp_path / "run", lively_model("ae_lstm"), settings("ae_lstm"))
    target = tmp_path / "served"
    (target / "3").mkdir(parents=True)

    class Broken:
        def write_out(self, path, verbose):
            pathlib.Path(path).mkdir()
            raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(MODULE, "_archive", lambda _: Broken())
        with pytest.raises(OSError):
            export(tmp_path / "run", target)
    assert [p.name for p in target.iterdir()] == ["3"], "nothing half-written"

    class Whole:
        def write_out(self, path, verbose):
            pathlib.Path(path).mkdir()

    monkeypatch.setattr(MODULE, "_archive", lambda _: Whole())
    assert export(tmp_path / "run", target) == target / "4"
    assert export(tmp_path / "run") == tmp_path / "run" / "export" / "1"
    # Home folders are found, and a link to a folder that is missing stays.
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert export("~/run", "~/link") == tmp_path / "link" / "1"
    assert (tmp_path / "elsewhere" / "1").is_dir()
    with pytest.raises(OSError, match="config.json is a file; a folder is"):
        export(tmp_path / "run", tmp_path / "run" / "config.json")
