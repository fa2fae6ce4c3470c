import pytest
from comparison.run_files import write_run

from mipae_tf.comparison.find_runs import find_runs


@pytest.fixture
def folder(tmp_path):
    for name in ("b1", "a2", "a1"):
        write_run(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no run")
    return tmp_path


def test_runs_are_in_the_order_of_the_patterns_without_duplicates(folder):
    patterns = [f"{folder}/b*", f"{folder}/a*", f"{folder}/*1"]
    names = [run.path.name for run in find_runs(patterns)]
    assert names == ["b1", "a1", "a2"]


def test_home_folders_are_found(folder, monkeypatch):
    monkeypatch.setenv("HOME", str(folder))
    assert [run.path for run in find_runs(["~/a*"])] == [
        folder / "a1",
        folder / "a2",
    ]


def test_files_and_the_output_folder_are_skipped(folder):
    (folder / "compare").mkdir()
    runs = find_runs([f"{folder}/*"], folder / "compare")
    assert len(runs) == 3
    with pytest.raises(ValueError, match="compare is not a run"):
        find_runs([f"{folder}/*"])


def test_refuses_patterns_without_a_folder(folder):
    with pytest.raises(ValueError, match=r"--runs=.*/c\* matches no folder"):
        find_runs([f"{folder}/a*", f"{folder}/c*"])
    with pytest.raises(ValueError, match="notes.txt matches no folder"):
        find_runs([f"{folder}/notes.txt"])
    with pytest.raises(ValueError, match="--runs= is empty; allowed"):
        find_runs([])


@pytest.mark.parametrize(
    "patterns, names",
    [
        (["lr=1,beta=2"], ["lr=1,beta=2"]),
        (["lr=1,*"], ["lr=1,beta=2"]),
        (["run[2]"], ["run[2]"]),
        (["run[2],a1"], ["run[2]", "a1"]),
        (["a*, b1"], ["a1", "a2", "b1"]),
        (["lr=1,beta=2", "b1"], ["lr=1,beta=2", "b1"]),
    ],
)
def test_folder_names_with_commas_and_brackets(
    folder, monkeypatch, patterns, names
):
    for name in ("lr=1,beta=2", "run[2]", "run2"):
        write_run(folder / name)
    monkeypatch.chdir(folder)
    assert [run.path.name for run in find_runs(patterns)] == names
    monkeypatch.setenv("HOME", str(folder))
    home = [f"~/{pattern}" for pattern in patterns if "a" not in pattern[-2:]]
    assert len(find_runs(home or ["~/a1"])) >= 1
