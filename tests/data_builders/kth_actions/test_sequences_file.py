import pytest
from mipae_tf.data_builders.kth_actions.sequences_file import read_intervals

LISTED = """Training:   person11, 12
person01_boxing_d1\t\tframes\t1-95, 96-185
person13_handclapping_d3\t\t*missing*
person02_walking_d4\t\tframes\t3- 7
"""


def test_intervals_are_counted_from_zero(tmp_path):
    path = tmp_path / "00sequences.txt"
    path.write_text(LISTED, newline="\r\n")
    assert read_intervals(path) == {
        "person01_boxing_d1": [(0, 95), (95, 185)],
        "person02_walking_d4": [(2, 7)],
    }


@pytest.mark.parametrize(
    "text, message",
    [
        ("Training: person11", "lists no video; it must have"),
        (
            "person01_boxing_d1 frames",
            "line 1: .* has 'frames'",
        ),
        (LISTED + "person03_boxing_d1 frames 9-3", "line 5: person03_boxing"),
        (LISTED + "person03_boxing_d1 frames 0-3", "which must be intervals"),
    ],
)
def test_other_files_are_refused(tmp_path, text, message):
    path = tmp_path / "00sequences.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_intervals(path)
    with pytest.raises(ValueError, match="cannot be read"):
        read_intervals(tmp_path)
