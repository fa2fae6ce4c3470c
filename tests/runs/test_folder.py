import json

import pytest
from runs.run_cases import settings

from mipae_tf.models.config import TORCH_RULES
from mipae_tf.runs import RunFolder


def test_a_claimed_folder_says_what_it_is(tmp_path):
    folder = RunFolder(tmp_path / "new" / "run")
    folder.claim(settings(), "--seed=0\n")
    assert folder.settings() == settings()
    assert folder.flags.read_text() == "--seed=0\n"


def test_the_same_run_may_go_on_and_be_longer(tmp_path):
    first = RunFolder(tmp_path)
    first.claim(settings())
    first.release()
    longer = settings(representation_steps=50)
    RunFolder(tmp_path).claim(longer)
    assert first.settings().config.representation_steps == 50


@pytest.mark.parametrize(
    "other, message",
    [
        ({"width": 3}, "width is 2 there and 3 here"),
        ({"seed": 5}, "seed is 0 there and 5 here"),
        ({"name": "drnet"}, "model is mipae there and drnet here"),
        ({"frame_shape": (64, 64, 3)}, "frame_shape is .*64, 64, 1.* there"),
    ],
)
def test_another_run_is_refused_by_field(tmp_path, other, message):
    first = RunFolder(tmp_path)
    first.claim(settings(), "--flags\n")
    first.release()
    with pytest.raises(ValueError, match=f"holds another run .*{message}"):
        RunFolder(tmp_path).claim(settings(**other))
    assert first.settings() == settings()
    assert first.flags.read_text() == "--flags\n"


@pytest.mark.parametrize("given", [{}, {"adam_epsilon": "torch"}])
def test_a_run_of_before_an_option_keeps_the_default(tmp_path, given):
    """Not what the protocol says by now; and what is given is refused."""
    folder = RunFolder(tmp_path)
    published = TORCH_RULES | {"width": 2}
    folder.claim(settings(**published))
    folder.release()
    config = json.loads(folder.config.read_text())
    del config["config"]["adam_epsilon"]
    folder.config.write_text(json.dumps(config))
    begun = folder.as_begun(settings(**published), given)
    assert begun.config.layer_rules == "torch"
    if given:
        with pytest.raises(ValueError, match="is keras there and torch here"):
            folder.claim(begun)
        return
    assert begun.config.adam_epsilon == "keras"
    assert begun.config == folder.settings().config
    folder.claim(begun)
    assert folder.settings() == begun
    assert folder.as_begun(settings(**published), given) == begun, "once more"


def test_only_a_run_of_the_model_has_begun(tmp_path):
    folder = RunFolder(tmp_path)
    assert folder.as_begun(settings(), {}) == settings()
    folder.claim(settings("drnet"))
    folder.release()
    assert folder.as_begun(settings(), {}) == settings()


def test_a_second_trainer_is_refused_until_the_first_is_done(tmp_path):
    first, second = RunFolder(tmp_path), RunFolder(tmp_path)
    first.claim(settings())
    with pytest.raises(ValueError, match="is in use by another training"):
        second.claim(settings())
    first.release()
    second.claim(settings())
    second.release()


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(ValueError, match=f"--run_dir={tmp_path} holds no run"):
        RunFolder(tmp_path).settings()


def test_losses_of_steps_to_come_are_forgotten(tmp_path):
    folder = RunFolder(tmp_path)
    assert folder.read_losses() == []
    rows = [
        {"stage": stage, "step": step, "loss": 0.5 * step}
        for stage in ("first", "second")
        for step in (1, 2, 3)
    ]
    for row in rows:
        folder.append_losses(row)
    assert folder.read_losses() == rows
    folder.forget_losses_after("second", 1)
    assert folder.read_losses() == rows[:4]
    lines = folder.losses.read_text().splitlines()
    assert [json.loads(line) for line in lines] == rows[:4]


def test_a_line_cut_short_does_not_stop_a_run(tmp_path):
    folder = RunFolder(tmp_path)
    folder.append_losses({"stage": "first", "step": 1})
    with folder.losses.open("a") as file:
        file.write('{"stage": "fir')
    folder.forget_losses_after("first", 1)
    assert folder.read_losses() == [{"stage": "first", "step": 1}]
