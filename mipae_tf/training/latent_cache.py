"""Cache of the latents of all frames."""

import hashlib
import pathlib

import numpy as np
import tensorflow as tf

from mipae_tf.cli.screen import progress
from mipae_tf.cli.screen import say
from mipae_tf.data import Clips
from mipae_tf.files import UNREADABLE
from mipae_tf.files import describe
from mipae_tf.files import write_atomically
from mipae_tf.models import VideoModel

FRAMES_PER_CALL = 256


def encode_each_frame(model: VideoModel, clips: Clips) -> dict[str, np.ndarray]:
    """Encodes each frame of each clip separately.

    Args:
        model: the model.
        clips: the clips to encode.

    Returns:
        float32 `[clips, time, *code_shape]` for each latent of the model.
    """
    encode = tf.function(model.encode, reduce_retracing=True)
    flat = clips.video.reshape(-1, 1, *clips.frame_shape)
    pieces = []
    for first in progress(
        range(0, len(flat), FRAMES_PER_CALL), "encoding clips", "chunk"
    ):
        latents = encode(tf.constant(flat[first : first + FRAMES_PER_CALL]))
        pieces.append({k: v.numpy() for k, v in latents.items()})
    shape = (len(clips), clips.length)
    return {
        latent.name: np.concatenate([piece[latent.name] for piece in pieces])
        .astype(np.float32)
        .reshape(*shape, *latent.code_shape)  # [clips, time, *code_shape]
        for latent in model.latents
    }


def cached_latents(
    model: VideoModel, clips: Clips, path: pathlib.Path
) -> dict[str, np.ndarray]:
    """Calls `encode_each_frame`, or reads its cached result from `path`.

    The cache is valid if the pixels of the clips and the latents of a few of
    their frames match; changes of weights that are not used for encoding do
    not matter. A file that cannot be read is replaced.
    """
    key = _encoder_key(model, clips) + clips.fingerprint()
    if path.exists():
        try:
            with np.load(path) as stored:
                if str(stored["key"]) == key:
                    return {k: stored[k] for k in stored.files if k != "key"}
        except UNREADABLE as error:
            reason = describe(error)
            say(f"{path} cannot be read and is created again ({reason})")
    latents = encode_each_frame(model, clips)
    write_atomically(path, lambda part: np.savez(part, key=key, **latents))
    return latents


def _encoder_key(model: VideoModel, clips: Clips) -> str:
    latents = model.encode(tf.constant(clips.video[:16, :1]))
    digest = hashlib.sha256()
    for name in sorted(latents):
        digest.update(np.ascontiguousarray(latents[name].numpy()))
    return digest.hexdigest()[:16]
