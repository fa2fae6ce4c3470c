import importlib
import os
import pwd

import pytest
from absl import flags

# String flags of the programs that are not paths.
TEXTS = {"baseline", "dataset", "on_nonfinite", "precision", "profile"}
TEXTS |= {"strategy", "model", "protocol", "split"}
TEXTS |= {"colour", "damaged", "fit", "split_by", "start"}


@pytest.mark.parametrize(
    "program, some",
    [
        ("train", {"run_dir", "videos", "data_dir", "manual_dir", "clips_dir"}),
        ("evaluate", {"run_dir", "data_dir", "lpips", "fvd"}),
        ("compare", {"out"}),
        ("predict", {"run_dir", "input", "output"}),
        ("export", {"run_dir", "export_dir"}),
        ("inspect", {"output", "data_dir", "manual_dir"}),
        ("metrics.convert_lpips", {"backbone_pth", "heads_pth", "out"}),
    ],
)
def test_every_path_flag_expands_the_home_folder(monkeypatch, program, some):
    module = importlib.import_module(f"mipae_tf.{program}")
    texts, paths = set(), set()
    for name in dir(flags):
        if name.startswith(("DEFINE_", "mark_")):
            monkeypatch.setattr(flags, name, lambda *_, **__: None)
    monkeypatch.setattr(
        flags, "DEFINE_string", lambda name, *_, **__: texts.add(name)
    )
    monkeypatch.setattr(
        flags, "DEFINE", lambda parser, name, *_, **__: paths.add(name)
    )
    module.define_flags()
    assert paths >= some
    assert texts <= TEXTS


def test_programs_expand_home_folders(run_program):
    user = pwd.getpwuid(os.getuid())
    where = f"--run_dir=~{user.pw_name}/no_such_run"
    for program in ("evaluate", "export"):
        done = run_program(program, where)
        assert done.code == 1
        assert (
            f"--run_dir={user.pw_dir}/no_such_run is not a run folder"
            in done.stderr
        )
    done = run_program("export", "--run_dir=~nobody_here/run")
    assert done.code == 1
    assert "~nobody_here/run begins with ~" in done.stdout + done.stderr
    assert not os.path.exists("~nobody_here")
