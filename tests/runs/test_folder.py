import json

import pytest
from runs.run_cases import settings

from mipae_tf.models.config import TORCH_RULES
from mipae_tf.runs import RunFolder


def test_a_claimed_folder_has_settings_and_flags(tmp_path):
    folder = RunFolder(tmp_path / "new" / "run")
    folder.claim(settings(), "--seed=0\n")
    assert folder.settings() == settings()
    assert folder.flags.read_text() == "--seed=0\n"


def test_home_folders_and_links_are_followed(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to("elsewhere")
    RunFolder("~/link").claim(settings())
    assert (tmp_path / "elsewhere" / "config.json").is_file()
    assert (tmp_path / "link").is_symlink()
    assert not (tmp_path / "~").exists()


def test_a_file_instead_of_a_folder_is_refused(tmp_path):
    (tmp_path / "run").write_text("notes")
    with pytest.raises(ValueError, match="--run_dir=.*/run is a file; a fold"):
        RunFolder(tmp_path / "run").claim(settings())
    assert (tmp_path / "run").read_text() == "notes"


@pytest.mark.parametrize("name", ["metrics.json", "report.html", "flags.cfg"])
def test_files_of_a_folder_without_a_run_are_not_overwritten(tmp_path, name):
    (tmp_path / name).write_text("of the user")
    message = f"not a run folder, but has files .*{name}.*; use another"
    with pytest.raises(ValueError, match=message):
        RunFolder(tmp_path).claim(settings())
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "of the user"


def test_other_files_of_a_folder_are_kept(tmp_path):
    for name in ("train.log", "lock"):
        (tmp_path / name).write_text("of the user")
    RunFolder(tmp_path).claim(settings())
    for name in ("train.log", "lock"):
        assert (tmp_path / name).read_text() == "of the user"


def test_a_run_may_be_resumed_with_more_steps(tmp_path):
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
def test_the_error_for_another_run_names_the_difference(
    tmp_path, other, message
):
    first = RunFolder(tmp_path)
    first.claim(settings(), "--flags\n")
    first.release()
    with pytest.raises(ValueError, match=f"contains another run .*{message}"):
        RunFolder(tmp_path).claim(settings(**other))
    assert first.settings() == settings()
    assert first.flags.read_text() == "--flags\n"


@pytest.mark.parametrize("given", [{}, {"adam_epsilon": "torch"}])
def test_an_older_run_keeps_the_default_of_a_new_option(tmp_path, given):
    """It ignores the protocol; another value from the user is refused."""
    folder = RunFolder(tmp_path)
    published = TORCH_RULES | {"width": 2}
    folder.claim(settings(**published))
    folder.release()
    config = json.loads(folder.config.read_text())
    del config["config"]["adam_epsilon"]
    folder.config.write_text(json.dumps(config))
    resumed = folder.resumed_settings(settings(**published), given)
    assert resumed.config.layer_rules == "torch"
    if given:
        with pytest.raises(ValueError, match="is keras there and torch here"):
            folder.claim(resumed)
        return
    assert resumed.config.adam_epsilon == "keras"
    assert resumed.config == folder.settings().config
    folder.claim(resumed)
    assert folder.settings() == resumed
    assert folder.resumed_settings(settings(**published), given) == resumed, (
        "once more"
    )


def test_settings_are_adapted_only_to_a_run_of_the_same_model(tmp_path):
    folder = RunFolder(tmp_path)
    assert folder.resumed_settings(settings(), {}) == settings()
    folder.claim(settings("drnet"))
    folder.release()
    assert folder.resumed_settings(settings(), {}) == settings()


def test_a_second_trainer_is_refused_until_the_first_is_finished(tmp_path):
    first, second = RunFolder(tmp_path), RunFolder(tmp_path)
    first.claim(settings())
    with pytest.raises(ValueError, match="is used by another training process"):
        second.claim(settings())
    first.release()
    second.claim(settings())
    second.release()


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(
        ValueError, match=f"--run_dir={tmp_path} is not a run folder"
    ):
        RunFolder(tmp_path).settings()


def test_losses_of_later_steps_are_removed(tmp_path):
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
    folder.remove_losses_after("second", 1)
    assert folder.read_losses() == rows[:4]
    lines = folder.losses.read_text().splitlines()
    assert [json.loads(line) for line in lines] == rows[:4]


def test_a_truncated_last_line_is_ignored(tmp_path):
    folder = RunFolder(tmp_path)
    folder.append_losses({"stage": "first", "step": 1})
    with folder.losses.open("a") as file:
        file.write('{"stage": "fir')
    folder.remove_losses_after("first", 1)
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
def test_a_damaged_config_is_refused_and_kept(tmp_path, data):
    folder = RunFolder(tmp_path)
    folder.config.write_bytes(data)
    for use in (folder.settings, lambda: folder.claim(settings())):
        with pytest.raises(ValueError) as refused:
            use()
        said = str(refused.value)
        assert said.startswith(
            f"{folder.config} is damaged or not of this library"
        )
        assert "\n" not in said
    assert folder.config.read_bytes() == data


@pytest.mark.parametrize(
    "line", [b"", b"\xff\xfe", b"[1]", b'{"step": 1}', b'{"cut']
)
def test_the_error_for_a_damaged_line_names_its_number(tmp_path, line):
    folder = RunFolder(tmp_path)
    folder.append_losses({"stage": "first", "step": 1})
    with folder.losses.open("ab") as file:
        file.write(line + b"\n")
    with pytest.raises(ValueError, match="losses.jsonl is damaged in line 2"):
        folder.read_losses()
