"""Builders and scenes to time, with stand-ins for the files some are made of.

A stand-in has the layout of the real file and is about as hard to compress:
strokes for digits, and smooth images with a little noise for photographs.
"""

import dataclasses
import math
import pathlib

import numpy as np
from etils import epath
from mipae_tf.data_builders.grids.grid_scene import sizes_of
from mipae_tf.data_builders.grids.image_grid import ImageGrid
from mipae_tf.data_builders.moving_dsprites.sprites_scene import SpritesScene
from mipae_tf.data_builders.moving_mnist.digits import Digits
from mipae_tf.data_builders.moving_mnist.digits_scene import DigitsScene
from mipae_tf.data_builders.moving_mnist_on_cifar10.backgrounds import (
    CifarBackgrounds,
)
from mipae_tf.data_builders.moving_mnist_on_cifar10.overlay_scene import (
    OverlayScene,
)
from mipae_tf.data_builders.mpi3d_video.arm_scene import ArmScene
from mipae_tf.data_builders.mpi3d_video.mpi3d_file import IMAGE
from mipae_tf.data_builders.sprites_lpc import characters as lpc
from mipae_tf.data_builders.sprites_lpc.lpc_scene import LpcScene
from mipae_tf.data_builders.worlds.clip_builder import ClipBuilder
from mipae_tf.data_builders.worlds.resize import resized
from mipae_tf.data_builders.worlds.scene import Scene

from mipae_tf.data_builders import all as builders

CONFIGS = (
    "moving_dsprites/two_sprites",
    "moving_dsprites/two_sprites_rotating",
    "moving_mnist/colour",
    "moving_mnist/stochastic_colour",
    "moving_mnist_on_cifar10/cifar10_64",
    "bouncing_shapes/two_shapes",
    "bouncing_shapes/rotating",
    "bouncing_shapes/occluded_eight",
    "bouncing_shapes/one_to_eight",
    "bouncing_shapes/collisions",
    "bouncing_shapes/gravity",
    "bouncing_shapes/actions",
    "dsprites_dynamic/full",
    "sprites_lpc/full",
    "mpi3d_video/real",
    "mocap_actions/people",
)
CLIPS = 400  # clips of the train split that a stand-in can show
IMAGES = 2_000  # digits and backgrounds of a stand-in
CHARACTERS = 60


def drawn(
    name: str, num_frames: int, folder: pathlib.Path
) -> tuple[ClipBuilder, Scene]:
    """The builder and the scene of a config, whatever its number of frames.

    Args:
        name: `DATASET/CONFIG`.
        num_frames: Frames per clip.
        folder: Where stand-ins are written.

    Raises:
        ValueError: If a package that the config needs is not installed.
    """
    dataset, _, config = name.partition("/")
    cls = getattr(builders, dataset).Builder
    config = dataclasses.replace(
        cls.builder_configs[config],
        name=f"timed_{config}",
        num_frames=num_frames,
    )
    builder = cls(config=config, data_dir=folder)
    if dataset == "moving_dsprites":
        return builder, SpritesScene(config)
    if dataset == "moving_mnist":
        return builder, DigitsScene(config, _digits(folder))
    if dataset == "moving_mnist_on_cifar10":
        digits, images = _digits(folder), _backgrounds(folder)
        return builder, OverlayScene(config, digits, images)
    if dataset == "sprites_lpc":
        return builder, LpcScene(config, _characters(folder))
    if dataset == "mpi3d_video":
        return builder, _arm(config, folder)
    return builder, builder.scene()


def _digits(folder: pathlib.Path) -> Digits:
    rng = _rng()
    # Thick strokes: a smooth path of 40 points, three pixels wide.
    steps = rng.normal(0, 1, (IMAGES, 40, 2)).cumsum(1).cumsum(1)
    low = steps.min(1, keepdims=True)
    path = (steps - low) / np.ptp(steps, 1, keepdims=True) * 17 + 4
    images = np.zeros((IMAGES, 28, 28), np.uint8)
    each = np.arange(IMAGES)[:, None]
    row, column = np.moveaxis(path.astype(int), -1, 0)
    for down, across in np.ndindex(3, 3):
        images[each, row + down, column + across] = 255
    labels = rng.integers(10, size=IMAGES).astype(np.uint8)
    path = epath.Path(folder) / "digits.npz"
    return Digits.save(path, images, labels, IMAGES * 6 // 7)


def _backgrounds(folder: pathlib.Path) -> CifarBackgrounds:
    rng = _rng()
    images = _photographs(IMAGES, 32, rng)
    labels = rng.integers(10, size=IMAGES).astype(np.uint8)
    path = epath.Path(folder) / "backgrounds.npz"
    return CifarBackgrounds.save(path, images, labels, IMAGES * 5 // 6)


def _photographs(count: int, side: int, rng) -> np.ndarray:
    smooth = resized(rng.uniform(0, 255, (count, 4, 4, 3)), side)
    noisy = smooth + rng.normal(0, 4, smooth.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def _characters(folder: pathlib.Path) -> lpc.Characters:
    rng = _rng()
    numbers = rng.permutation(lpc.NUM_CHARACTERS)[:CHARACTERS]
    cycles = []
    for place, number in enumerate(numbers.tolist()):
        for move in range(lpc.MOVES):
            frames = np.zeros(lpc.CYCLE_SHAPE, np.uint8)
            # The share of a frame that is not black, in few colours.
            colours = rng.integers(256, size=(8, 3))
            body = rng.integers(8, size=(len(frames), 10, 6))
            body = np.kron(body, np.ones((1, 4, 4), int))  # [8, 40, 24]
            frames[:, 16:56, 20:44] = colours[body]
            part = lpc.PARTS[place % 2]
            found = np.array(lpc.attributes_of(number))
            cycles.append(lpc.Cycle(found, move, part, frames))
    return lpc.Characters.save(epath.Path(folder) / "frames.npz", cycles)


def _arm(config, folder: pathlib.Path) -> ArmScene:
    """All images would take 5.7 GB: those that no clip shows are holes."""
    scene = ArmScene(config)
    grid = sizes_of(scene.factors)
    size, photographs = math.prod(IMAGE), _photographs(100, IMAGE[0], _rng())
    path = folder / "images"
    with path.open("wb") as file:
        file.truncate(math.prod(grid) * size)
        for index in range(CLIPS):
            values = scene.values("train", index)
            order = np.broadcast_arrays(
                *(values[f.name] for f in scene.factors)
            )
            for place in np.ravel_multi_index(tuple(order), grid).tolist():
                file.seek(place * size)
                file.write(photographs[place % 100].tobytes())
    return ArmScene(config, ImageGrid(str(path), grid, IMAGE, 0))


def _rng() -> np.random.Generator:
    return np.random.default_rng(0)
