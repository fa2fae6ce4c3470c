import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from evaluation.oracles import Jittered
from evaluation.world import Oracle
from evaluation.world import clips
from evaluation.world import subject

from mipae_tf.evaluation.groups.independence import GROUP


def test_parts_depend_on_their_own_past():
    seen = dataclasses.replace(subject(), model=Jittered(), clips=clips(60))
    found = GROUP.measure(seen)
    value = {key: row["value"] for key, row in found.metrics.items()}
    assert value["independence/same"] > value["independence/cross"] + 0.5
    assert value["independence/cross"] == pytest.approx(0, abs=0.2)
    gap = value["independence/same"] - value["independence/cross"]
    assert value["independence/gap"] == pytest.approx(gap)
    assert found.metrics["independence/gap"]["count"] == 60
    assert set(found.figures) == {"correlation.png"}
    of_files = clips(60, sources=np.arange(60) // 5)
    found = GROUP.measure(dataclasses.replace(seen, clips=of_files)).metrics
    assert found["independence/gap"]["count"] == 12  # one clip of each


def test_discrete_codes_are_measured():
    """2 shades and 16 columns, each determined by the frame before."""
    seen = dataclasses.replace(subject(), clips=clips(200))
    value = {
        key: row["value"] for key, row in GROUP.measure(seen).metrics.items()
    }
    most = (np.log(2) + np.log(16)) / 2
    assert 0.6 * most < value["independence/same"] < 1.1 * most
    assert value["independence/cross"] < 0.2


class Rounded(Oracle):
    """Codes of rounded noise."""

    def encode(self, frames, seed=None):
        codes = super().encode(frames)
        return {
            name: tf.round(
                3 * tf.random.stateless_normal(tf.shape(code), (0, number))
            )
            for number, (name, code) in enumerate(codes.items())
        }


def test_rounded_noise_has_no_information():
    seen = dataclasses.replace(subject(), model=Rounded(), clips=clips(200))
    found = GROUP.measure(seen).metrics
    assert abs(found["independence/cross"]["value"]) < 0.2


@pytest.mark.slow
def test_a_single_latent_is_split():
    seen = dataclasses.replace(subject(roles=()), model=Jittered(roles=()))
    found = GROUP.measure(seen).metrics
    assert set(found) == {f"independence/{n}" for n in ("same", "cross", "gap")}
    assert all("value" in row for row in found.values())


class Collapsed(Jittered):
    """Its content never changes."""

    def encode(self, frames, seed=None):
        codes = super().encode(frames)
        return {**codes, "what": codes["what"] * 0}


def test_a_constant_code_is_absent():
    seen = dataclasses.replace(subject(), model=Collapsed())
    found = GROUP.measure(seen).metrics
    assert all("absent" in row for row in found.values())


class Sampled(Jittered):
    """Content without information: noise in samples, not in its mean."""

    def encode(self, frames, seed=None):
        codes = super().encode(frames)
        what = 1e-3 * codes["where"][:, 0] + 0 * codes["what"]
        if seed is not None:
            what += tf.random.stateless_normal(tf.shape(what), (seed, 0))
        return {**codes, "what": what}


def test_samples_and_means_are_measured():
    seen = dataclasses.replace(subject(), model=Sampled(), clips=clips(60))
    found = GROUP.measure(seen).metrics
    names = ("same", "cross", "gap")
    assert set(found) == {
        f"independence/{kind}{name}"
        for kind in ("", "sampled_")
        for name in names
    }
    assert found["independence/sampled_cross"]["value"] < 0.2
