import pytest
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.video_folder.labels_file import read_labels

VIDEOS = ("a.mp4", "b/1.avi", "b/2.avi")


def labels(tmp_path, *lines, encoding="utf-8"):
    text = "\r\n".join(lines) + "\r\n"
    (tmp_path / "labels.csv").write_bytes(text.encode(encoding))
    return read_labels(tmp_path, VIDEOS)


def test_columns_become_factors(tmp_path):
    found = labels(
        tmp_path,
        "file, person, weight, action:pose, speed:pose, day",
        "b/2.avi, 10, 1.5, run, 2, 1",
        "",
        'a.mp4, 2, 3, "walk, slowly", 0.5, x',
        "./b\\1.avi, 10, 2, run, 1, 2",
        encoding="utf-8-sig",
    )
    assert found.factors == (
        Factor("person", "class", False, size=2),
        Factor("weight", "scalar", False),
        Factor("action", "class", True, size=2),
        Factor("speed", "scalar", True),
        Factor("day", "class", False, size=3),
    )
    # Numbers are sorted by value.
    assert found.names == {
        "person": ("2", "10"),
        "action": ("run", "walk, slowly"),
        "day": ("1", "2", "x"),
    }
    assert found.values["a.mp4"] == {
        "person": 0,
        "weight": 3.0,
        "action": 1,
        "speed": 0.5,
        "day": 2,
    }
    assert found.texts["b/1.avi"]["person"] == "10"


def test_labels_are_optional(tmp_path):
    assert read_labels(tmp_path, VIDEOS).factors == ()


ROWS = ["a.mp4,1", "b/1.avi,1", "b/2.avi,2"]


@pytest.mark.parametrize(
    "lines, message",
    [
        ([], "labels.csv is empty; remove it or add labels"),
        (
            ["video,who"],
            "begins with the column 'video'; its first column",
        ),
        (["file;who"], "begins with the column 'file;who'; .* by commas"),
        (["file,who,who:pose"], "has two columns 'who'; names must be unique"),
        (["file,who,"], "has a column without name"),
        (["file,source"], "has a column 'source'; names must be without a"),
        (["file,who", *ROWS[:2]], "has no row for b/2.avi; every video needs"),
        (["file,who"], "has no row for a.mp4 and 2 others"),
        (
            ["file,who", *ROWS, "c.mp4,1"],
            r"labels.csv, line 5: there is no video 'c.mp4' in .*; give its",
        ),
        (
            ["file,who", *ROWS, "a.mp4,1"],
            "line 5: 'a.mp4' has a row already, in line 2; remove one",
        ),
        (
            ["file,who,age", "a.mp4,1"],
            "line 2: 'a.mp4' must have a value for each of who, age, got 1",
        ),
        (["file,who", "a.mp4, "], "line 2: 'a.mp4' must have a value for each"),
        (["file,who", 'a.mp4,"1'], "cannot be read"),
    ],
)
def test_wrong_files_are_refused(tmp_path, lines, message):
    with pytest.raises(ValueError, match=message) as caught:
        labels(tmp_path, *lines) if lines else labels(tmp_path, "")
    assert str(caught.value).startswith(str(tmp_path / "labels.csv"))


def test_other_encodings_are_refused(tmp_path):
    with pytest.raises(ValueError, match="labels.csv cannot be read"):
        labels(tmp_path, "file,who", "a.mp4,é", encoding="latin-1")
