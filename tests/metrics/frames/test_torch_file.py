import numpy as np
import pytest
from metrics.torch_cases import foreign
from metrics.torch_cases import torch_bytes

from mipae_tf.metrics.frames.torch_file import read_state_dict

ARRAYS = {
    "weight": np.arange(15, dtype=np.float32).reshape(5, 3),
    "kernel": np.arange(24, dtype=np.float64).reshape(2, 3, 2, 2),
    "half": np.ones(3, np.float16),
    "steps": np.array(7),
}


@pytest.mark.parametrize("parameters", [False, True])
@pytest.mark.parametrize("legacy", [False, True])
def test_both_formats_are_read(tmp_path, legacy, parameters):
    path = tmp_path / "weights.pth"
    path.write_bytes(torch_bytes(ARRAYS, legacy, parameters))
    found = read_state_dict(path)
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize("backbone", ["alex", "vgg"])
def test_the_published_heads_are_read(real_data, backbone):
    found = read_state_dict(real_data / "lpips" / f"{backbone}.pth")
    with np.load(real_data / "lpips" / "lpips_lin_v0.1.npz") as file:
        expected = {
            name.removeprefix(f"{backbone}."): file[name]
            for name in file
            if name.startswith(backbone)
        }
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        assert found[name].shape == array.shape
        np.testing.assert_array_equal(found[name], array)


@pytest.mark.parametrize("legacy", [False, True])
def test_other_objects_are_refused_and_not_made(tmp_path, legacy):
    path = tmp_path / "weights.pth"
    path.write_bytes(torch_bytes({}, legacy, content=foreign()))
    with pytest.raises(ValueError, match="it contains os.getcwd"):
        read_state_dict(path)


@pytest.mark.parametrize("legacy", [False, True])
def test_cut_and_foreign_files_are_refused(tmp_path, legacy):
    path = tmp_path / "weights.pth"
    with pytest.raises(ValueError, match="no such file"):
        read_state_dict(path)
    whole = torch_bytes(ARRAYS, legacy)
    for content in (b"", b"text", whole[: len(whole) // 2], whole[:-8]):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="cannot be read"):
            read_state_dict(path)
    path.write_bytes(torch_bytes({}, legacy))
    with pytest.raises(ValueError, match="named tensors, got none"):
        read_state_dict(path)
    path.write_bytes(torch_bytes({}, legacy, content=[1, 2]))
    with pytest.raises(ValueError, match="cannot be read"):
        read_state_dict(path)
