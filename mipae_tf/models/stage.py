"""A stage of training: a Keras model with its own train_step."""

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
    """A training stage: sub-networks it is handed, and their optimizers.

    A stage is a Keras model, so `fit` takes it; the shipped loop drives the
    same `train_step`. Subclasses write `update` and `evaluate_losses`, name
    what those return in `LOSSES`, and call `add_optimizer` for each set of
    variables that has an optimizer of its own.

    Args:
        plan: the frames that a step takes of a clip.
        seed: key of the draws made within a step.
        total_steps: length of the training, for schedules.

    Attributes:
        streams: what the batches hold: streams of the clips (`STREAMS`), such
            as `video` uint8 `[clips, frames, height, width, channel]`, and
            `latents`, which are encoded once, a mapping of float32 `[clips,
            frames, dim]`. A batch of one stream is that stream, a batch of
            several a mapping of streams by name.
        step: int64 variable, number of updates made; checkpointed.
    """

    LOSSES: ClassVar[tuple[str, ...]]
    # By name of a loss, what it should stay above, and what it means if not.
    FLOORS: ClassVar[Mapping[str, tuple[float, str]]] = {}
    streams: ClassVar[tuple[str, ...]] = ("video",)

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
        # How often training restarted with other batches; checkpointed.
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
        """Exactly what `train_step` returns, or Keras logs the last batch."""
        return self.means

    def update(self, batch: Any) -> Losses:
        """One step of every optimizer; the values of `LOSSES`, undivided."""
        raise NotImplementedError

    def evaluate_losses(self, batch: Any) -> Losses:
        """Losses in inference mode, with `loss` among them; no update."""
        raise NotImplementedError

    def prepare(self, latents: Mapping[str, Any]) -> None:
        """Called with the latents of all training clips before step 0."""

    def use_xla(self) -> None:
        """Lets XLA compile `update`, whose shapes must all be static.

        Raises:
            ValueError: where several replicas share a batch.
        """
        if tf.distribute.get_strategy().num_replicas_in_sync > 1:
            raise ValueError(
                "--xla compiles the step of one device; several replicas "
                "share this one. Give --strategy=none, or leave --xla out."
            )
        self.update = tf.function(self.update, jit_compile=True)

    def train_step(self, data: Any) -> Losses:
        """One update, then the running means of its losses."""
        return self.watched_step(data)[0]

    def watched_step(self, data: Any) -> tuple[Losses, tf.Tensor]:
        """`train_step`, and which losses of this very step are not finite.

        Returns:
            The running means, and `[len(LOSSES)]`, 1.0 for each value that is
            infinite or no number.
        """
        values = self.update(data)
        self.step.assign_add(1)
        for mean in self.means:
            mean.update_state(values[mean.name])
        means = {mean.name: mean.result() for mean in self.means}
        finite = tf.math.is_finite([values[name] for name in self.LOSSES])
        return means, tf.cast(~finite, tf.float32)

    def test_step(self, data: Any) -> Losses:
        """What `evaluate_losses` says of one batch."""
        return self.evaluate_losses(data)

    def add_optimizer(
        self,
        networks: Sequence[keras.layers.Layer],
        optimizer: keras.optimizers.Optimizer,
        clip_norm: float = 0.0,
    ) -> Callable[[tf.GradientTape, tf.Tensor], tf.Tensor]:
        """Gives `networks` an optimizer, built now, inside the scope.

        An optimizer that builds itself within a step fails under a
        MirroredStrategy, and resumes with its moments lost.

        Args:
            networks: what it trains.
            optimizer: unbuilt.
            clip_norm: largest norm of all its gradients; 0 leaves them as
                they are.

        Returns:
            `minimize(tape, loss)`, which makes one step of that optimizer and
            gives the norm of the gradients it found, before any clipping.
        """
        variables = [v for net in networks for v in net.trainable_variables]
        optimizer.build(variables)
        self.optimizers.append(optimizer)
        self._trained.append((optimizer, variables))
        if not self.compiled:  # so that `fit` works as it is
            self.compile(optimizer=optimizer, jit_compile=False)

        def minimize(tape: tf.GradientTape, loss: tf.Tensor) -> tf.Tensor:
            gradients = tape.gradient(loss, variables)
            norm = tf.linalg.global_norm(gradients)
            # They are summed over replicas: each brings its share of a mean.
            replicas = tf.distribute.get_strategy().num_replicas_in_sync
            gradients = [gradient / replicas for gradient in gradients]
            if clip_norm:
                gradients = _clipped(gradients, clip_norm)
            optimizer.apply_gradients(zip(gradients, variables, strict=True))
            return norm

        return minimize

    @contextlib.contextmanager
    def averaged(self):
        """A context in which weights are their moving averages, if any."""
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
        """All variables that a stage needs to resume, in a fixed order."""
        moments = [v for opt in self.optimizers for v in opt.variables]
        sums = [v for mean in self.means for v in mean.variables]
        return [*self.variables, *moments, self.step, *sums, self.restarts]

    def draw_key(self, salt: int) -> tf.Tensor:
        """int32 `[2]`: key of one draw of this step on this replica."""
        return tf.random.experimental.stateless_fold_in(
            self.shared_key(salt), replica_place()[0]
        )

    def shared_key(self, salt: int) -> tf.Tensor:
        """int32 `[2]`: key of one draw of this step, for all replicas."""
        key = tf.stack(
            [tf.constant(self.seed, tf.int32), tf.cast(self.step, tf.int32)]
        )
        return tf.random.experimental.stateless_fold_in(key, salt)


def _clipped(gradients: list[tf.Tensor], most: float) -> list[tf.Tensor]:
    """A replica's share of gradients whose sum has at most that norm."""
    whole = gradients
    if replica_place()[1] > 1:
        context = tf.distribute.get_replica_context()
        whole = context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)
    scale = tf.minimum(1.0, most / tf.linalg.global_norm(whole))
    return [gradient * scale for gradient in gradients]
