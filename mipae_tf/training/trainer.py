"""Trains all stages of a model in a run folder."""

import itertools
import shutil
import time

import numpy as np
import tensorflow as tf

from mipae_tf.cli.screen import say
from mipae_tf.data import Clips
from mipae_tf.data import batches
from mipae_tf.data.batches import Arrays
from mipae_tf.models import Stage
from mipae_tf.models import VideoModel
from mipae_tf.runs import RunFolder
from mipae_tf.runs.checkpoints import StageCheckpoints
from mipae_tf.runs.checkpoints import restore_result
from mipae_tf.training.interruption import Interrupted
from mipae_tf.training.interruption import Interruption
from mipae_tf.training.latent_cache import cached_latents
from mipae_tf.training.logbook import Logbook
from mipae_tf.training.loop import NonFinite
from mipae_tf.training.loop import StageLoop
from mipae_tf.training.options import TrainingOptions
from mipae_tf.training.pictures import can_forecast
from mipae_tf.training.pictures import code_strip
from mipae_tf.training.pictures import forecast_pictures
from mipae_tf.training.profile import Profile
from mipae_tf.training.stopwatch import Stopwatch
from mipae_tf.visual.summary import write_gif_summary
from mipae_tf.visual.summary import write_image_summary

# Validation batches are drawn under a key that no seed of a run reaches.
VALIDATION_SEED = 2**31
LATENTS = "latents"  # the stream that the model itself makes
MOST_ROLLBACKS = 3
MOST_SKIPPED = 10  # in a row


class Trainer:
    """Runs the stages of a model, each from where its checkpoint stands.

    Args:
        folder: the run; claim it before `train`.
        model: made inside the strategy's scope.
        train: clips to learn from.
        validation: clips to choose the best checkpoint by.
        strategy: one device, mirrored or multi-worker.
        options: intervals and conveniences.

    Raises:
        ValueError: when the clips are too short for a stage or lack a stream
            that it wants, or a batch cannot be shared by the replicas.
    """

    def __init__(
        self,
        folder: RunFolder,
        model: VideoModel,
        train: Clips,
        validation: Clips,
        strategy: tf.distribute.Strategy | None = None,
        options: TrainingOptions | None = None,
    ) -> None:
        self.folder = folder
        self.model = model
        self.strategy = strategy or tf.distribute.get_strategy()
        self.options = options or TrainingOptions()
        self._interruption = Interruption()
        self._profile = Profile(self.options.profile_span(), folder.logs)
        self._stopwatch = Stopwatch(folder, self.strategy)
        self._skipped = 0
        with self.strategy.scope():
            self.stages = model.stages()
            for stage in self.stages if self.options.xla else ():
                stage.use_xla()
        for stage in self.stages:  # complain before anything is written
            stage.plan.times(train.length, np.random.default_rng(0))
            stage.plan.share(0, self.strategy.num_replicas_in_sync)
        streams = self._streams_of_clips()
        self.clips = {
            "train": train.with_streams(streams),
            "validation": validation.with_streams(streams),
        }

    def train(self) -> None:
        """Trains what is not trained yet.

        For each stage: its newest checkpoint if it has one; else, for later
        stages, the weights that the stage before left behind.

        Raises:
            Interrupted: after SIGTERM or SIGINT, once everything is saved.
        """
        with self._interruption:
            self._train_stages()

    def _train_stages(self) -> None:
        for stage in self.stages:
            checkpoints = StageCheckpoints(
                self.folder, self.model, stage, self.options.max_to_keep
            )
            resumed = checkpoints.resume()
            _require_one_step(stage, self.strategy)
            if resumed:
                say(
                    f"{stage.name} goes on from step "
                    f"{int(stage.step.numpy())} of {stage.total_steps}"
                )
            if int(stage.step.numpy()) < stage.total_steps:
                self._forget_after(stage)
                if self.options.on_nonfinite == "rollback" and not resumed:
                    checkpoints.save()
                self._stopwatch.start(stage)
                self._train_through(stage, checkpoints)
            restore_result(self.folder, self.model, stage.name)

    def _train_through(self, stage: Stage, checkpoints) -> None:
        """Trains a stage, and goes back as often as it may where it fails."""
        for attempt in itertools.count():
            try:
                return self._train_stage(stage, checkpoints)
            except NonFinite as fault:
                last = checkpoints.newest
                if self.options.on_nonfinite != "rollback":
                    raise ValueError(
                        f"{fault}. The last good checkpoint is {last}. A lower "
                        "--learning_rate may help; --on_nonfinite=skip passes "
                        "over such steps, rollback goes back and on with "
                        "other batches."
                    ) from fault
                if attempt == MOST_ROLLBACKS:
                    raise ValueError(
                        f"{fault}, after {attempt} returns to {last}."
                    ) from fault
                checkpoints.resume()
                stage.restarts.assign_add(attempt + 1)
                say(f"{fault}; back to {last} and on with other batches")

    def _forget_after(self, stage: Stage) -> None:
        """Later stages learnt on what this one is about to change."""
        for later in self.stages[self.stages.index(stage) + 1 :]:
            path = self.folder.checkpoints(later.name, "newest").parent
            shutil.rmtree(path, ignore_errors=True)

    def _train_stage(self, stage: Stage, checkpoints) -> None:
        streams = {split: self._streams(stage, split) for split in self.clips}
        if LATENTS in stage.streams and int(stage.step.numpy()) == 0:
            stage.prepare(streams["train"][LATENTS])
        arrays = {split: _as_batched(found) for split, found in streams.items()}
        undo = self.options.on_nonfinite == "skip"
        loop = StageLoop(stage, arrays["train"], self.strategy, undo)
        validate = self._validator(stage, arrays["validation"])
        place = f"{self.stages.index(stage) + 1} of {len(self.stages)}"
        logbook = Logbook(self.folder, stage, place)
        settings = self.folder.settings()
        logbook.write_hyperparameters(settings.identity())
        try:
            while int(stage.step.numpy()) < stage.total_steps:
                whole = self._steps_until_log(stage, loop, logbook)
                step = int(stage.step.numpy())
                if not whole:
                    self._save(stage, checkpoints)
                    raise Interrupted(
                        self._interruption.number,
                        f"{stage.name} step {step} of {stage.total_steps}",
                    )
                every = self.options.validate_every
                if step % every == 0 or step == stage.total_steps:
                    with stage.averaged_weights():
                        losses = validate()
                        logbook.write("validation", losses)
                        checkpoints.save_if_best(losses["loss"])
                        self._draw(stage, logbook)
                    self._save(stage, checkpoints)
        finally:
            self._profile.stop()
            logbook.close()

    def _save(self, stage: Stage, checkpoints: StageCheckpoints) -> None:
        checkpoints.save()
        self._stopwatch.save(stage)

    def _streams_of_clips(self) -> list[str]:
        """What the stages want of the clips themselves."""
        wanted = [name for stage in self.stages for name in stage.streams]
        return [name for name in dict.fromkeys(wanted) if name != LATENTS]

    def _streams(self, stage: Stage, split: str) -> dict[str, Arrays]:
        """What the stage wants of a split, by name."""
        clips, found = self.clips[split], {}
        for name in stage.streams:
            if name == LATENTS:
                path = self.folder.latents / f"{split}.npz"
                found[name] = cached_latents(self.model, clips, path)
            else:
                found[name] = clips.streams[name]
        return found

    def _steps_until_log(
        self, stage: Stage, loop: StageLoop, logbook: Logbook
    ) -> bool:
        """Steps up to the next multiple of an interval; one line of losses.

        False, and no line, where training is to stop before.
        """
        began, waited, first = time.time(), 0.0, int(stage.step.numpy())
        options = self.options
        target = min(
            _next_multiple(first, options.log_every),
            _next_multiple(first, options.validate_every),
            stage.total_steps,
        )
        step, means = first, {}
        while step < target:
            if loop.anywhere(self._interruption.number is not None):
                return False
            wanted = min(options.steps_per_call, target - step)
            steps = self._profile.steps(step, wanted)
            with self._profile.watch(step):
                means, wait = self._steps(loop, steps, means)
            waited += wait
            made = int(stage.step.numpy()) - step
            step += made
            logbook.advance(made)
        seconds = time.time() - began
        pace = {
            "steps_per_second": (step - first) / seconds,
            "data_wait_share": waited / seconds,
        }
        logbook.write("training", {**means, **pace})
        logbook.look(means)
        loop.reset_means()  # here, so that sums go on after an interruption
        return True

    def _steps(
        self, loop: StageLoop, steps: int, means: dict[str, float]
    ) -> tuple[dict[str, float], float]:
        """Makes steps; fewer, and the means so far, where one is undone."""
        try:
            made = loop.run(steps)
        except NonFinite as fault:
            self._skipped += 1
            if not loop.undo or self._skipped > MOST_SKIPPED:
                raise
            say(f"{fault}; it is undone and passed over")
            return means, 0.0
        self._skipped = 0
        return made

    def _validator(self, stage: Stage, arrays: Arrays):
        """() -> mean losses on fixed batches of validation clips."""
        evaluate = tf.function(stage.test_step)
        fixed = list(
            batches(
                arrays,
                stage.plan,
                VALIDATION_SEED,
                0,
                self.options.validation_batches,
            )
        )

        def validate() -> dict[str, float]:
            rows = [evaluate(batch) for batch in fixed]
            return {
                name: sum(float(row[name]) for row in rows) / len(rows)
                for name in rows[0]
            }

        return validate

    def _draw(self, stage: Stage, logbook: Logbook) -> None:
        """Strips of every stage; forecasts once their stage is trained."""
        if not self.options.pictures:
            return
        clips, step = self.clips["validation"], int(stage.step.numpy())
        with logbook.writer.as_default():
            if stage is self.stages[-1] and can_forecast(self.model):
                context = self.model.config.context
                image, animation = forecast_pictures(self.model, clips, context)
                write_image_summary("forecast/strip", image, step)
                write_gif_summary("forecast/animation", animation, step)
            elif found := code_strip(self.model, clips):
                write_image_summary(*found, step)


def _as_batched(streams: dict[str, Arrays]) -> Arrays:
    """Streams as batches hold them: one alone as it is, several by name."""
    return streams if len(streams) > 1 else next(iter(streams.values()))


def _require_one_step(stage: Stage, strategy: tf.distribute.Strategy) -> None:
    """Raises a ValueError where workers would go on from different steps."""
    if strategy.cluster_resolver is None:
        return
    step = int(stage.step.numpy())
    own = strategy.run(lambda: tf.constant(float(step)))
    mean = float(strategy.reduce("MEAN", own, axis=None))
    if mean != step:
        raise ValueError(
            f"{stage.name} stands at step {step} here and elsewhere in other "
            f"workers (mean {mean:g}): one of them lost its newest "
            "checkpoint. Remove the newer checkpoints of the others."
        )


def _next_multiple(step: int, every: int) -> int:
    return (step // every + 1) * every
