"""The networks of DDPAE: from frames to latents, and from latents to frames."""

from typing import Any
from typing import NamedTuple

import keras
import tensorflow as tf

from mipae_tf.models.ddpae.image_networks import make_decoder
from mipae_tf.models.ddpae.image_networks import make_encoder
from mipae_tf.models.ddpae.pose_network import POSE_DIM
from mipae_tf.models.ddpae.pose_network import PoseNetwork
from mipae_tf.models.ddpae.pose_network import SoftplusGaussian
from mipae_tf.models.ddpae.pose_network import States
from mipae_tf.models.ddpae.pose_network import make_cell
from mipae_tf.models.frame_wise import fold_axes
from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.network_options import network_options
from mipae_tf.models.network_options import require_square
from mipae_tf.networks.gaussian_head import Gaussian
from mipae_tf.networks.gaussian_head import noise_along
from mipae_tf.networks.scan_time import scan_time
from mipae_tf.networks.spatial_transformer import inverse
from mipae_tf.networks.spatial_transformer import resample

FRAME_SIZES = (16, 32, 64, 128)


class Noise(NamedTuple):
    """Standard normal noise of the latents of clips.

    Attributes:
        transition: `[batch, time, components, 3]`.
        initial: `[batch, components, 3]`.
        content: `[batch, components, content_dim]`.
    """

    transition: tf.Tensor
    initial: tf.Tensor
    content: tf.Tensor


class Inferred(NamedTuple):
    """Posteriors of the latents of clips, and what was drawn from them.

    Attributes:
        transition: q(β_t), `[batch, time, components, 3]`, of the frames that
            were given and of those that are predicted.
        initial: q(p_0), `[batch, components, 3]`.
        content: q(c), `[batch, components, content_dim]`.
        pose: poses, `[batch, time, components, 3]`.
        code: contents, `[batch, components, content_dim]`.
        memory: what `DDPAENetwork.observe` and `predict` go on from.
    """

    transition: Gaussian
    initial: Gaussian
    content: Gaussian
    pose: tf.Tensor
    code: tf.Tensor
    memory: dict[str, Any]


class DDPAENetwork(keras.layers.Layer):
    """Pose network, object encoder, content LSTM and object decoder.

    A pose is (s, x, y). An object covers 1 / s of the sides of a frame, and its
    center is at (-x / s, -y / s) in coordinates from -1 to 1.

    Args:
        config: a `DDPAEConfig`.
        frame_shape: (height, width, channel).
        **kwargs: `name` of the layer.

    Raises:
        ValueError: if frames are not square or of another size than those in
            `FRAME_SIZES`.
    """

    def __init__(
        self, config, frame_shape: tuple[int, int, int], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        require_square(frame_shape, FRAME_SIZES)
        channels = frame_shape[-1]
        options = network_options(config, frame_shape)
        self.frame_size = options.pop("frame_size")
        self.object_size = self.frame_size // 2
        self.components = config.components
        self.content_dim = config.content_dim
        self.scale_prior = config.scale_prior
        self.image_encoder = make_encoder(
            self.frame_size, config.image_dim, **options
        )
        self.object_encoder = make_encoder(
            self.object_size, config.content_dim, **options
        )
        self.object_decoder = make_decoder(
            self.object_size, config.content_dim, channels, **options
        )
        self.pose = PoseNetwork(
            config.components,
            config.image_dim,
            config.lstm_dim,
            config.independent_components,
            config.first_deviation,
            config.layer_rules,
        )
        self.content_cell = make_cell(config.lstm_dim, config.layer_rules)
        self.content = SoftplusGaussian(config.content_dim)
        self.image_encoder.build((None, *frame_shape))
        self.object_encoder.build(
            (None, self.object_size, self.object_size, channels)
        )
        self.object_decoder.build((None, config.content_dim))
        self.content_cell.build((None, config.content_dim))
        self.content.build((None, config.lstm_dim))
        self.built = True

    def draw_noise(self, clips: tf.Tensor, key: tf.Tensor) -> Noise:
        """Noise of the latents of clips `[batch, time, ...]`.

        Args:
            clips: tensor that gives batch size and length.
            key: int32 `[2]`, seed of the draws.
        """
        first = clips[:, :1]
        keys = [
            tf.random.experimental.stateless_fold_in(key, n) for n in (1, 2)
        ]

        def draw(sequence, dim, key):
            flat = noise_along(sequence, self.components * dim, key)
            time = tf.shape(sequence)[1]
            return tf.reshape(flat, [-1, time, self.components, dim])

        return Noise(
            draw(clips, POSE_DIM, key),
            draw(first, POSE_DIM, keys[0])[:, 0],
            draw(first, self.content_dim, keys[1])[:, 0],
        )

    def infer(
        self,
        frames: tf.Tensor,
        horizon: int = 0,
        noise: Noise | None = None,
        training: bool = False,
    ) -> Inferred:
        """Infers the latents of clips, and of the frames that follow them.

        Args:
            frames: float32 `[batch, time, height, width, channel]`.
            horizon: number of frames to predict.
            noise: for samples of `time + horizon` frames; None for means.
            training: whether the networks run in training mode.
        """
        codes = fold_time(self.image_encoder, frames, training=training)
        batch, time = tf.unstack(tf.shape(frames)[:2])
        hidden, read = self.pose.read(codes, self.pose.no_states(batch))
        initial = self.pose.start(hidden[:, 0])
        states, ahead = read, []
        for _ in range(horizon):
            states = self.pose.predict(states)
            ahead.append(states[0])
        if horizon:
            hidden = tf.concat([hidden, tf.stack(ahead, axis=1)], axis=1)
        transition = self.pose.transition(hidden)
        noise = noise or Noise(None, None, None)
        # p_t = p_0 + β_1 + ... + β_t
        total = initial.draw(noise.initial)[:, None] + tf.cumsum(
            transition.draw(noise.transition), axis=1
        )  # [batch, time + horizon, components, 3]
        pose = self.constrain(total)
        content, last = self.read_content(
            frames, pose[:, :time], self._no_contents(batch), training
        )
        memory = {
            "read": read,
            "predict": states,
            "content": last,
            "total": total[:, -1],
        }
        code = content.draw(noise.content)
        return Inferred(transition, initial, content, pose, code, memory)

    def constrain(self, total: tf.Tensor) -> tf.Tensor:
        """Poses of which objects are within the frame, the same shape."""
        scale, place = tf.split(total, [1, 2], axis=-1)
        scale = tf.clip_by_value(
            scale, self.scale_prior - 1.0, self.scale_prior + 1.0
        )
        return tf.concat([scale, tf.tanh(place) * (scale - 0.5)], axis=-1)

    def read_content(
        self,
        frames: tf.Tensor,
        pose: tf.Tensor,
        states: States,
        training: bool = False,
    ) -> tuple[Gaussian, States]:
        """q(c) of each component, from its crops of the frames.

        Args:
            frames: `[batch, time, height, width, channel]`.
            pose: `[batch, time, components, 3]`.
            states: of the content LSTM, before the first frame.
            training: whether the networks run in training mode.

        Returns:
            The Gaussian `[batch, components, content_dim]`, and the states
            after the last frame.
        """
        crops = self.crop(frames, pose)
        codes = fold_axes(3, self.object_encoder, crops, training=training)

        def step(states: States, code: tf.Tensor):
            flat = [tf.reshape(x, [-1, x.shape[-1]]) for x in (code, *states)]
            _, after = self.content_cell(flat[0], flat[1:])
            shape = [-1, *states[0].shape[1:]]
            after = tuple(tf.reshape(x, shape) for x in after)
            return after, after[0]

        states, _ = scan_time(step, states, codes)
        return self.content(states[0]), states

    def crop(self, frames: tf.Tensor, pose: tf.Tensor) -> tf.Tensor:
        """Crops of frames, `[batch, time, components, size, size, channel]`.

        Args:
            frames: `[batch, time, height, width, channel]`.
            pose: `[batch, time, components, 3]`.
        """
        every = tf.repeat(frames[:, :, None], self.components, axis=2)
        size = (self.object_size,) * 2

        def cut(frames, pose):
            return resample(frames, *inverse(pose[:, :1], pose[:, 1:]), size)

        return fold_axes(3, cut, every, pose)

    def decode(
        self, code: tf.Tensor, pose: tf.Tensor, training: bool = False
    ) -> tf.Tensor:
        """Each component alone, `[batch, time, components, H, W, channel]`.

        Args:
            code: contents, `[batch, components, content_dim]`.
            pose: poses, `[batch, time, components, 3]`.
            training: whether the networks run in training mode.
        """
        return self.paste(self.objects(code, training), pose)

    def objects(self, code: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Objects `[batch, components, size, size, channel]` in [0, 1].

        Args:
            code: contents, `[batch, components, content_dim]`.
            training: whether the decoder runs in training mode.
        """
        return fold_axes(2, self.object_decoder, code, training=training)

    def paste(self, objects: tf.Tensor, pose: tf.Tensor) -> tf.Tensor:
        """Objects at their poses in frames that are otherwise 0.

        Args:
            objects: `[batch, components, size, size, channel]`.
            pose: poses, `[batch, time, components, 3]`.

        Returns:
            `[batch, time, components, height, width, channel]`.
        """
        every = tf.repeat(objects[:, None], tf.shape(pose)[1], axis=1)
        size = (self.frame_size,) * 2

        def place(objects, pose):
            return resample(objects, pose[:, :1], pose[:, 1:], size)

        return fold_axes(3, place, every, pose)

    def observe(self, frame: tf.Tensor, memory: dict[str, Any]):
        """The memory and the contents q(c) after one more frame.

        Args:
            frame: float32 `[batch, height, width, channel]`.
            memory: the memory before.
        """
        code = self.image_encoder(frame, training=False)
        hidden, read = self.pose.read(code[:, None], memory["read"])
        total = memory["total"] + self.pose.transition(hidden[:, 0]).mean
        content, states = self.read_content(
            frame[:, None], self.constrain(total)[:, None], memory["content"]
        )
        after = {
            "read": read,
            "predict": read,
            "content": states,
            "total": total,
        }
        return after, content

    def predict(self, memory: dict[str, Any]) -> tuple[tf.Tensor, dict]:
        """The pose in the next frame, and the memory after it.

        Returns:
            `[batch, components, 3]`, and the memory.
        """
        states = self.pose.predict(memory["predict"])
        total = memory["total"] + self.pose.transition(states[0]).mean
        after = {**memory, "predict": states, "total": total}
        return self.constrain(total), after

    def _no_contents(self, batch: tf.Tensor) -> States:
        units = self.content_cell.units
        zeros = tf.zeros(tf.stack([batch, self.components, units]))
        return zeros, zeros


def compose(components: tf.Tensor) -> tf.Tensor:
    """Frames `[..., H, W, channel]`: min(1, sum of the components).

    Args:
        components: `[..., components, height, width, channel]`.
    """
    return tf.minimum(tf.reduce_sum(components, axis=-4), 1.0)
