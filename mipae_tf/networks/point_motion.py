"""Motion of pixels that follows the motion of points.

Each pixel follows one of the points, or none: where point k has moved from q_k
to p_k, the pixels around p_k come from around q_k. A dense field of offsets is
hard to learn from a few videos; here only the choice of the point is learned,
and equal points give an exact copy.

References:
    - A. Siarohin et al., Animating arbitrary objects via deep motion transfer
      (https://arxiv.org/abs/1812.08861).
"""

import math

import tensorflow as tf

from mipae_tf.networks.point_decoder import GRID
from mipae_tf.networks.point_encoder import VALUES_PER_POINT

# Logit of following no point, beside all points together. With zero logits of
# the points, e²/(e² + 1) = 88 % of a pixel stays where it is.
STILL_LOGIT = 2.0


def point_offsets(
    points: tf.Tensor, known: tf.Tensor, logits: tf.Tensor
) -> tf.Tensor:
    """Offsets to where the pixels of a frame are in the known frame.

        f[p] = sum over k of a_k[p] (q_k - p_k)

    Args:
        points: row, column and strength of each point in the frame, p_k,
            `[batch, 3 * points]`, see `PointEncoder`.
        known: the same in the known frame, q_k.
        logits: of the choice a, `[batch, height, width, points]`; height and
            width are equal.

    Returns:
        Rows and columns to add, in pixels, `[batch, height, width, 2]`.
    """
    count, size = logits.shape[-1], logits.shape[1]
    moved = tf.reshape(known - points, [-1, count, VALUES_PER_POINT])
    # Coordinates are -1 and 1 at the centres of the outer cells of the grid.
    pixels = 0.5 * (size - size / GRID) * moved[..., :2]  # [batch, points, 2]
    still = STILL_LOGIT + math.log(count)
    still = tf.fill(tf.shape(logits[..., :1]), still)
    chosen = tf.nn.softmax(tf.concat([still, logits], axis=-1))[..., 1:]
    return tf.einsum("bhwk,bkd->bhwd", chosen, pixels)
