"""The compiled training loop, which makes several steps per call."""

import functools

import tensorflow as tf

from mipae_tf.data.batches import Arrays
from mipae_tf.data.batches import batches
from mipae_tf.models import Stage

# Added to the seed of the batches after each rollback; larger than any seed.
RESTART_SEED_OFFSET = 2**32


class NonFinite(ValueError):
    """A loss or gradient of a step is NaN or infinite.

    Attributes:
        step: the step, counted from 1.
        terms: names of the losses that are not finite.
    """

    def __init__(self, stage: str, step: int, terms: list[str]) -> None:
        self.step, self.terms = step, terms
        verb = "is" if len(terms) == 1 else "are"
        super().__init__(
            f"{stage}: {', '.join(terms)} {verb} not finite at step {step}"
        )


class StageLoop:
    """Runs `Stage.train_step` under any strategy.

    Args:
        stage: the stage to train, created in the scope of the strategy.
        arrays: the streams of `stage.streams` for all clips.
        strategy: the distribution strategy.
        undo: whether a step that is not finite is undone, except for the step
            counter.
    """

    def __init__(
        self,
        stage: Stage,
        arrays: Arrays,
        strategy: tf.distribute.Strategy,
        undo: bool = False,
    ) -> None:
        self.stage = stage
        self.strategy = strategy
        self.undo = undo
        self._iterator = iter(self._distribute(arrays))

    def run(self, steps: int) -> tuple[dict[str, tf.Tensor], float]:
        """Runs `steps` training steps.

        Returns:
            Means of the losses since the last reset, and the time spent
            waiting for input in seconds.

        Raises:
            NonFinite: after the first step with a value that is not finite.
        """
        values, waited, faults = self._run(self._iterator, tf.constant(steps))
        if faults.numpy().any():
            names = zip(self.stage.LOSSES, faults.numpy(), strict=True)
            terms = [name for name, fault in names if fault]
            raise NonFinite(
                self.stage.name, int(self.stage.step.numpy()), terms
            )
        means = {name: float(value) for name, value in values.items()}
        return means, float(waited)

    def any_worker(self, flag: bool) -> bool:
        """Whether `flag` is true in any worker; all workers must call this."""
        if self.strategy.cluster_resolver is None:
            return flag
        own = self.strategy.run(lambda: tf.constant(float(flag)))
        return float(self.strategy.reduce("SUM", own, axis=None)) > 0

    def reset_means(self) -> None:
        """Resets the means of the losses."""
        for mean in self.stage.means:
            mean.reset_state()

    @functools.cached_property
    def _run(self):
        names = [mean.name for mean in self.stage.means]

        kept = [v for v in self.stage.state() if v is not self.stage.step]

        @tf.function
        def run(iterator, steps):
            values = {name: tf.constant(0.0) for name in names}
            waited = tf.constant(0.0, tf.float64)
            faults = tf.zeros([len(self.stage.LOSSES)])
            for _ in tf.range(steps):
                asked = tf.timestamp()
                batch = next(iterator)
                waited += tf.timestamp() - asked
                before = [tf.identity(v) for v in kept] if self.undo else []
                values, faults = self._reduced(
                    *self.strategy.run(self.stage.checked_train_step, (batch,))
                )
                if tf.reduce_any(faults > 0.0):
                    for variable, value in zip(kept, before):
                        variable.assign(value)
                    break
            return values, waited, faults

        return run

    def _reduced(self, values, faults):
        """Reduces over replicas: means of losses, sums of faults."""
        means = {
            name: self.strategy.reduce("MEAN", value, axis=None)
            for name, value in values.items()
        }
        return means, self.strategy.reduce("SUM", faults, axis=None)

    def _distribute(self, arrays: Arrays):
        stage = self.stage
        replicas = self.strategy.num_replicas_in_sync

        def worker(context: tf.distribute.InputContext) -> tf.data.Dataset:
            local = replicas // context.num_input_pipelines
            first = context.input_pipeline_id * local
            return batches(
                arrays,
                stage.plan,
                stage.seed + int(stage.restarts.numpy()) * RESTART_SEED_OFFSET,
                first_step=int(stage.step.numpy()),
                last_step=stage.total_steps,
                parts=replicas,
                mine=range(first, first + local),
            )

        return self.strategy.distribute_datasets_from_function(worker)
