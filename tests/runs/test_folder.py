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


def test_home_folders_and_links_lead_to_a_run(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to("elsewhere")
    RunFolder("~/link").claim(settings())
    assert (tmp_path / "elsewhere" / "config.json").is_file()
    assert (tmp_path / "link").is_symlink()
    assert not (tmp_path / "~").exists()


def test_a_file_in_the_place_of_a_run_is_named(tmp_path):
    (tmp_path / "run").write_text("notes")
    with pytest.raises(ValueError, match="--run_dir=.*/run is a file; a fold"):
        RunFolder(tmp_path / "run").claim(settings())
    assert (tmp_path / "run").read_text() == "notes"


@pytest.mark.parametrize("name", ["metrics.json", "report.html", "flags.cfg"])
def test_files_of_a_folder_that_is_no_run_are_not_overwritten(tmp_path, name):
    (tmp_path / name).write_text("of the user")
    with pytest.raises(ValueError, match=f"no run, but files .*{name}.*; name"):
        RunFolder(tmp_path).claim(settings())
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "of the user"


def test_other_files_of_a_folder_may_stay(tmp_path):
    for name in ("train.log", "lock"):
        (tmp_path / name).write_text("of the user")
    RunFolder(tmp_path).claim(settings())
    for name in ("train.log", "lock"):
        assert (tmp_path / name).read_text() == "of the user"


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
