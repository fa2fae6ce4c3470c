"""The second stage: an LSTM predicts how the pose of an object changes."""

import math
from collections.abc import Mapping

import keras
import numpy as np
import tensorflow as tf

from mipae_tf.data.frame_plan import Window
from mipae_tf.models.hierarchical_objects.ordering import Codes
from mipae_tf.models.hierarchical_objects.ordering import Tracks
from mipae_tf.models.hierarchical_objects.ordering import follow
from mipae_tf.models.hierarchical_objects.ordering import no_tracks
from mipae_tf.models.hierarchical_objects.scene import WHERE_DIM
from mipae_tf.models.optimizers import make_later_adam
from mipae_tf.models.stage import Losses
from mipae_tf.models.stage import Stage
from mipae_tf.networks.lstm_stack import LSTMStack
from mipae_tf.networks.lstm_stack import States
from mipae_tf.networks.scan_time import scan_time
from mipae_tf.networks.standardizer import Standardizer

PER_OBJECT = ("z_content", "z_where", "z_pose", "z_presence")
LEAST_SCALE = 0.05  # of a predicted object, as a share of the frame
CLIPS_PER_CALL = 256  # whose poses are ordered together, to find their scale


class PosePredictor(keras.layers.Layer):
    """An LSTM for each object, with shared weights.

    Its input is (mean z_c, pose_t, d_t), where a pose is (z_where, z_p) and
    d_t = pose_t - pose_{t-1}, and the sum of z_where of the other objects, with
    `interaction`. Its output is d_{t+1}. Poses and differences are
    standardized.

    Args:
        config: a `HierarchicalObjectsConfig`.
        **kwargs: `name` of the layer.
    """

    def __init__(self, config, **kwargs) -> None:
        super().__init__(**kwargs)
        pose_dim = WHERE_DIM + config.pose_dim
        self.interaction = config.interaction
        torch = config.layer_rules == "torch"
        self.lstm = LSTMStack(
            pose_dim,
            hidden_dim=config.lstm_dim,
            layers=1,
            activation="linear",
            init="torch" if torch else "keras",
            biases=2 if torch else 1,
            use_cudnn=False,  # cuDNN kernels cannot be served on a CPU
        )
        others = WHERE_DIM if config.interaction else 0
        inputs = config.content_dim + 2 * pose_dim + others
        self.lstm.build((None, None, inputs))
        self.pose_scale = Standardizer(pose_dim, name="pose")
        self.change_scale = Standardizer(pose_dim, name="change")
        self.built = True

    def initial_state(self, tracks: Tracks) -> States:
        """The state before the first frame."""
        batch, objects = tf.unstack(tf.shape(tracks.pose)[:2])
        return self.lstm.initial_state(batch * objects)

    def predict(
        self, tracks: Tracks, states: States
    ) -> tuple[tf.Tensor, States]:
        """d_{t+1}, `[batch, objects, pose]`, and the next state."""
        pose = self.pose_scale.standardize(tracks.pose)
        change = tracks.change / self.change_scale.deviation
        known = tf.cast(tracks.seen > 0.0, tf.float32)
        inputs = [tracks.content, known * pose, change]
        if self.interaction:
            where = (known * pose)[..., :WHERE_DIM]
            total = tf.reduce_sum(where, axis=1, keepdims=True)
            inputs.append(total - where)
        inputs = tf.concat(inputs, axis=-1)  # [batch, objects, inputs]
        flat = tf.reshape(inputs, [-1, inputs.shape[-1]])
        out, states = self.lstm.step(flat, states)
        change = out * self.change_scale.deviation
        return tf.reshape(change, tf.shape(tracks.pose)), states

    def advance(self, tracks: Tracks, states: States) -> tuple[Tracks, States]:
        """The tracks of the next frame as predicted, and the next state."""
        change, states = self.predict(tracks, states)
        pose = tracks.pose + change
        scale, rest = tf.split(pose, [2, pose.shape[-1] - 2], axis=-1)
        pose = tf.concat(
            [tf.clip_by_value(scale, LEAST_SCALE, 1.0), rest], axis=-1
        )
        return tracks._replace(pose=pose, change=change), states


class DynamicsStage(Stage):
    """Trains the LSTM on the codes of single frames, which are cached.

    Within the context, it is given true poses; after it, its own predictions.
    There are no pixels and no images in this stage. The loss is the Huber loss
    of poses, in standard deviations of their differences.

    Args:
        predictor: the LSTM.
        config: a `HierarchicalObjectsConfig`.
        seed: seed of the random draws.
    """

    LOSSES = ("loss", "context", "horizon", "gradient_norm")
    streams = ("latents",)

    def __init__(self, predictor: PosePredictor, config, seed: int) -> None:
        super().__init__(
            Window(
                config.dynamics_batch_size,
                config.context + config.train_horizon,
            ),
            seed,
            config.dynamics_steps,
            name="dynamics",
        )
        self.config = config
        self.predictor = predictor
        optimizer = make_later_adam(
            config, config.dynamics_learning_rate, config.dynamics_steps
        )
        self._minimize = self.add_optimizer([predictor], optimizer)

    def prepare(self, latents: Mapping[str, np.ndarray]) -> None:
        """Sets the scales of poses and differences of present objects."""
        poses, changes = [], []
        for first in range(0, len(latents["z_back"]), CLIPS_PER_CALL):
            some = {
                name: tf.constant(code[first : first + CLIPS_PER_CALL])
                for name, code in latents.items()
            }
            pose, change, moved = self._ordered(self._per_object(some))
            present = moved.numpy()[..., 0] > 0.0
            poses.append(pose.numpy()[present])
            changes.append(change.numpy()[present])
        if sum(map(len, poses)):
            self.predictor.pose_scale.fit(np.concatenate(poses))
            self.predictor.change_scale.fit(np.concatenate(changes))

    def update(self, batch: Mapping[str, tf.Tensor]) -> Losses:
        """See `Stage.update`; latents `[clips, context + horizon, ...]`."""
        with tf.GradientTape() as tape:
            losses = self.evaluate_losses(batch)
        norm = self._minimize(tape, losses["loss"])
        return {**losses, "gradient_norm": norm}

    def evaluate_losses(self, batch: Mapping[str, tf.Tensor]) -> Losses:
        """Errors within the context and after it, and their mean."""
        errors, weights = self._errors(self._per_object(batch))
        seen = self.config.context
        context, horizon = (
            tf.reduce_sum(errors[:, span] * weights[:, span])
            / tf.cast(tf.size(weights[:, span]), tf.float32)
            for span in (slice(1, seen), slice(seen, None))
        )
        return {
            "loss": 0.5 * (context + horizon),
            "context": context,
            "horizon": horizon,
        }

    def _errors(self, codes: Codes) -> tuple[tf.Tensor, tf.Tensor]:
        """Huber losses and weights of poses, `[batch, time, objects]`.

        Weights are 1 for objects that are present and were seen before.
        """
        predictor = self.predictor

        def step(carried, now):
            true, own, states, time = carried
            own, states = predictor.advance(own, states)
            known = true.seen[..., 0] > 0.0
            true, ordered = follow(true, now, self.config.position_weight)
            error = (true.pose - own.pose) / predictor.change_scale.deviation
            weight = tf.cast(known, tf.float32) * ordered["z_presence"][..., 0]
            if time < self.config.context:  # teacher forcing
                own = true
            out = tf.reduce_mean(huber(error), axis=-1), weight
            return (true, own, states, time + 1), out

        tracks = no_tracks({k: v[:, 0] for k, v in codes.items()})
        states = predictor.initial_state(tracks)
        return scan_time(step, (tracks, tracks, states, 0), codes)[1]

    def _ordered(self, codes: Codes) -> tuple[tf.Tensor, ...]:
        """Poses, differences, weights, `[batch, time, objects, dim]`."""

        def step(tracks: Tracks, now: Codes):
            after, ordered = follow(tracks, now, self.config.position_weight)
            known = tf.cast(tracks.seen > 0.0, tf.float32)
            moved = known * ordered["z_presence"]
            return after, (after.pose, after.change, moved)

        tracks = no_tracks({k: v[:, 0] for k, v in codes.items()})
        return scan_time(step, tracks, codes)[1]

    def _per_object(self, latents: Mapping[str, tf.Tensor]) -> Codes:
        """Latents `[clips, time, objects, dim]`, as stored or flat."""
        found = dict(latents)
        for name in PER_OBJECT:
            code = latents[name]
            lead = [*code.shape[:2], self.config.objects]
            size = math.prod(code.shape[2:]) // self.config.objects
            found[name] = tf.reshape(code, [*lead, size])
        return found


def huber(error: tf.Tensor) -> tf.Tensor:
    """e² / 2 up to |e| = 1, and |e| - 1/2 beyond, elementwise."""
    size = tf.abs(error)
    small = tf.minimum(size, 1.0)
    return small * (size - 0.5 * small)
