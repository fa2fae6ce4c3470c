import numpy as np
import pytest
from metrics.torch_cases import torch_bytes

from mipae_tf.metrics.convert_lpips import convert_lpips
from mipae_tf.metrics.frames.lpips import Lpips
from mipae_tf.metrics.frames.lpips import weight_shapes


@pytest.fixture
def files(tmp_path):
    """Backbone and heads of AlexNet with weights of a tenth."""
    arrays = {
        name: np.full(shape, 0.1, np.float32)
        for name, shape in weight_shapes("alex").items()
    }
    backbone = {n: a for n, a in arrays.items() if n.startswith("features")}
    backbone["classifier.1.weight"] = np.ones((4, 2), np.float32)
    heads = {n: a for n, a in arrays.items() if n.startswith("lin")}
    (tmp_path / "backbone.pth").write_bytes(torch_bytes(backbone, False))
    (tmp_path / "heads.pth").write_bytes(torch_bytes(heads, True))
    return tmp_path


def test_the_metric_reads_the_converted_file(files, monkeypatch):
    monkeypatch.setenv("HOME", str(files))
    out = "~/new/lpips.NPZ"
    found = convert_lpips("~/backbone.pth", files / "heads.pth", out)
    assert found == "alex"
    with np.load(files / "new" / "lpips.NPZ") as file:
        assert {n: file[n].shape for n in file} == weight_shapes("alex")
    frames = np.zeros((1, 1, 32, 32, 1), np.uint8)
    assert Lpips("alex", out)(frames, frames) == 0


def test_invalid_files_are_refused(files):
    backbone, heads = files / "backbone.pth", files / "heads.pth"
    with pytest.raises(ValueError, match="got neither"):
        convert_lpips(heads, heads, files / "lpips.npz")
    with pytest.raises(ValueError, match="no such file"):
        convert_lpips(backbone, files / "no.pth", files / "lpips.npz")
    with pytest.raises(ValueError, match="must end in .npz"):
        convert_lpips(backbone, heads, files / "lpips.pth")
    assert not list(files.glob("*.npz"))
    (files / "lpips.npz").symlink_to(heads)
    before = heads.read_bytes()
    with pytest.raises(ValueError, match="--out=.* is one of the files to con"):
        convert_lpips(backbone, heads, files / "lpips.npz")
    assert heads.read_bytes() == before
