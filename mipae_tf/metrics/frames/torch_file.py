"""Reads the tensors of a PyTorch file without PyTorch."""

import io
import pathlib
import pickle
import zipfile
from collections import OrderedDict
from typing import Any
from typing import NamedTuple

import numpy as np

DTYPES = {
    "DoubleStorage": np.dtype("<f8"),
    "FloatStorage": np.dtype("<f4"),
    "HalfStorage": np.dtype("<f2"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
}
# The number at the start of files from PyTorch before 1.6.
LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
RESAVE_HINT = (
    "load it with torch and save its state_dict() again with torch.save"
)


def read_state_dict(path: str | pathlib.Path) -> dict[str, np.ndarray]:
    """Reads the named tensors of a `.pth` file with a state dict.

    No code in the file is executed: its pickle may only contain tensors, their
    storages and an ordered dict. Both formats are supported, the zip archive
    used since PyTorch 1.6 and the older one.

    Args:
      path: the file.

    Returns:
      Arrays with the shapes and dtypes of the tensors, by name.

    Raises:
      ValueError: if the file does not exist, has another format, or contains
        other objects.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise ValueError(f"{path} must be a PyTorch file, got no such file.")
    try:
        if zipfile.is_zipfile(path):
            content, storages = _read_zip(path)
        else:
            content, storages = _read_legacy(io.BytesIO(path.read_bytes()))
        tensors = {
            name: _array(tensor, storages)
            for name, tensor in content.items()
            if isinstance(tensor, _Tensor)
        }
    except (
        pickle.UnpicklingError,
        zipfile.BadZipFile,
        AttributeError,
        EOFError,
        IndexError,
        KeyError,
        TypeError,
        ValueError,
    ) as error:
        raise ValueError(
            f"{path} must be a PyTorch state dict, but cannot be read "
            f"({error}); {RESAVE_HINT}."
        ) from error
    if not tensors:
        raise ValueError(f"{path} must contain named tensors, got none.")
    return tensors


class _Storage(NamedTuple):
    key: str
    dtype: np.dtype


class _Tensor(NamedTuple):
    storage: _Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


def _rebuilt_tensor(storage: _Storage, offset, size, stride, *_) -> _Tensor:
    return _Tensor(storage, offset, size, stride)


def _rebuilt_parameter(tensor: _Tensor, *_) -> _Tensor:
    return tensor


ALLOWED_GLOBALS = {
    ("collections", "OrderedDict"): OrderedDict,
    ("torch._utils", "_rebuild_tensor"): _rebuilt_tensor,
    ("torch._utils", "_rebuild_tensor_v2"): _rebuilt_tensor,
    ("torch._utils", "_rebuild_parameter"): _rebuilt_parameter,
} | {("torch", name): dtype for name, dtype in DTYPES.items()}


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO):
        super().__init__(file)
        self.dtypes = {}  # dtype of each storage read, by key

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED_GLOBALS:
            raise pickle.UnpicklingError(f"it contains {module}.{name}")
        return ALLOWED_GLOBALS[module, name]

    def persistent_load(self, pid: tuple) -> _Storage:
        kind, dtype, key, _, _, *view = pid
        if kind != "storage" or any(view):
            raise pickle.UnpicklingError(f"it contains an unsupported {kind}")
        self.dtypes[key] = dtype
        return _Storage(key, dtype)


def _read_zip(path: pathlib.Path) -> tuple[dict, dict[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        pickles = [name for name in names if name.endswith("/data.pkl")]
        folder = pickles[0].removesuffix("data.pkl")
        order = f"{folder}byteorder"
        if order in names and archive.read(order) != b"little":
            raise ValueError("its bytes are not little-endian")
        content = _Unpickler(io.BytesIO(archive.read(pickles[0]))).load()
        data = f"{folder}data/"
        storages = {
            name.removeprefix(data): archive.read(name)
            for name in names
            if name.startswith(data)
        }
    return content, storages


def _read_legacy(file: io.BytesIO) -> tuple[dict, dict[str, bytes]]:
    """Reads the old format: five pickles, then the storages.

    The pickles are the magic number, version, system, content and keys.
    """
    if _Unpickler(file).load() != LEGACY_MAGIC:
        raise ValueError("it does not start like a PyTorch file")
    _, system = (_Unpickler(file).load() for _ in range(2))
    if not system["little_endian"]:
        raise ValueError("its bytes are not little-endian")
    unpickler = _Unpickler(file)
    content = unpickler.load()
    storages = {}
    for key in _Unpickler(file).load():
        count = int.from_bytes(file.read(8), "little")
        storages[key] = file.read(count * unpickler.dtypes[key].itemsize)
    return content, storages


def _array(tensor: _Tensor, storages: dict[str, bytes]) -> np.ndarray:
    dtype = tensor.storage.dtype
    # NumPy rejects strides that exceed the buffer.
    return np.ndarray(
        tensor.size,
        dtype,
        storages[tensor.storage.key],
        tensor.offset * dtype.itemsize,
        [step * dtype.itemsize for step in tensor.stride],
    ).copy()
