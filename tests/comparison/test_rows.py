import pytest
from comparison.run_files import PSNR
from comparison.run_files import errors
from comparison.run_files import write_run
from comparison.run_files import write_unfinished

from mipae_tf.comparison.measured_run import read_run
from mipae_tf.comparison.rows import all_rows
from mipae_tf.comparison.rows import comparable_rows
from mipae_tf.comparison.rows import differing_options


def run(path, seed=0, config=None, **kwargs):
    per_clip = {PSNR: errors(seed)}
    return read_run(
        write_run(path, seed, per_clip, config=config or {}, **kwargs)
    )


def test_runs_that_differ_in_the_seed_alone_are_one_row(tmp_path):
    runs = [
        run(tmp_path / "a1", 1),
        run(tmp_path / "b0", 0, {"pose_dim": 7}),
        run(tmp_path / "a0", 0),
        run(tmp_path / "c0", 0, model="drnet"),
    ]
    rows = all_rows(runs)
    assert [[r.path.name for r in row.runs] for row in rows] == [
        ["a0", "a1"],
        ["b0"],
        ["c0"],
    ]
    assert [row.label for row in rows] == [
        "mipae (default) pose_dim=5",
        "mipae (default) pose_dim=7",
        "drnet (default)",
    ]
    assert rows[0].values(PSNR).shape == (2,)
    options = differing_options(rows)
    assert options["pose_dim"][:2] == ["5", "7"]
    assert options["model"] == ["mipae", "mipae", "drnet"]
    assert "context" not in options


def test_labels_are_unique_on_one_dataset_only(tmp_path):
    rows = all_rows(
        [
            run(tmp_path / "a", config={"width": 8}),
            run(tmp_path / "b", config={"width": 16}),
        ]
    )
    assert rows[0].label == "mipae (default) width=8"
    (tmp_path / "b" / "config.json").unlink()
    flags = "--model=mipae\n--dataset=moving_mnist\n--width=16\n"
    (tmp_path / "b" / "flags.cfg").write_text(flags)
    rows = all_rows([rows[0].runs[0], read_run(tmp_path / "b")])
    assert [row.label for row in rows] == ["mipae (default)"] * 2
    assert [row.dataset for row in rows] == [
        "moving_dsprites/quickstart",
        "moving_mnist",
    ]


@pytest.mark.parametrize(
    "name, value",
    [
        ("dataset_fingerprint", "1e"),
        ("split", "validation"),
        ("clips", 41),
        ("context", 4),
        ("horizon", 9),
    ],
)
def test_rows_on_other_clips_are_not_comparable(tmp_path, name, value):
    runs = [
        run(tmp_path / "a"),
        run(tmp_path / "b", 1),
        run(tmp_path / "c", 2, **{name: value}),
    ]
    first, second = comparable_rows(all_rows(runs))
    assert [len(group.rows[0].runs) for group in (first, second)] == [2, 1]
    assert first.protocol[name] != second.protocol[name]
    assert first.protocol["run_seed"] == "0, 1"


MIG = {"mig/published/score": {"value": 0.5, "count": 100}}


@pytest.mark.parametrize("given, count", [({}, 1), ({"entries": MIG}, 2)])
def test_fields_of_metrics_count_for_runs_with_these_metrics(
    tmp_path, given, count
):
    runs = [
        run(tmp_path / "a", mig_samples=100, entries=MIG),
        run(tmp_path / "b", 1, mig_samples=200, **given),
        run(tmp_path / "c", 2, mig_samples=100, entries=MIG),
    ]
    groups = comparable_rows(all_rows(runs))
    assert len(groups) == count
    assert len(groups[0].rows[0].runs) == 4 - count
    assert groups[0].protocol["mig_samples"] == (
        100 if count == 2 else "100, 200"
    )


def test_fields_that_may_differ_are_listed(tmp_path):
    runs = [
        run(tmp_path / "a"),
        run(tmp_path / "b", 1, versions={"mipae_tf": "0.2.0"}),
    ]
    (group,) = comparable_rows(all_rows(runs))
    assert "0.1.0" in group.protocol["versions"]
    assert "0.2.0" in group.protocol["versions"]
    assert group.title() == (
        "moving_dsprites/quickstart, 40 test clips, context 5, horizon 3"
    )


def test_unfinished_runs_are_in_rows_and_in_no_group(tmp_path):
    lost = read_run(write_unfinished(tmp_path / "b", 1))
    rows = all_rows([run(tmp_path / "a"), lost])
    assert len(rows) == 1 and len(rows[0].runs) == 2
    (group,) = comparable_rows(rows)
    assert len(group.rows[0].runs) == 1
    assert comparable_rows(all_rows([lost])) == []


def test_refuses_a_seed_twice(tmp_path):
    runs = [run(tmp_path / "a"), run(tmp_path / "b")]
    with pytest.raises(ValueError, match="a and .*b are both .* seed 0"):
        comparable_rows(all_rows(runs))


def test_absent_metrics_keep_their_reasons(tmp_path):
    runs = [
        run(tmp_path / str(n), n, entries={"swap/psnr": {"absent": "No pose."}})
        for n in range(2)
    ]
    (row,) = all_rows(runs)
    assert row.reasons("swap/psnr") == ["No pose."]
    assert row.values("swap/psnr").size == 0 and not row.having("swap/psnr")
    assert row.reasons(PSNR) == []
