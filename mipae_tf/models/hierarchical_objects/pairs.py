"""Pairs (x, x') of frames of one clip, and the background of x from x'.

All networks see the two frames of a pair as two examples of one batch: frames
are `[2·clips, ...]`, with x and x' of a clip next to each other. Each is x of a
pair, and the other one its x'.
"""

import dataclasses
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from mipae_tf.data.frame_plan import DistinctFrames
from mipae_tf.models.hierarchical_objects import losses
from mipae_tf.models.hierarchical_objects.background import Background
from mipae_tf.networks.gaussian_head import Gaussian
from mipae_tf.networks.gaussian_head import noise_along


@dataclasses.dataclass(frozen=True)
class DistantPairs(DistinctFrames):
    """Two frames of each clip, uniform over pairs that are far apart.

    Attributes:
        distance: least distance in time, at most half of the clip is used. An
            object that moves little would else be in the code of the
            background of the other frame.
    """

    frames: int = 2
    distance: int = 1

    def times(self, length: int, draw: np.random.Generator) -> np.ndarray:
        """See `FramePlan.times`."""
        if length < 2:
            return super().times(length, draw)  # raises an error
        distance = min(self.distance, length // 2)
        first, second = np.indices((length, length))
        allowed = np.argwhere(np.abs(first - second) >= distance)
        return allowed[draw.integers(0, len(allowed), self.clips)]


def flat_pairs(pairs: tf.Tensor) -> tf.Tensor:
    """`[clips, 2, ...]` to `[2·clips, ...]`."""
    return tf.reshape(pairs, [-1, *pairs.shape[2:]])


def other_of_pair(flat: tf.Tensor) -> tf.Tensor:
    """The value of the other frame of the pair, `[2·clips, ...]`."""
    pairs = tf.reshape(flat, [-1, 2, *flat.shape[1:]])
    return flat_pairs(tf.reverse(pairs, [1]))


def draw_noise(
    pairs: tf.Tensor, key: tf.Tensor | None, *shape: int
) -> tf.Tensor | None:
    """Standard normal `[2·clips, *shape]` for pairs `[clips, 2, ...]`.

    Args:
        pairs: tensor that gives the number of clips.
        key: int32 `[2]`, the same in all replicas; None for no noise.
        *shape: shape of the noise of a frame.
    """
    if key is None:
        return None
    noise = noise_along(pairs, int(np.prod(shape)), key)
    return tf.reshape(noise, [-1, *shape])


class BackgroundPass(NamedTuple):
    """The backgrounds of pairs.

    Attributes:
        posterior: q(z_back), `[2·clips, background_dim]`.
        code: z_back of each frame, drawn from it.
        drawn: x̂_back of each frame, `[2·clips, height, width, channel]`.
    """

    posterior: Gaussian
    code: tf.Tensor
    drawn: tf.Tensor


def pass_background(
    background: Background,
    pairs: tf.Tensor,
    key: tf.Tensor | None,
    swap: bool,
    training: bool,
) -> BackgroundPass:
    """x̂_back = D_back(z'_back), decoded from the code of the other frame.

    Args:
        background: E_back and D_back.
        pairs: `[clips, 2, height, width, channel]`.
        key: int32 `[2]`, seed of the draws; None for means.
        swap: whether the code is that of the other frame, or its own.
        training: whether the networks run in training mode.
    """
    posterior = background.encode(flat_pairs(pairs), training)
    noise = draw_noise(pairs, key, posterior.mean.shape[-1])
    code = posterior.draw(noise)
    used = other_of_pair(code) if swap else code
    return BackgroundPass(posterior, code, background.decode(used, training))


def background_terms(found: BackgroundPass) -> dict[str, tf.Tensor]:
    """Eq. 4, `similarity`, and `kl_background`, in nats per frame."""
    return {
        "similarity": losses.background_loss(
            found.code, other_of_pair(found.code)
        ),
        "kl_background": losses.kl_to_prior(found.posterior),
    }
