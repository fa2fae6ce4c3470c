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
from mipae_tf.models.frame_values import to_float

FRAMES_PER_CALL = 256


def encode_each_frame(
    model: VideoModel, clips: Clips, copies: int = 1
) -> dict[str, np.ndarray]:
    """Encodes each frame of each clip separately.

    Args:
        model: the model.
        clips: the clips to encode.
        copies: copies of the clips. The first are the clips themselves, the
            others are augmented as in training, each in another way.

    Returns:
        float32 `[copies * clips, time, *code_shape]` for each latent of the
        model.
    """
    encode = tf.function(model.encode, reduce_retracing=True)
    size = max(1, FRAMES_PER_CALL // clips.length)
    places = [
        (copy, first)
        for copy in range(copies)
        for first in range(0, len(clips), size)
    ]
    pieces = []
    for copy, first in progress(places, "encoding clips", "chunk"):
        frames = tf.constant(clips.video[first : first + size])
        if copy:
            key = [model.seed, copy * len(clips) + first]
            frames = model.config.augmented(to_float(frames), key)
        frames = tf.reshape(frames, [-1, 1, *clips.frame_shape])
        latents = encode(frames)  # [clips·time, 1, ...]
        pieces.append({k: v.numpy() for k, v in latents.items()})
    shape = (copies * len(clips), clips.length)
    return {
        latent.name: np.concatenate([piece[latent.name] for piece in pieces])
        .astype(np.float32)
        .reshape(*shape, *latent.code_shape)  # [clips, time, *code_shape]
        for latent in model.latents
    }


def cached_latents(
    model: VideoModel, clips: Clips, path: pathlib.Path, copies: int = 1
) -> dict[str, np.ndarray]:
    """Calls `encode_each_frame`, or reads its cached result from `path`.

    The cache is valid if the pixels of the clips and the latents of a few of
    their frames match; changes of weights that are not used for encoding do
    not matter. A file that cannot be read is replaced.
    """
    key = _encoder_key(model, clips) + clips.fingerprint()
    if copies > 1:
        key += f"x{copies}"
    if path.exists():
        try:
            with np.load(path) as stored:
                if str(stored["key"]) == key:
                    return {k: stored[k] for k in stored.files if k != "key"}
        except UNREADABLE as error:
            reason = describe(error)
            say(f"{path} cannot be read and is created again ({reason})")
    latents = encode_each_frame(model, clips, copies)
    write_atomically(path, lambda part: np.savez(part, key=key, **latents))
    return latents


def _encoder_key(model: VideoModel, clips: Clips) -> str:
    latents = model.encode(tf.constant(clips.video[:16, :1]))
    digest = hashlib.sha256()
    for name in sorted(latents):
        digest.update(np.ascontiguousarray(latents[name].numpy()))
    return digest.hexdigest()[:16]
