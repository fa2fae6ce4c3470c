"""Writes files as torch does, without torch."""

import io
import pickle
import zipfile

import numpy as np

STORAGES = {
    "float64": "DoubleStorage",
    "float32": "FloatStorage",
    "float16": "HalfStorage",
    "int64": "LongStorage",
}
MAGIC = 0x1950A86A20F9469CFC6C


class _Storage:
    """A storage, which torch stores by a persistent id."""

    def __init__(self, key, array):
        self.key, self.array = key, array


class _Global:
    """Pickles as the global that a function or class of torch is."""

    def __init__(self, module, name):
        self.module, self.name = module, name


class _Pickler(pickle._Pickler):
    """The pure-Python pickler, which can write any global."""

    def persistent_id(self, value):
        if not isinstance(value, _Storage):
            return None
        kind = _Global("torch", STORAGES[value.array.dtype.name])
        identity = ("storage", kind, value.key, "cuda:0", value.array.size)
        return identity + ((None,) if self.legacy else ())

    def save(self, value, *rest, **options):
        if isinstance(value, _Global):
            line = f"c{value.module}\n{value.name}\n"
            return self.write(line.encode())
        if isinstance(value, _Reduced):
            self.save(value.function)
            self.save(value.arguments)
            return self.write(pickle.REDUCE)
        return super().save(value, *rest, **options)


class _Reduced:
    """Pickles as a call of a global."""

    def __init__(self, function, arguments):
        self.function, self.arguments = function, arguments


def torch_bytes(arrays, legacy, parameters=False, content=None):
    """A file of torch that holds arrays by name.

    Args:
        arrays: by name; those of two dimensions are stored transposed, as
            views of a longer storage.
        legacy: whether as torch before 1.6 wrote.
        parameters: whether to wrap the tensors as parameters.
        content: what to pickle instead, such as `foreign()`.
    """
    storages, tensors = [], {}
    for name, array in arrays.items():
        view = array.T if array.ndim == 2 else array
        padded = np.concatenate([view.ravel()[:0], np.zeros(3), view.ravel()])
        storage = _Storage(str(len(storages)), padded.astype(array.dtype))
        storages.append(storage)
        strides = view.copy(order="C").strides
        strides = strides[::-1] if array.ndim == 2 else strides
        strides = tuple(step // array.itemsize for step in strides)
        tensor = _Reduced(
            _Global("torch._utils", "_rebuild_tensor_v2"),
            (storage, 3, array.shape, strides, False, {}),
        )
        if parameters:
            tensor = _Reduced(
                _Global("torch._utils", "_rebuild_parameter"),
                (tensor, True, {}),
            )
        tensors[name] = tensor
    pickled = _pickled(tensors if content is None else content, legacy)
    return (_legacy if legacy else _archive)(pickled, storages)


def foreign():
    """Content that would run a command if it were unpickled normally."""
    return {"x": _Reduced(_Global("os", "getcwd"), ())}


def _pickled(value, legacy):
    file = io.BytesIO()
    pickler = _Pickler(file, protocol=2)
    pickler.legacy = legacy
    pickler.dump(value)
    return file.getvalue()


def _legacy(pickled, storages):
    keys = [storage.key for storage in storages]
    system = {"protocol_version": 1001, "little_endian": True}
    parts = [pickle.dumps(value, 2) for value in (MAGIC, 1001, system)]
    parts += [pickled, pickle.dumps(keys, 2)]
    for storage in storages:
        parts += [storage.array.size.to_bytes(8, "little")]
        parts += [storage.array.tobytes()]
    return b"".join(parts)


def _archive(pickled, storages):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("weights/data.pkl", pickled)
        archive.writestr("weights/byteorder", "little")
        for storage in storages:
            archive.writestr(
                f"weights/data/{storage.key}", storage.array.tobytes()
            )
    return file.getvalue()
