"""Clips that are generated without a context, as an exact judge sees them."""

import dataclasses

import numpy as np
import pytest
from evaluation.test_names import ExactJudge
from evaluation.world import SIZE
from evaluation.world import Builder
from evaluation.world import Double
from evaluation.world import clips
from evaluation.world import subject

from mipae_tf.evaluation.groups import generated
from mipae_tf.evaluation.groups import judged
from mipae_tf.judging import judge

LENGTH = 3 + 4  # context and horizon of the subject


class Artist(Double):
    """Draws bars whose shade is the content and whose speed the motion.

    Args:
        mixed: whether the motion determines the shade and the content the
            speed, as in a model whose codes are exchanged.
        shades: shades of generated clips.
    """

    latents = ()

    def __init__(self, mixed=False, shades=(0, 1)):
        self.mixed, self.shades = mixed, shades

    def drawn(self, content, motion, length):
        what, where = (motion, content) if self.mixed else (content, motion)
        shade = self.shades[what % len(self.shades)]
        # Contents start at different places.
        columns = (content + np.arange(length) * (1 + where % 2)) % SIZE
        frames = Builder().render({"shape_0": shade}, {"x_0": columns})
        return frames / np.float32(255)

    def generate(self, count, length, seed=0):
        pairs = np.random.default_rng(int(seed)).integers(0, 8, (count, 2))
        return np.stack([self.drawn(*pair, length) for pair in pairs])

    def generate_grid(self, contents, motions, length, seed=0):
        return np.stack(
            [
                [self.drawn(c, m, length) for m in range(motions)]
                for c in range(contents)
            ]
        )


@pytest.fixture(autouse=True)
def exact_judge(monkeypatch):
    monkeypatch.setattr(judge, "Judge", ExactJudge)
    monkeypatch.setattr(judge, "train_judge", lambda *_: None)
    monkeypatch.setattr(generated, "GENERATED_CLIPS", 60)


def measured(model, **given):
    seen = subject(training=lambda: clips(), **given)
    seen = dataclasses.replace(seen, model=model)
    return generated.GROUP.measure(seen)


def value(found, name):
    return found.metrics[f"generated/{name}"]["value"]


def test_what_is_kept_if_motion_or_content_is_drawn_anew():
    found = measured(Artist())
    kept = found.metrics["generated/content_kept/shape_0"]
    assert kept["value"] == 1.0 and kept["interval"] == [1.0, 1.0]
    # 15 other contents, 7 of them of the same shade.
    assert kept["chance"] == pytest.approx(7 / 15)
    moved = found.metrics["generated/motion_kept/displacement"]
    assert moved["count"] == generated.MOTIONS
    # A bar at the edge starts again on the left side.
    assert 0.0 <= moved["value"] < moved["chance"]


def test_exchanged_codes_keep_nothing():
    found = measured(Artist(mixed=True))
    kept = found.metrics["generated/content_kept/shape_0"]
    # 7 other motions, 3 of them of the same shade.
    assert kept["value"] == pytest.approx(3 / 7)
    moved = found.metrics["generated/motion_kept/displacement"]
    assert moved["value"] > 0.9 * moved["chance"]


def test_a_generator_of_one_class_is_told_from_a_diverse_one():
    both, one = (measured(Artist(shades=s)) for s in ((0, 1), (1,)))
    assert value(both, "inception_score/shape_0") > 1.9
    assert value(one, "inception_score/shape_0") == pytest.approx(1.0)
    share = np.mean(clips().content["shape_0"] == 0)
    distance = value(one, "class_distance/shape_0")
    assert distance == pytest.approx(share)
    assert value(both, "class_distance/shape_0") < 0.5 * share
    assert set(both.figures) == set(generated.GROUP.figures)
    assert all(x[:3] in (b"\x89PN", b"GIF") for x in both.figures.values())


def test_a_model_without_a_grid_lacks_only_what_needs_one(monkeypatch):
    monkeypatch.delattr(Artist, "generate_grid")
    found = measured(Artist())
    assert value(found, "inception_score/shape_0") > 1.9
    reason = "Artist offers no generate_grid."
    for key in generated.GRID_KEYS:
        assert found.metrics[key] == {"absent": reason}
    assert "generated_grid.png" not in found.figures


def test_clips_are_drawn_where_there_is_no_judge():
    seen = subject(training=None)
    seen = dataclasses.replace(seen, model=Artist())
    found = generated.GROUP.measure(seen)
    assert all("absent" in row for row in found.metrics.values())
    assert set(found.figures) == set(generated.GROUP.figures)


def test_a_model_that_forecasts_gives_the_reason():
    found = generated.GROUP.measure(subject())
    reasons = {row["absent"] for row in found.metrics.values()}
    assert reasons == {"Oracle offers no generate."}


def test_the_judge_sees_no_forecast_of_a_model_without_a_context():
    seen = subject(training=lambda: clips())
    found = judged.GROUP.measure(dataclasses.replace(seen, model=Artist()))
    assert found.metrics["judged/real/shape_0"]["value"] == 1.0
    reason = "Artist offers no forecast."
    assert found.metrics["judged/forecast"] == {"absent": reason}
