"""Base class of training stages: a Keras model with its own train_step."""

import contextlib
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import ClassVar

import keras
import tensorflow as tf

from mipae_tf.data.frame_plan import FramePlan
from mipae_tf.networks.replicas import replica_place

Losses = dict[str, tf.Tensor]


class Stage(keras.Model):
    """A training stage: networks to train, and their optimizers.

    A stage is a Keras model, so `fit` works; the training loop of the library
    calls the same `train_step`. Subclasses implement `update` and
    `evaluate_losses`, list the names of the losses in `LOSSES`, and call
    `add_optimizer` once per optimizer.

    Args:
        plan: which frames of a clip a step uses.
        seed: seed of the random draws in a step.
        total_steps: number of training steps.
        name: name of the stage.

    Attributes:
        streams: names of the streams in a batch: streams of the clips
            (`STREAMS`), such as `video` uint8 `[clips, frames, height, width,
            channel]`, or `latents`, which are encoded once, a mapping to
            float32 `[clips, frames, dim]`. With one stream, a batch is that
            stream; with several, a mapping from names to streams.
        latent_copies: copies of each training clip in the latents; all but the
            first are augmented.
        step: int64 variable, number of updates so far; checkpointed.
    """

    LOSSES: ClassVar[tuple[str, ...]]
    # By name of a loss: the value it should stay above, and what a lower value
    # means.
    FLOORS: ClassVar[Mapping[str, tuple[float, str]]] = {}
    streams: ClassVar[tuple[str, ...]] = ("video",)
    latent_copies: int = 1

    def __init__(
        self, plan: FramePlan, seed: int, total_steps: int, name: str
    ) -> None:
        super().__init__(name=name)
        self.plan = plan
        self.seed = seed
        self.step = tf.Variable(
            0,
            trainable=False,
            dtype=tf.int64,
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
        )
        # Number of rollbacks, which select other batches; checkpointed.
        self.restarts = tf.Variable(
            0,
            trainable=False,
            dtype=tf.int64,
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
        )
        self.total_steps = total_steps
        self.optimizers: list[keras.optimizers.Optimizer] = []
        self._trained: list[tuple] = []
        self.means = [keras.metrics.Mean(name) for name in self.LOSSES]

    @property
    def metrics(self) -> list[keras.metrics.Metric]:
        """The metrics that `train_step` returns; Keras resets only these."""
        return self.means

    def update(self, batch: Any) -> Losses:
        """Makes one step of each optimizer; returns the values of `LOSSES`.

        With several replicas, these are means over the replica's own clips.
        """
        raise NotImplementedError

    def evaluate_losses(self, batch: Any) -> Losses:
        """Losses in inference mode, including `loss`; no update."""
        raise NotImplementedError

    def prepare(self, latents: Mapping[str, Any]) -> None:
        """Called before step 0 with the latents of all training clips."""

    def use_xla(self) -> None:
        """Compiles `update` with XLA; all its shapes must be static.

        Raises:
            ValueError: if there are several replicas.
        """
        if tf.distribute.get_strategy().num_replicas_in_sync > 1:
            raise ValueError(
                "--xla supports one device, but there are several replicas; "
                "use --strategy=none, or remove --xla."
            )
        self.update = tf.function(self.update, jit_compile=True)

    def train_step(self, data: Any) -> Losses:
        """Makes one update; returns the running means of the losses."""
        return self.checked_train_step(data)[0]

    def checked_train_step(self, data: Any) -> tuple[Losses, tf.Tensor]:
        """Like `train_step`; also tells which losses are not finite.

        Returns:
            The running means, and float32 `[len(LOSSES)]` with 1.0 for each
            loss of this step that is NaN or infinite.
        """
        values = self.update(data)
        self.step.assign_add(1)
        for mean in self.means:
            mean.update_state(values[mean.name])
        means = {mean.name: mean.result() for mean in self.means}
        finite = tf.math.is_finite([values[name] for name in self.LOSSES])
        return means, tf.cast(~finite, tf.float32)

    def test_step(self, data: Any) -> Losses:
        """Calls `evaluate_losses`, for `keras.Model.evaluate`."""
        return self.evaluate_losses(data)

    def add_optimizer(
        self,
        networks: Sequence[keras.layers.Layer],
        optimizer: keras.optimizers.Optimizer,
        clip_norm: float = 0.0,
    ) -> Callable[[tf.GradientTape, tf.Tensor], tf.Tensor]:
        """Adds an optimizer for `networks` and builds it.

        An optimizer that is built in the first step fails under a
        MirroredStrategy, and its moments would not be restored.

        Args:
            networks: the networks to train.
            optimizer: an optimizer that is not built yet.
            clip_norm: maximum global norm of the gradients; 0 for no
                clipping.

        Returns:
            `minimize(tape, loss)`, which makes one optimizer step and returns
            the global norm of the gradients before clipping.
        """
        variables = [v for net in networks for v in net.trainable_variables]
        optimizer.build(variables)
        self.optimizers.append(optimizer)
        self._trained.append((optimizer, variables))
        if not self.compiled:  # so that `fit` works without `compile`
            self.compile(optimizer=optimizer, jit_compile=False)

        def minimize(tape: tf.GradientTape, loss: tf.Tensor) -> tf.Tensor:
            gradients = tape.gradient(loss, variables)
            norm = tf.linalg.global_norm(gradients)
            # Keras sums gradients over replicas; the loss is a mean.
            replicas = tf.distribute.get_strategy().num_replicas_in_sync
            gradients = [gradient / replicas for gradient in gradients]
            if clip_norm:
                gradients = _clipped(gradients, clip_norm)
            optimizer.apply_gradients(zip(gradients, variables, strict=True))
            return norm

        return minimize

    @contextlib.contextmanager
    def averaged_weights(self):
        """Context manager that sets weights to their moving averages.

        Networks without averaging keep their weights.
        """
        kept = []
        for optimizer, variables in self._trained:
            if optimizer.use_ema and int(self.step.numpy()):
                kept += [(v, tf.convert_to_tensor(v)) for v in variables]
                optimizer.finalize_variable_values(variables)
        try:
            yield
        finally:
            for variable, value in kept:
                variable.assign(value)

    def state(self) -> list:
        """All variables needed to resume the stage, in a fixed order."""
        moments = [v for opt in self.optimizers for v in opt.variables]
        sums = [v for mean in self.means for v in mean.variables]
        return [*self.variables, *moments, self.step, *sums, self.restarts]

    def draw_key(self, salt: int) -> tf.Tensor:
        """Seed of a random draw of this step and replica, int32 `[2]`."""
        return tf.random.experimental.stateless_fold_in(
            self.shared_key(salt), replica_place()[0]
        )

    def shared_key(self, salt: int) -> tf.Tensor:
        """Seed of a random draw of this step on all replicas, int32 `[2]`."""
        key = tf.stack(
            [tf.constant(self.seed, tf.int32), tf.cast(self.step, tf.int32)]
        )
        return tf.random.experimental.stateless_fold_in(key, salt)


def _clipped(gradients: list[tf.Tensor], max_norm: float) -> list[tf.Tensor]:
    """Scales a replica's gradients by the norm of the sum over replicas."""
    whole = gradients
    if replica_place()[1] > 1:
        context = tf.distribute.get_replica_context()
        whole = context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
    scale = tf.minimum(1.0, max_norm / tf.linalg.global_norm(whole))
    return [gradient * scale for gradient in gradients]
