"""Random requests with one fault each."""

import numpy as np

BAD_COUNTS = {
    "horizon": (0, -1, -(2**31), 10_001, 2**31 - 1),
    "samples": (0, -7, -(2**31), 10_001, 2**31 - 1),
}
TYPES = (np.float16, np.float64, np.int64, np.int8, np.bool_, np.bytes_)


def valid_request(signature, frame_shape, latents, random):
    """Inputs of a valid request.

    Args:
        signature: signature of the SavedModel.
        frame_shape: (height, width, channel).
        latents: shapes of the latents by name, for 2 clips of 3 frames.
        random: NumPy generator.
    """
    number = np.int32
    video = random.integers(0, 256, (2, 3, *frame_shape), np.uint8)
    if signature == "encode":
        return {"video": video}
    if signature == "decode":
        codes = {
            name: random.normal(size=shape).astype(np.float32)
            for name, shape in latents.items()
        }
        return {**codes, "reference": video[:, 0]}
    seed = random.integers(-(2**31), 2**31)  # any is allowed
    request = {"video": video, "horizon": number(2), "seed": number(seed)}
    if signature == "sample":
        request["samples"] = number(2)
    return request


def with_fault(request, random):
    """A copy of the request with one fault, and a name of the fault."""
    name = random.choice(list(request))
    value = request[name]
    faults = [_rank, _type, _missing, _extra]
    if name in BAD_COUNTS:
        faults += [_number] * 2
    if value.ndim:
        faults += [_size, _size, _empty]
        if len(request) > 1 and name not in ("video",):
            faults.append(_longer)
    fault = faults[random.integers(len(faults))]
    return fault(dict(request), name, random), f"{fault.__name__} {name}"


def _rank(request, name, random):
    value = request[name]
    smaller = [value[(0,) * count] for count in range(1, value.ndim + 1)]
    larger = [value.reshape((1,) * count + value.shape) for count in (1, 2, 4)]
    options = smaller + larger
    return {**request, name: np.array(options[random.integers(len(options))])}


def _size(request, name, random):
    """Changes the size of an axis of fixed size."""
    value = request[name]
    last = value.ndim - 1
    # The last axis is always fixed; of frames, the last three.
    first = value.ndim - 3 if name in ("video", "reference") else last
    axis = random.integers(first, last + 1)
    sizes = list(value.shape)
    sizes[axis] = random.choice([0, sizes[axis] + 1, 2 * sizes[axis], 129])
    return {**request, name: np.zeros(sizes, value.dtype)}


def _empty(request, name, random):
    axis = random.integers(min(2, request[name].ndim - 1))
    sizes = list(request[name].shape)
    sizes[axis] = 0
    return {**request, name: np.zeros(sizes, request[name].dtype)}


def _longer(request, name, random):
    """Makes the batch larger than in the other inputs."""
    value = request[name]
    return {**request, name: np.concatenate([value, value[:1]])}


def _number(request, name, random):
    value = BAD_COUNTS[name][random.integers(len(BAD_COUNTS[name]))]
    return {**request, name: np.int32(value)}


def _type(request, name, random):
    value = request[name]
    return {**request, name: value.astype(TYPES[random.integers(len(TYPES))])}


def _missing(request, name, random):
    del request[name]
    return request


def _extra(request, name, random):
    return {**request, f"{name}_2": request[name]}
