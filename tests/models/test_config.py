import dataclasses
import pathlib

import pytest

from mipae_tf.models import config_class
from mipae_tf.models.config import ModelConfig
from mipae_tf.options import Options
from mipae_tf.options import option
from mipae_tf.options import override_default


@dataclasses.dataclass(frozen=True)
class Config(ModelConfig):
    size: int = option(3, "Size.", low=1)
    rate: float = option(0.5, "Rate.", above=0)
    kind: str = option("a", "Kind.", choices=("a", "b"))
    steps: int = option(10, "Steps.", high=2**31 - 1, identity=False)

    PROTOCOLS = {"default": {}, "published": {"size": 7, "kind": "b"}}
    RECIPES = {"drawn": {}, "video": {"size": 8, "rate": 0.25}}


def test_given_values_override_the_protocol_and_the_protocol_defaults():
    config = Config.resolve("published", {"kind": "a"})
    assert (config.size, config.kind, config.rate) == (7, "a", 0.5)
    assert Config.resolve() == Config()


def test_given_values_override_the_recipe_and_the_recipe_defaults():
    config = Config.resolve("default", {"rate": 2.0}, "video")
    assert (config.size, config.kind, config.rate) == (8, "a", 2.0)
    assert Config.resolve(recipe="drawn") == Config()


def test_a_recipe_is_one_of_the_model_and_not_for_published_settings():
    with pytest.raises(ValueError, match="--recipe=film .* drawn, video"):
        Config.resolve(recipe="film")
    with pytest.raises(ValueError, match="--recipe=video .*--protocol=publish"):
        Config.resolve("published", recipe="video")
    Config.resolve("published", recipe="drawn")


@pytest.mark.parametrize("name", ["mipae", "drnet", "ae_lstm", "svg_lp"])
def test_models_have_a_recipe_for_video(name):
    config = config_class(name).resolve(recipe="video")
    assert config != config_class(name).resolve()
    assert config.augment_flip


def test_the_number_of_steps_is_not_part_of_the_identity():
    assert Config(steps=20).identity() == Config().identity()
    assert Config(size=4).identity() != Config().identity()
    assert {"size", "rate", "kind"} <= set(Config().identity())
    assert "steps" not in Config().identity()


def test_override_default_changes_only_the_default():
    @dataclasses.dataclass(frozen=True)
    class Larger(Config):
        size: int = override_default(Config, "size", 5, low=4)
        steps: int = override_default(Config, "steps", 20)

    assert Larger() == Larger(size=5, steps=20)
    assert Larger(steps=3).identity() == Larger().identity()
    of = {each.name: each.metadata for each in dataclasses.fields(Larger)}
    assert of["size"]["help"] == "Size."
    with pytest.raises(ValueError, match="--size=3 .* allowed is 4 to 16384"):
        Larger(size=3)


def test_an_integer_is_accepted_for_a_float():
    assert Config(rate=1).identity() == Config(rate=1.0).identity()


@pytest.mark.parametrize(
    "given, message",
    [
        ({"size": 0}, "--size=0 is too small; allowed is 1 to 16384"),
        ({"size": "3"}, "--size='3' must be an integer"),
        ({"rate": 0.0}, "--rate=0.0 is too small; allowed is more than 0"),
        ({"rate": float("nan")}, "--rate=nan must be a number"),
        ({"rate": float("inf")}, "--rate=inf must be a finite float32"),
        ({"rate": 1e300}, "--rate=1e.300 must be a finite float32"),
        (
            {"size": 10**9},
            "--size=1000000000 is too large; allowed is 1 to 16384",
        ),
        ({"steps": 10**20}, "--steps=1.* is too large; allowed is 21.*"),
        ({"kind": "c"}, "--kind=c is unknown; allowed are a, b"),
        (
            {"other": 1},
            "--other is not a hyper-parameter .* rate, .* size",
        ),
    ],
)
def test_the_error_for_an_invalid_value_names_the_flag(given, message):
    with pytest.raises(ValueError, match=message):
        Config.resolve("default", given)


def test_an_unknown_protocol_is_refused():
    with pytest.raises(
        ValueError, match="--protocol=best is unknown .* has default"
    ):
        Config.resolve("best")


def test_a_path_object_is_a_path():
    @dataclasses.dataclass(frozen=True)
    class Paths(Options):
        folder: str | None = option(None, "F.", type=str, path=True)

    assert Paths(folder=pathlib.Path("a") / "b").folder == "a/b"
    with pytest.raises(ValueError, match="--folder=3 must be a string"):
        Paths(folder=3)
