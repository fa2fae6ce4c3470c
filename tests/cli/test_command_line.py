import codecs
import pathlib

import pytest
import tensorflow as tf

from mipae_tf.cli.command_line import error_message
from mipae_tf.cli.command_line import expand_flagfiles

SMALL_PROGRAM = str(pathlib.Path(__file__).parent / "small_program.py")
TEXT = "# comment\n// another\n\n  --width=3  \r\n--model=drnet\n--xla\n"
FLAGS = ["--width=3", "--model=drnet", "--xla"]


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.replace("\n", "\r\n").encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    ],
    ids=["plain", "crlf", "bom", "utf-16-le", "utf-16-be"],
)
@pytest.mark.parametrize("how", [["--flagfile={}"], ["-flagfile", "{}"]])
def test_a_flagfile_is_replaced_by_its_lines(tmp_path, data, how):
    path = tmp_path / "a.cfg"
    path.write_bytes(data)
    how = [part.format(path) for part in how]
    expanded = expand_flagfiles(["program", "--seed=1", *how, "--width=5"])
    assert expanded == ["program", "--seed=1", *FLAGS, "--width=5"]


def test_an_included_file_is_searched_for_here_and_then_beside(
    tmp_path, monkeypatch
):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.cfg").write_text("--flagfile=b.cfg\n--width=1\n")
    (tmp_path / "sub" / "b.cfg").write_text("--seed=1\n")
    monkeypatch.chdir(tmp_path)
    args = ["--flagfile=sub/a.cfg"]
    assert expand_flagfiles(args) == ["--seed=1", "--width=1"]
    (tmp_path / "b.cfg").write_text("--seed=2\n")
    assert expand_flagfiles(args) == ["--seed=2", "--width=1"]


def test_flagfiles_after_two_dashes_are_not_read():
    args = ["--", "--flagfile=none"]
    assert expand_flagfiles(args) == args


@pytest.mark.parametrize(
    "line, message",
    [
        ("--lr 0.5", "line 2: '--lr 0.5' has a space .* write --lr=0.5."),
        ("--lr = 0.5", "line 2: .* has a space .* write --lr=0.5."),
        ("lr=0.5", "line 2: 'lr=0.5' is not a flag"),
        ('--input="a b.mp4"', "quotes would .* write --input=a b.mp4."),
        ("--input='a.mp4'", "quotes would .* write --input=a.mp4."),
        ("--flagfile=gone.cfg", "gone.cfg .included by .*a.cfg.: there is no"),
        ("--flagfile=a.cfg", "--flagfile=a.cfg includes itself"),
        ("--flagfile=", "--flagfile .included by .*a.cfg. needs the path"),
        ("--flagfile=sub", "--flagfile=sub .* is a folder; a file is needed"),
        ("\0\1\2", "a.cfg is not a text file in UTF-8"),
        ("\udcff", "a.cfg is not a text file in UTF-8"),
    ],
)
def test_invalid_lines_are_refused(tmp_path, monkeypatch, line, message):
    (tmp_path / "sub").mkdir()
    path = tmp_path / "a.cfg"
    path.write_text(f"--seed=1\n{line}\n", errors="surrogateescape")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        expand_flagfiles([f"--flagfile={path}"])


@pytest.mark.parametrize(
    "arguments, error",
    [
        (
            ["--wdth=3"],
            "--wdth is not a flag of this program (did you mean --w",
        ),
        (["--nolstm_contnt"], "did you mean --lstm_content?"),
        (
            ["--quite_another"],
            "is not a flag of this program; --help lists all",
        ),
        (["width=3"], "'width=3' is not a flag; flags have the form --name=v"),
        (["--width", "3", "x"], "'x' is not a flag"),
        (["--width"], "--width needs a value"),
        (["--width=3.5"], "--width=3.5 must be an integer."),
        (["--learning_rate=fast"], "--learning_rate=fast must be a number."),
        (["--lstm_content=maybe"], "--lstm_content=maybe must be true or"),
        (["--nolstm_content=3"], "nolstm_content=3 does not take"),
        (["--flagfile=gone.cfg"], "--flagfile=gone.cfg: there is no gone.cfg"),
    ],
)
def test_an_invalid_command_line_is_refused_in_one_sentence(
    run_program, arguments, error
):
    done = run_program(SMALL_PROGRAM, *arguments)
    assert done.code == 1
    said = [line for line in done.stderr.splitlines() if "cuInit" not in line]
    assert len(said) == 1 and said[0].startswith("error: "), said
    assert error in said[0]
    assert not done.stdout


def test_a_single_dash_and_a_space_are_accepted(run_program):
    done = run_program(SMALL_PROGRAM, "-width", "4", "--nolstm_content")
    assert "{'width': 4, 'lstm_content': False}" in done.stdout


def test_help_explains_the_flagfile_format(run_program):
    said = " ".join(run_program(SMALL_PROGRAM, "--help").stdout.split())
    assert "one --name=value per line, without quotes" in said


def test_the_message_for_lack_of_memory_suggests_flags():
    error = tf.errors.ResourceExhaustedError(None, None, "OOM: [9]\n\nmore")
    for each in (error, MemoryError()):
        assert "--batch_size" in error_message(each)
        assert "\n" not in error_message(each)
    assert error_message(ValueError("so")) == "so"
