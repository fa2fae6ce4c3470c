"""Random draws and KL warm-up of stages that train on sequences."""

import keras
import pytest
import tensorflow as tf
from models.harness import batch_of
from models.harness import moving_clips
from models.harness import random_model

from mipae_tf.models.sequence_config import SequenceConfig
from mipae_tf.models.sequence_stage import SequenceStage

BATCH = tf.ones([1, 1])


class Recorder(SequenceStage):
    """Records the seeds and KL weights of all calls."""

    LOSSES = ("loss", "gradient_norm")

    def __init__(self, seed=0, **given):
        network = keras.layers.Dense(1)
        network.build((None, 1))
        super().__init__(network, SequenceConfig(**given), seed, "recorder")
        self.seen = []

    def terms(self, batch, key, training):
        share = float(self.kl_warmup_weight(training))
        self.seen.append((tuple(key.numpy().tolist()), share, training))
        return {"loss": tf.reduce_mean(self.network(batch))}


def noted(seed=0, **given):
    """(key, KL weight, training) of three steps and two validations."""
    stage = Recorder(seed, **given)
    for _ in range(3):
        stage.train_step(BATCH)
    for _ in range(2):
        stage.test_step(BATCH)
    return stage.seen


def test_each_training_step_has_independent_noise():
    keys = [key for key, _, training in noted() if training]
    assert len(set(keys)) == 3
    assert keys == [key for key, _, training in noted() if training]
    assert not set(keys) & {key for key, _, _ in noted(seed=1)}


def test_validation_always_has_the_same_noise():
    training, validation = (
        {key for key, _, is_training in noted() if is_training == wanted}
        for wanted in (True, False)
    )
    assert len(validation) == 1
    assert not validation & training


def test_the_kl_warms_up_only_in_training():
    shares = [share for _, share, _ in noted(kl_warmup=4)]
    assert shares == [0.25, 0.5, 0.75, 1.0, 1.0]


@pytest.fixture(scope="module", params=["svg_lp", "independent_prediction"])
def stage(request):
    return random_model(request.param, kl_warmup=10).stages()[0]


def test_the_weight_of_the_kl_during_the_warm_up(stage):
    """It is 0.1 in the first of ten steps, and 1 at inference."""
    batch, key = batch_of(stage, moving_clips()), tf.constant([0, 0])
    weight = getattr(stage, "kl_weight", 1.0)
    for training, share in ((True, 0.1), (False, 1.0)):
        terms = stage.terms(batch, key, training)
        found = {name: float(value) for name, value in terms.items()}
        error = found.get("reconstruction", -found.get("likelihood", 0.0))
        expected = error + share * weight * found["kl"]
        assert found["loss"] == pytest.approx(expected, rel=1e-5)
        assert found["kl"] > 1e-3


def test_random_draws_depend_on_the_key(stage):
    batch = batch_of(stage, moving_clips())
    one, again, other = (
        float(stage.terms(batch, tf.constant(key), True)["loss"])
        for key in ((0, 0), (0, 0), (0, 1))
    )
    assert one == again != other
