"""Filtered output of a program, in processes without TensorFlow."""

import os
import pathlib
import signal
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
NOISE = r"I0000 00:00:1.5    7 port.cc:153] oneDNN custom operations are on."
WRITE = f"os.write(2, b'{NOISE}\\n')"
# Code after the import, exit code, and the output on standard error.
ENDINGS = {
    "killed": (
        "os.write(2, b'half a line'); os.kill(os.getpid(), 9)",
        -signal.SIGKILL,
        "half a line",
    ),
    "aborted": (
        "os.write(2, b'F0000 00:00:1.5    7 a.cc:1] Check failed\\n');"
        "os.abort()",
        -signal.SIGABRT,
        "F0000 00:00:1.5    7 a.cc:1] Check failed\n",
    ),
    "Ctrl-C": ("raise KeyboardInterrupt", -signal.SIGINT, ""),
    "warned": (
        "import warnings; warnings.warn('of a library');"
        "import logging; logging.getLogger('of.a.library').warning('no');"
        "sys.stderr.write('said\\n')",
        0,
        "said\n",
    ),
}


def run(code, shell="", **environment):
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    if "TF_CPP_MIN_LOG_LEVEL" not in environment:
        env.pop("TF_CPP_MIN_LOG_LEVEL", None)
    command = [sys.executable, "-c", f"import os, sys\n{code}"]
    if shell:
        command = ["sh", "-c", f'"$0" "$@" {shell}', *command]
    return subprocess.run(command, capture_output=True, text=True, env=env)


@pytest.mark.parametrize("ending", ENDINGS)
def test_noise_is_dropped_and_other_output_is_kept(ending):
    code, status, shown = ENDINGS[ending]
    done = run(f"from mipae_tf.cli import quiet\n{WRITE}\n{code}")
    assert (done.returncode, done.stderr) == (status, shown)


def test_a_failed_import_is_shown():
    done = run(
        f"from mipae_tf.cli import quiet\n{WRITE}\nimport no_such_module"
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback")
    assert done.stderr.endswith("No module named 'no_such_module'\n")
    assert "oneDNN" not in done.stderr


def test_log_level_0_shows_everything():
    first = "WARNING: All log messages before absl::InitializeLog() is called"
    code = f"from mipae_tf.cli import quiet\n{WRITE}\nos.write(2, b'{first}')"
    shown = run(code, TF_CPP_MIN_LOG_LEVEL="0").stderr
    assert shown == f"{NOISE}\n{first}"


def test_the_library_does_not_change_descriptors():
    code = f"import mipae_tf, mipae_tf.cli.screen\n{WRITE}"
    assert NOISE in run(code).stderr


def test_closed_streams_do_not_affect_other_files(tmp_path):
    path = tmp_path / "weights"
    code = f"from mipae_tf.cli import quiet\nfile = open({str(path)!r}, 'w')\n"
    done = run(f"{code}{WRITE}\nprint('said', file=sys.stderr)", "2>&- >&-")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not path.read_text()


def test_output_to_a_file_is_filtered(tmp_path):
    path = tmp_path / "said"
    code = f"from mipae_tf.cli import quiet\n{WRITE}\nos.write(2, b'kept\\n')"
    # The shell waits for `cat`, which waits for the filter.
    done = run(code, f"2>&1 >/dev/null | cat > {path}")
    assert not done.stderr and path.read_text() == "kept\n"
