"""The compiled loop: n steps of a stage for one call from Python."""

import functools

import tensorflow as tf

from mipae_tf.data.batches import Arrays
from mipae_tf.data.batches import batches
from mipae_tf.models import Stage


class StageLoop:
    """Drives `Stage.train_step` under any strategy.

    Args:
        stage: what to train, made inside the strategy's scope.
        arrays: uint8 clips or cached latents, as `stage.source` says.
        strategy: one device, mirrored or multi-worker.
    """

    def __init__(
        self, stage: Stage, arrays: Arrays, strategy: tf.distribute.Strategy
    ) -> None:
        self.stage = stage
        self.strategy = strategy
        self._iterator = iter(self._distribute(arrays))

    def run(self, steps: int) -> tuple[dict[str, tf.Tensor], float]:
        """Makes `steps` steps.

        Returns:
            Means of the losses since they were last reset, and the seconds
            spent waiting for input.
        """
        values, waited = self._run(self._iterator, tf.constant(steps))
        means = {name: float(value) for name, value in values.items()}
        return means, float(waited)

    def anywhere(self, flag: bool) -> bool:
        """Whether the flag is up in any worker; all must ask together."""
        if self.strategy.cluster_resolver is None:
            return flag
        own = self.strategy.run(lambda: tf.constant(float(flag)))
        return float(self.strategy.reduce("SUM", own, axis=None)) > 0

    def reset_means(self) -> None:
        """Begins the means of the losses anew."""
        for mean in self.stage.means:
            mean.reset_state()

    @functools.cached_property
    def _run(self):
        names = [mean.name for mean in self.stage.means]

        @tf.function
        def run(iterator, steps):
            values = {name: tf.constant(0.0) for name in names}
            waited = tf.constant(0.0, tf.float64)
            for _ in tf.range(steps):
                asked = tf.timestamp()
                batch = next(iterator)
                waited += tf.timestamp() - asked
                values = self.strategy.run(self.stage.train_step, (batch,))
                values = {
                    name: self.strategy.reduce("MEAN", value, axis=None)
                    for name, value in values.items()
                }
            return values, waited

        return run

    def _distribute(self, arrays: Arrays):
        stage = self.stage
        replicas = self.strategy.num_replicas_in_sync

        def worker(context: tf.distribute.InputContext) -> tf.data.Dataset:
            local = replicas // context.num_input_pipelines
            first = context.input_pipeline_id * local
            return batches(
                arrays,
                stage.plan,
                stage.seed,
                first_step=int(stage.step.numpy()),
                last_step=stage.total_steps,
                parts=replicas,
                mine=range(first, first + local),
            )

        return self.strategy.distribute_datasets_from_function(worker)
