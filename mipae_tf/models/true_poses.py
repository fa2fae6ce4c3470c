"""The true poses of future frames, decoded: the limit of the dynamics."""

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from mipae_tf.models.latent import Latent

Codes = Mapping[str, np.ndarray]


def decode_true_poses(
    latents: Sequence[Latent],
    encode: Callable[[np.ndarray], Codes],
    decode: Callable[[Codes, np.ndarray], np.ndarray],
    video: np.ndarray,
    context: int,
) -> np.ndarray:
    """Decodes the poses of the future with the content of the context.

    A forecast whose poses are all correct draws these frames.

    Args:
        latents: of the model.
        encode: function from clips to latents, see `VideoModel.encode`.
        decode: function from latents and the last context frame to frames,
            see `VideoModel.decode`.
        video: uint8 `[clips, context + horizon, height, width, channel]`.
        context: number of context frames.

    Returns:
        What `decode` returns, `[clips, horizon, height, width, channel]`.
    """
    past, future = encode(video[:, :context]), encode(video[:, context:])
    codes = {
        latent.name: (future if latent.per_frame else past)[latent.name]
        for latent in latents
    }
    return decode(codes, video[:, context - 1])
