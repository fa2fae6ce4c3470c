import numpy as np
import pytest
from metrics.frame_cases import noisy
from metrics.frame_cases import random_frames

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.frames.lpips import Lpips
from mipae_tf.metrics.frames.lpips import weight_shapes


def random_weights(backbone, seed=0):
    """Kernels that preserve the scale, and positive heads."""
    generator = np.random.default_rng(seed)
    arrays = {}
    for name, shape in weight_shapes(backbone).items():
        if name.startswith("lin"):
            values = generator.uniform(0, 1, shape)
        elif name.endswith("bias"):
            values = generator.normal(0, 0.1, shape)
        else:
            fan_in = np.prod(shape[1:])
            values = generator.normal(0, np.sqrt(2 / fan_in), shape)
        arrays[name] = values.astype(np.float32)
    return arrays


@pytest.fixture(scope="module", params=["alex", "vgg"])
def case(request, tmp_path_factory):
    """Backbone, weights and metric."""
    arrays = random_weights(request.param)
    path = tmp_path_factory.mktemp("lpips") / "weights.npz"
    np.savez(path, **arrays)
    return request.param, arrays, Lpips(request.param, path)


FRAMES = random_frames((2, 2, 40, 33, 3))


def windows(maps, size, stride):
    """`[channels, rows, columns, size, size]` of maps `[channels, ...]`."""
    found = np.lib.stride_tricks.sliding_window_view(
        maps, (size, size), axis=(1, 2)
    )
    return found[:, ::stride, ::stride]


def correlate(maps, kernel, bias, stride=1, pad=0):
    """Rectified convolution of `[channels, height, width]`, as torch's."""
    maps = np.pad(maps, ((0, 0), (pad, pad), (pad, pad)))
    patches = windows(maps, kernel.shape[-1], stride)
    found = np.tensordot(kernel, patches, axes=((1, 2, 3), (0, 3, 4)))
    return np.maximum(found + bias[:, None, None], 0)


def pooled(maps, size, stride):
    return windows(maps, size, stride).max(axis=(3, 4))


def feature_maps(backbone, image, arrays):
    def convolved(maps, index, stride=1, pad=1):
        name = f"features.{index}"
        kernel, bias = arrays[f"{name}.weight"], arrays[f"{name}.bias"]
        return correlate(maps, kernel.astype(float), bias, stride, pad)

    if backbone == "alex":
        maps = [convolved(image, 0, stride=4, pad=2)]
        maps.append(convolved(pooled(maps[-1], 3, 2), 3, pad=2))
        maps.append(convolved(pooled(maps[-1], 3, 2), 6))
        for index in (8, 10):
            maps.append(convolved(maps[-1], index))
        return maps
    maps = []
    for stage in ((0, 2), (5, 7), (10, 12, 14), (17, 19, 21), (24, 26, 28)):
        image = pooled(maps[-1], 2, 2) if maps else image
        for index in stage:
            image = convolved(image, index)
        maps.append(image)
    return maps


def explicit_distance(backbone, first, second, arrays):
    """LPIPS of two frames `[height, width, 3]` in [0, 1], step by step."""
    shift = np.array([-0.030, -0.088, -0.188])
    scale = np.array([0.458, 0.448, 0.450])
    stacks = [
        feature_maps(
            backbone,
            np.moveaxis((2 * frame - 1 - shift) / scale, -1, 0),
            arrays,
        )
        for frame in (first, second)
    ]
    distance = 0
    for stage, maps in enumerate(zip(*stacks)):
        unit = [m / (np.sqrt((m**2).sum(axis=0)) + 1e-10) for m in maps]
        head = arrays[f"lin{stage}.model.1.weight"][0]
        weighted = (head * np.square(unit[0] - unit[1])).sum(axis=0)
        distance += weighted.mean()
    return distance


def test_the_distance_is_that_of_the_definition(case):
    backbone, arrays, lpips = case
    size = 31 if backbone == "alex" else 16
    first, second = random_frames((2, 1, 1, size, size + 1, 3))
    expected = explicit_distance(
        backbone, first[0, 0] / 255, second[0, 0] / 255, arrays
    )
    found = lpips(first, second)
    assert found.shape == (1, 1)
    np.testing.assert_allclose(found, expected, rtol=1e-4)
    np.testing.assert_allclose(lpips(first / 255, second / 255), found)


def test_only_equal_frames_have_distance_zero(case):
    lpips = case[2]
    np.testing.assert_array_equal(lpips(FRAMES, FRAMES), 0)
    black = np.zeros_like(FRAMES)
    np.testing.assert_array_equal(lpips(black, black), 0)
    changed = FRAMES.copy()
    changed[1, 0] = 255 - changed[1, 0]
    found = lpips(changed, FRAMES)
    assert found[1, 0] > 0
    np.testing.assert_array_equal(found == 0, [[True, True], [False, True]])


def test_the_order_does_not_matter(case):
    lpips = case[2]
    other = random_frames(FRAMES.shape, seed=1)
    np.testing.assert_allclose(
        lpips(FRAMES, other), lpips(other, FRAMES), rtol=1e-6
    )


def test_more_noise_is_further_away(case):
    lpips = case[2]
    truth = np.full_like(FRAMES, 100)
    means = [lpips(noisy(truth, s), truth).mean() for s in (2, 20, 80)]
    assert means == sorted(means)


def test_grey_is_repeated(case):
    lpips = case[2]
    grey = FRAMES[..., :1], random_frames(FRAMES.shape, seed=1)[..., :1]
    np.testing.assert_allclose(
        lpips(*grey), lpips(*(np.repeat(f, 3, axis=-1) for f in grey))
    )


def test_batches_do_not_matter(case, monkeypatch):
    lpips = case[2]
    other = random_frames(FRAMES.shape, seed=1)
    expected = lpips(FRAMES, other)
    assert len(np.unique(expected)) == 4
    monkeypatch.setattr("mipae_tf.metrics.frames.lpips.BATCH_SIZE", 3)
    np.testing.assert_allclose(lpips(FRAMES, other), expected, rtol=1e-5)


def test_the_published_heads_fit(real_data, tmp_path):
    with np.load(real_data / "lpips" / "lpips_lin_v0.1.npz") as file:
        for backbone in ("alex", "vgg"):
            shapes = weight_shapes(backbone)
            heads = {
                name: file[f"{backbone}.{name}"]
                for name in shapes
                if name.startswith("lin")
            }
            assert len(heads) == 5
            assert {n: a.shape for n, a in heads.items()}.items() <= (
                shapes.items()
            )
            if backbone == "alex":
                path = tmp_path / "weights.npz"
                np.savez(path, **(random_weights(backbone) | heads))
                lpips = Lpips(backbone, path)
    assert (lpips(FRAMES, FRAMES[::-1]) > 0).all()


def test_without_weights_the_metric_is_absent():
    for weights in (None, ""):
        with pytest.raises(AbsentMetric, match="convert_lpips"):
            Lpips("alex", weights)


def test_invalid_weights_are_refused(tmp_path):
    path = tmp_path / "weights.npz"
    with pytest.raises(ValueError, match="backbone must be one of"):
        Lpips("squeeze", path)
    with pytest.raises(ValueError, match="does not exist"):
        Lpips("alex", path)
    arrays = random_weights("alex")
    name = "features.3.bias"
    for value, message in (
        (None, f"must contain {name}"),
        (np.zeros(7, np.float32), r"of shape \(192,\)"),
        (np.zeros(192, np.int32), "must be float"),
        (np.full(192, np.nan, np.float32), "must be finite"),
    ):
        changed = {**arrays, name: value}
        np.savez(path, **{n: a for n, a in changed.items() if a is not None})
        with pytest.raises(ValueError, match=message):
            Lpips("alex", path)


def test_invalid_frames_are_refused(case):
    backbone, _, lpips = case
    least = {"alex": 31, "vgg": 16}[backbone]
    small = random_frames((1, 1, least - 1, 64, 3))
    for frames, message in (
        (small, f"at least {least} x {least}"),
        (FRAMES[..., :2], "1 or 3 channels"),
        (FRAMES[0], "got shapes"),
        (FRAMES / 100, r"within \[0, 1\]"),
    ):
        with pytest.raises(ValueError, match=message):
            lpips(frames, frames)
