import json

import pytest
from runs.run_cases import settings

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


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n\0\0",
        settings().to_json().encode()[:200],
        b"[]",
        b'{"model": "mipae"}',
        b'{"architecture": "resnet"}',
        settings().to_json().replace('"width"', '"breadth"').encode(),
        settings().to_json().replace('"width": 2', '"width": 0').encode(),
        settings().to_json().replace("64,", '"tall",', 1).encode(),
    ],
    ids=[
        "empty",
        "binary",
        "truncated",
        "a list",
        "lacks",
        "foreign",
        "other field",
        "other value",
        "other shape",
    ],
)
def test_a_damaged_config_is_named_and_kept(tmp_path, data):
    folder = RunFolder(tmp_path)
    folder.config.write_bytes(data)
    for use in (folder.settings, lambda: folder.claim(settings())):
        with pytest.raises(ValueError) as refused:
            use()
        said = str(refused.value)
        assert said.startswith(f"{folder.config} is damaged, or of no run")
        assert "\n" not in said
    assert folder.config.read_bytes() == data


@pytest.mark.parametrize(
    "line", [b"", b"\xff\xfe", b"[1]", b'{"step": 1}', b'{"cut']
)
def test_a_damaged_line_of_losses_is_named(tmp_path, line):
    folder = RunFolder(tmp_path)
    folder.append_losses({"stage": "first", "step": 1})
    with folder.losses.open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(ValueError, match="losses.jsonl is damaged in line 2"):
        folder.read_losses()
