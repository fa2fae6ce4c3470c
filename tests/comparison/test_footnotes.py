from mipae_tf.comparison.tables.footnotes import Footnotes


def test_each_reason_is_numbered_once():
    notes = Footnotes()
    assert notes.mark() == "" and notes.lines() == []
    assert notes.mark("No pose.") == "[1]"
    assert notes.mark("No clips.", "No pose.") == "[1, 2]"
    assert notes.lines() == ["[1] No pose.", "[2] No clips."]
