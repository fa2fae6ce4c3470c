import importlib
import pathlib
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest
from models.harness import FRAME
from models.harness import moving_clips
from models.harness import random_model
from runs.run_cases import make_run
from runs.run_cases import settings
from serving.bad_requests import valid_request
from serving.bad_requests import with_fault

from mipae_tf.models.frame_values import to_uint8
from mipae_tf.serving import export_run

MODULE = importlib.import_module("mipae_tf.serving.export")
SERVER = pathlib.Path(__file__).with_name("request_server.py")
GIVEN = {"mipae": {"backbone": "dcgan_skips"}}


class Server:
    """A server process without the library, and its models."""

    def __init__(self, folder):
        self.folder, self.served = folder, {}
        # -I ignores PYTHONPATH and the working directory.
        self.process = subprocess.Popen(
            [sys.executable, "-I", str(SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )

    def model(self, name):
        """A model, which is exported at the first call."""
        if name not in self.served:
            given = GIVEN.get(name, {})
            model = random_model(name, **given)
            run = self.folder / name
            make_run(run, model, settings(name, **given))
            self.served[name] = model, str(export_run(run))
        return self.served[name][0]

    def __call__(self, name, signature, **inputs):
        """Outputs by name, or the error message."""
        inputs = {k: np.asarray(v) for k, v in inputs.items()}
        request = (self.served[name][1], signature, inputs)
        pickle.dump(request, self.process.stdin)
        self.process.stdin.flush()
        return pickle.load(self.process.stdout)

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(timeout=60) == 0


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("served"))
    yield server
    server.close()


def apart(one, other):
    """Absolute difference in grey levels."""
    return np.abs(np.asarray(one, int) - np.asarray(other, int))


@pytest.mark.parametrize(
    "name", ["mipae", pytest.param("ae_lstm", marks=pytest.mark.slow)]
)
def test_a_served_model_gives_the_same_forecast(server, name):
    model, video = server.model(name), moving_clips(3)
    for batch, context, horizon in ((2, 2, 3), (1, 4, 6), (3, 3, 1)):
        clips = video[:batch, :context]
        expected = model.forecast(clips, horizon).numpy()
        number = np.int32(horizon)
        served = server(
            name, "serving_default", video=clips, horizon=number, seed=number
        )["frames"]
        assert served.dtype == np.uint8 and served.shape == expected.shape
        assert apart(served, expected).max() <= 1
    codes = model.encode(video[:2, :3])
    served = server(name, "encode", video=video[:2, :3])
    assert served.keys() == codes.keys()
    for latent, code in codes.items():
        np.testing.assert_allclose(served[latent], code, atol=1e-4)
    decoded = to_uint8(model.decode(codes, video[:2, 2]))
    served = server(name, "decode", reference=video[:2, 2], **codes)["frames"]
    assert apart(served, decoded).max() <= 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["svg_lp", "independent_prediction"])
def test_a_served_model_gives_the_same_samples(server, name):
    model, video = server.model(name), moving_clips(2)[:, :3]
    futures = []
    for seed in (0, 1):
        expected = model.forecast(video, 4, samples=3, seed=seed)
        served = server(
            name,
            "sample",
            video=video,
            horizon=np.int32(4),
            seed=np.int32(seed),
            samples=np.int32(3),
        )["frames"]
        assert served.shape == (3, 2, 4, *model.frame_shape)
        levels = apart(served, expected)
        assert np.median(levels) == 0 and (levels <= 1).mean() > 0.99
        futures.append(served)
    assert (futures[0] != futures[1]).any()
    assert (futures[0][0] != futures[0][1]).any()


SENTENCES = [
    ("forecast", {"video": np.zeros((5, *FRAME), np.uint8)}, "shape [5 64 64"),
    ("forecast", {"video": np.zeros((0, 2, *FRAME), np.uint8)}, "[0 2 64 64"),
    ("forecast", {"video": np.zeros((1, 0, *FRAME), np.uint8)}, "[1 0 64 64"),
    ("forecast", {"horizon": np.int32(0)}, "horizon is 0; it must be 1 or"),
    ("serving_default", {"horizon": np.int32(5_001)}, "batch 2 are too many"),
    ("forecast", {"seed": np.zeros(2, np.int32)}, "seed has shape [2]; it"),
    ("sample", {"samples": np.int32(2**31 - 1)}, "samples 2147483647, horizon"),
    ("sample", {"samples": np.int32(-1)}, "samples is -1; it must be 1 or"),
    ("encode", {"video": np.zeros((1, 1, 64, 64, 3), np.uint8)}, "1 64 64 3]"),
    ("encode", {"video": np.zeros((2, 5_001, *FRAME), np.uint8)}, "time 5001"),
    (
        "decode",
        {"noise": np.zeros((3, 3, 3), np.float32)},
        "batch is 2 in refe",
    ),
    (
        "decode",
        {"noise": np.zeros((2, 4, 3), np.float32)},
        "time is 3 in state",
    ),
    ("decode", {"noise": np.zeros((2, 3, 4), np.float32)}, "[batch, time, 3]"),
    ("decode", {"reference": np.zeros((3, *FRAME), np.uint8)}, "in reference"),
]


@pytest.mark.parametrize("signature, fault, words", SENTENCES)
def test_the_graph_refuses_invalid_requests(server, signature, fault, words):
    request = sent(server, "svg_lp", signature, np.random.default_rng(0))
    said = server("svg_lp", signature, **{**request, **fault})
    name = signature.replace("serving_default", "forecast")
    sentence = re.search(r"\[(.*\.)\]", said)[1]
    assert sentence.startswith(f"{name}: ") and words in sentence


def sent(server, name, signature, random):
    """A valid request."""
    model = server.model(name)
    latents = {
        latent.name: (2, *[3][: latent.per_frame], *latent.code_shape)
        for latent in model.latents
    }
    return valid_request(signature, model.frame_shape, latents, random)


@pytest.mark.parametrize(
    "count", [100, pytest.param(1_000, marks=pytest.mark.slow)]
)
def test_no_request_stops_the_server(server, count):
    """Five of six requests have a fault; the others get the same response."""
    random = np.random.default_rng(0)
    signatures = ("forecast", "serving_default", "encode", "decode", "sample")
    ends = [("mipae", s) for s in signatures[:-1]]
    ends += [("svg_lp", s) for s in signatures]
    requests = [sent(server, *end, random) for end in ends]
    first = [server(*end, **r) for end, r in zip(ends, requests, strict=True)]
    refused = 0
    for _ in range(count):
        place = random.integers(len(ends))
        request, fault = requests[place], None
        if random.integers(6):
            request, fault = with_fault(request, random)
        answer = server(*ends[place], **request)
        assert server.process.poll() is None
        if fault is None:
            same(answer, first[place])
        else:
            refused += 1
            assert isinstance(answer, str), (ends[place], fault)
            assert re.search(r"\w+ \w+ \w+", answer), (ends[place], fault)
    assert refused > 0.7 * count
    for end, request, answer in zip(ends, requests, first, strict=True):
        same(server(*end, **request), answer)


def same(answer, wanted):
    assert answer.keys() == wanted.keys()
    for name, value in wanted.items():
        np.testing.assert_array_equal(answer[name], value)


def test_version_numbers(tmp_path, monkeypatch):
    make_run(tmp_path / "run", random_model("ae_lstm"), settings("ae_lstm"))
    target = tmp_path / "served"
    (target / "3").mkdir(parents=True)

    def broken(model, folder, max_frames):
        folder.mkdir()
        raise OSError("disk full")

    monkeypatch.setattr(MODULE, "_write", broken)
    with pytest.raises(OSError):
        export_run(tmp_path / "run", target)
    assert [p.name for p in target.iterdir()] == ["3"], "partial export"
    with pytest.raises(ValueError, match="--max_frames=0 is too small"):
        export_run(tmp_path / "run", target, max_frames=0)
    monkeypatch.setattr(
        MODULE, "_write", lambda model, folder, _: folder.mkdir()
    )
    assert export_run(tmp_path / "run", target) == target / "4"
    page = (target / "4" / "README.md").read_text()
    assert "64 x 64 pixels, cropped to the largest centred square" in page
    assert "| `forecast` | `horizon` | int32 | [] |" in page
    assert export_run(tmp_path / "run") == tmp_path / "run" / "export" / "1"
    # Home folders are expanded; a link to a missing folder is kept.
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert export_run("~/run", "~/link") == tmp_path / "link" / "1"
    assert (tmp_path / "elsewhere" / "1").is_dir()
    with pytest.raises(OSError, match="config.json is a file; a folder is"):
        export_run(tmp_path / "run", tmp_path / "run" / "config.json")
