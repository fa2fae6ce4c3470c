"""The compiled loop: n steps of a stage for one call from Python."""

import functools

import tensorflow as tf

from mipae_tf.data.batches import Arrays
from mipae_tf.data.batches import batches
from mipae_tf.models import Stage

# Between the keys of batches before and after a restart; seeds are below it.
RESTART = 2**32


class NonFinite(ValueError):
    """A step whose losses or gradients are infinite or no numbers.

    Attributes:
        step: the step, counted from 1.
        terms: names of the losses.
    """

    def __init__(self, stage: str, step: int, terms: list[str]) -> None:
        self.step, self.terms = step, terms
        verb = "is" if len(terms) == 1 else "are"
        super().__init__(
            f"{stage}: {', '.join(terms)} {verb} not finite at step {step}"
        )


class StageLoop:
    """Drives `Stage.train_step` under any strategy.

    Args:
        stage: what to train, made inside the strategy's scope.
        arrays: of all clips, what `stage.streams` names.
        strategy: one device, mirrored or multi-worker.
        undo: whether a step that is not finite leaves no trace but its count.
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
        """Makes `steps` steps.

        Returns:
            Means of the losses since they were last reset, and the seconds
            spent waiting for input.

        Raises:
            NonFinite: after the first step with a value that is not finite;
                with `undo` nothing but the step is changed by it.
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
        """Means of losses, sums of faults, over the replicas."""
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
                stage.seed + int(stage.restarts.numpy()) * RESTART,
                first_step=int(stage.step.numpy()),
                last_step=stage.total_steps,
                parts=replicas,
                mine=range(first, first + local),
            )

        return self.strategy.distribute_datasets_from_function(worker)
