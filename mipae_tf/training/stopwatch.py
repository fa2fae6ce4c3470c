"""Measurement of the training time over all processes of a run."""

import json
import time

import tensorflow as tf

from mipae_tf.cli.screen import say
from mipae_tf.files import write_file
from mipae_tf.models import Stage
from mipae_tf.runs import RunFolder
from mipae_tf.runs.training_times import read_times
from mipae_tf.training.strategies import device_name


class Stopwatch:
    """Records the training time of each stage in `training.json`.

    The time includes everything between the start of a stage and its last
    checkpoint: steps, compilation, encoding of latents, validation, pictures
    and checkpoints. If a process is killed, the time since its last checkpoint
    is not counted, as its steps are lost.

    Args:
        folder: the folder of the run.
        strategy: the distribution strategy.
    """

    def __init__(
        self, folder: RunFolder, strategy: tf.distribute.Strategy
    ) -> None:
        self._folder = folder
        try:
            self._stages = read_times(folder)
        except ValueError as error:
            say(f"{error} Times recorded so far are lost.")
            self._stages = {}
        lives = [n for of in self._stages.values() for n in of["lives"]]
        self._life = 1 + max(lives, default=0)
        self._machine = {
            "replicas": strategy.num_replicas_in_sync,
            "intra_op_threads": (
                tf.config.threading.get_intra_op_parallelism_threads()
            ),
            "inter_op_threads": (
                tf.config.threading.get_inter_op_parallelism_threads()
            ),
        }
        self._device = device_name(strategy)

    def start(self, stage: Stage) -> None:
        """Starts to measure a stage, or continues from its checkpoint."""
        step = int(stage.step.numpy())
        nothing = {
            "first_step": step,
            "wall_seconds": 0.0,
            "cpu_seconds": 0.0,
            "lives": [],
            "devices": [],
        }
        known = self._stages.get(stage.name) if step else None
        self._before = known or nothing
        self._began = time.perf_counter(), time.process_time()

    def save(self, stage: Stage) -> None:
        """Writes the time so far; must be called after each checkpoint."""
        before, (wall, cpu) = self._before, self._began
        lives, devices = before["lives"], before["devices"]
        self._stages[stage.name] = {
            "first_step": before["first_step"],
            "steps": int(stage.step.numpy()),
            "wall_seconds": before["wall_seconds"] + time.perf_counter() - wall,
            "cpu_seconds": before["cpu_seconds"] + time.process_time() - cpu,
            "lives": list(dict.fromkeys([*lives, self._life])),
            "devices": list(dict.fromkeys([*devices, self._device])),
            **self._machine,
        }
        text = json.dumps({"stages": self._stages}, indent=2)
        write_file(self._folder.training, text + "\n")
