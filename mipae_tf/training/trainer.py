"""The trainer, which trains all stages of a model in a run folder."""

import functools
import itertools
import shutil
import time

import numpy as np
import tensorflow as tf

from mipae_tf.cli.screen import say
from mipae_tf.data import Clips
from mipae_tf.data import batches
from mipae_tf.data.batches import Arrays
from mipae_tf.data.sources import some_clips
from mipae_tf.models import Stage
from mipae_tf.models import VideoModel
from mipae_tf.runs import RunFolder
from mipae_tf.runs.checkpoints import StageCheckpoints
from mipae_tf.runs.checkpoints import restore_stage_weights
from mipae_tf.runs.failed_training import failed_training
from mipae_tf.training.forecast_check import ForecastCheck
from mipae_tf.training.forecast_check import ForecastPsnr
from mipae_tf.training.hparams import write_hyperparameters
from mipae_tf.training.hparams import write_results
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
from mipae_tf.visual.forecasts import DRAWN_CLIPS
from mipae_tf.visual.summary import write_gif_summary
from mipae_tf.visual.summary import write_image_summary

# Seed of the validation batches; larger than any seed of a run.
VALIDATION_SEED = 2**31
LATENT_STREAM = "latents"  # the stream that the model encodes
MAX_ROLLBACKS = 3
MAX_SKIPPED_STEPS = 10  # consecutive


class Trainer:
    """Trains the stages of a model, each from its newest checkpoint.

    Args:
        folder: the folder of the run, which must be claimed before `train`.
        model: the model, created in the scope of the strategy.
        train: training clips.
        validation: validation clips, which select the best checkpoint.
        strategy: the distribution strategy; the current one if None.
        options: training options.

    Raises:
        ValueError: if the clips are too short for a stage or lack one of its
            streams, or if a batch cannot be split among the replicas.
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
        for stage in self.stages:  # raise errors before anything is written
            stage.plan.times(train.length, np.random.default_rng(0))
            stage.plan.share(0, self.strategy.num_replicas_in_sync)
        streams = self._streams_of_clips()
        self.clips = {
            "train": train.with_streams(streams),
            "validation": validation.with_streams(streams),
        }

    def train(self) -> None:
        """Trains all stages that are not finished yet.

        A stage starts from its newest checkpoint, if it has one, and otherwise
        from the final weights of the previous stage.

        Raises:
            Interrupted: after SIGTERM or SIGINT, when everything is saved.
        """
        settings = self.folder.settings()
        write_hyperparameters(self.folder, settings.identity())
        with self._interruption:
            self._train_stages()
        self._finish()

    def _finish(self) -> None:
        """Writes the results of the run, and says what forecasts are worth."""
        last = self.stages[-1]
        step = int(last.step.numpy())
        found = self._measure_forecasts(last) if step else None
        write_results(self.folder, found.means() if found else {}, step)
        if found:
            say(self._forecast_check.verdict(found))
        if self.model.FAILURES:
            self._say_failure()

    def _say_failure(self) -> None:
        failure = failed_training(self.model, self.folder.read_losses())
        if failure:
            say(f"The training has failed: {failure}.")

    def _train_stages(self) -> None:
        for stage in self.stages:
            checkpoints = StageCheckpoints(
                self.folder, self.model, stage, self.options.max_to_keep
            )
            resumed = checkpoints.resume()
            _require_same_step(stage, self.strategy)
            if resumed:
                say(
                    f"{stage.name} resumes from step "
                    f"{int(stage.step.numpy())} of {stage.total_steps}"
                )
            if int(stage.step.numpy()) < stage.total_steps:
                self._remove_later_stages(stage)
                if self.options.on_nonfinite == "rollback" and not resumed:
                    checkpoints.save()
                self._stopwatch.start(stage)
                self._train_with_rollback(stage, checkpoints)
            restore_stage_weights(self.folder, self.model, stage.name)

    def _train_with_rollback(self, stage: Stage, checkpoints) -> None:
        """Trains a stage, with rollbacks if steps are not finite."""
        for attempt in itertools.count():
            try:
                return self._train_stage(stage, checkpoints)
            except NonFinite as fault:
                last = checkpoints.newest
                if self.options.on_nonfinite != "rollback":
                    raise ValueError(
                        f"{fault} (the last good checkpoint is {last}); a "
                        "lower --learning_rate may help, "
                        "--on_nonfinite=skip undoes such steps, and "
                        "--on_nonfinite=rollback returns to the checkpoint "
                        "and continues with other batches."
                    ) from fault
                if attempt == MAX_ROLLBACKS:
                    raise ValueError(
                        f"{fault}, after {attempt} rollbacks to {last}."
                    ) from fault
                checkpoints.resume()
                stage.restarts.assign_add(attempt + 1)
                say(
                    f"{fault}; returning to {last} and continuing with other "
                    "batches"
                )

    def _remove_later_stages(self, stage: Stage) -> None:
        """Deletes later stages, which depend on the result of this one."""
        for later in self.stages[self.stages.index(stage) + 1 :]:
            path = self.folder.checkpoints(later.name, "newest").parent
            shutil.rmtree(path, ignore_errors=True)

    def _train_stage(self, stage: Stage, checkpoints) -> None:
        streams = {split: self._streams(stage, split) for split in self.clips}
        if LATENT_STREAM in stage.streams and int(stage.step.numpy()) == 0:
            stage.prepare(streams["train"][LATENT_STREAM])
        arrays = {
            split: _unwrap_single_stream(found)
            for split, found in streams.items()
        }
        undo = self.options.on_nonfinite == "skip"
        loop = StageLoop(stage, arrays["train"], self.strategy, undo)
        validate = self._validator(stage, arrays["validation"])
        place = f"{self.stages.index(stage) + 1} of {len(self.stages)}"
        logbook = Logbook(self.folder, stage, place)
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
                        found = self._measure_forecasts(stage)
                        psnr = found.means() if found else {}
                        logbook.write("validation", {**losses, **psnr})
                        checkpoints.save_if_best(losses["loss"])
                        self._write_pictures(stage, logbook)
                    self._save(stage, checkpoints)
        finally:
            self._profile.stop()
            logbook.close()

    def _save(self, stage: Stage, checkpoints: StageCheckpoints) -> None:
        checkpoints.save()
        self._stopwatch.save(stage)

    def _streams_of_clips(self) -> list[str]:
        """Names of the streams of the clips that the stages need."""
        wanted = [name for stage in self.stages for name in stage.streams]
        return [name for name in dict.fromkeys(wanted) if name != LATENT_STREAM]

    def _streams(self, stage: Stage, split: str) -> dict[str, Arrays]:
        """The streams of a stage for one split, by name."""
        clips, found = self.clips[split], {}
        for name in stage.streams:
            if name == LATENT_STREAM:
                path = self.folder.latents / f"{split}.npz"
                copies = stage.latent_copies if split == "train" else 1
                found[name] = cached_latents(self.model, clips, path, copies)
            else:
                found[name] = clips.streams[name]
        return found

    def _steps_until_log(
        self, stage: Stage, loop: StageLoop, logbook: Logbook
    ) -> bool:
        """Trains to the next multiple of an interval and logs the losses.

        Returns False, without a log, if training must stop before.
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
            if loop.any_worker(self._interruption.number is not None):
                return False
            wanted = min(options.steps_per_call, target - step)
            steps = self._profile.max_steps(step, wanted)
            with self._profile.trace(step):
                means, wait = self._run_steps(loop, steps, means)
            waited += wait
            made = int(stage.step.numpy()) - step
            step += made
            logbook.update_progress(made)
        seconds = time.time() - began
        pace = {
            "steps_per_second": (step - first) / seconds,
            "data_wait_share": waited / seconds,
        }
        logbook.write("training", {**means, **pace})
        logbook.check_losses(means)
        loop.reset_means()  # not earlier: sums continue after an interruption
        return True

    def _run_steps(
        self, loop: StageLoop, steps: int, means: dict[str, float]
    ) -> tuple[dict[str, float], float]:
        """Runs steps; if one is undone, stops there and keeps the means."""
        try:
            made = loop.run(steps)
        except NonFinite as fault:
            self._skipped += 1
            if not loop.undo or self._skipped > MAX_SKIPPED_STEPS:
                raise
            say(f"{fault}; the step is undone and skipped")
            return means, 0.0
        self._skipped = 0
        return made

    def _validator(self, stage: Stage, arrays: Arrays):
        """A function that computes mean losses on fixed validation batches."""
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

    def _can_forecast(self, stage: Stage) -> bool:
        """Whether the model can forecast once this stage is trained."""
        return stage is self.stages[-1] and can_forecast(self.model)

    def _measure_forecasts(self, stage: Stage) -> ForecastPsnr | None:
        """See `ForecastCheck.measure`; None before the last stage."""
        if not self._can_forecast(stage):
            return None
        return self._forecast_check.measure()

    @functools.cached_property
    def _forecast_check(self) -> ForecastCheck:
        return ForecastCheck(self.model, self.clips["validation"])

    def _write_pictures(self, stage: Stage, logbook: Logbook) -> None:
        """Logs pictures: forecasts in the last stage, otherwise codes."""
        if not self.options.pictures:
            return
        step = int(stage.step.numpy())
        clips = some_clips(self.clips["validation"], DRAWN_CLIPS)
        with logbook.writers["validation"].as_default():
            if self._can_forecast(stage):
                context = self.model.config.context
                image, animation = forecast_pictures(self.model, clips, context)
                write_image_summary("forecast/strip", image, step)
                write_gif_summary("forecast/animation", animation, step)
            elif found := code_strip(self.model, clips):
                write_image_summary(*found, step)


def _unwrap_single_stream(streams: dict[str, Arrays]) -> Arrays:
    """Streams in the form of a batch: without name if there is only one."""
    return streams if len(streams) > 1 else next(iter(streams.values()))


def _require_same_step(stage: Stage, strategy: tf.distribute.Strategy) -> None:
    """Raises a ValueError if workers would resume from different steps."""
    if strategy.cluster_resolver is None:
        return
    step = int(stage.step.numpy())
    own = strategy.run(lambda: tf.constant(float(step)))
    mean = float(strategy.reduce("MEAN", own, axis=None))
    if mean != step:
        raise ValueError(
            f"{stage.name} is at step {step} in this worker, but at other "
            f"steps in others (mean {mean:g}), since one of them lost its "
            "newest checkpoint; remove the newer checkpoints of the others."
        )


def _next_multiple(step: int, every: int) -> int:
    return (step // every + 1) * every
