from mipae_tf.evaluation.tables.group_tables import group_tables


def cells(table):
    return [list(table.head), *map(list, table.rows)]


def test_values_per_step_are_one_line():
    row = {
        "value": 1.5,
        "interval": [1.0, 2.0],
        "per_step": [1.0, 2.0],
        "steps": [5, 10],
    }
    (table,) = group_tables({"a/b/forecast": row})
    assert cells(table) == [
        ["a/b, frames ahead", "5", "10", "mean", "95 % interval"],
        ["forecast", "1.000", "2.000", "1.500", "1.000 to 2.000"],
    ]


def test_names_with_the_same_rows_share_a_table():
    rows = {
        "leak/c_from_p/shape": {"value": 0.5, "chance": 0.4, "count": 9},
        "leak/c_from_p/size": {"value": 0.25, "chance": 0.2, "count": 9},
        "read/c_from_c/shape": {"value": 1.0, "chance": 0.4, "count": 9},
        "read/c_from_c/size": {"value": 12.5, "chance": 0.2, "count": 9},
        "leak/p_from_c/x": {"value": -1.0, "interval": [-2.0, 0.0]},
        "read/d_from_d/shape": {"value": 1.0, "chance": 0.9},
        "read/d_from_d/size": {"value": 1.0, "chance": 0.9},
    }
    first, second, third = map(cells, group_tables(rows))
    assert third[1] == ["shape", "1.000", "0.900"], "not under others' chance"
    assert first == [
        ["", "leak/c_from_p", "read/c_from_c", "chance", "count"],
        ["shape", "0.500", "1.000", "0.400", "9"],
        ["size", "0.250", "12.50", "0.200", "9"],
    ]
    assert second == [
        ["", "leak/p_from_c"],
        ["x", "-1.000 (-2.000 to 0.000)"],
    ]


def test_tables_with_more_names_than_rows_are_turned():
    rows = {
        "scores/sap/blocks": {"value": 0.5},
        "scores/mig/blocks": {"value": 0.0123},
    }
    (table,) = map(cells, group_tables(rows))
    assert table == [
        ["", "blocks"],
        ["scores/sap", "0.500"],
        ["scores/mig", "0.012"],
    ]


def test_keys_with_two_segments_are_a_list():
    (table,) = group_tables({"swap/psnr": {"value": 22.789, "count": 7}})
    assert cells(table)[1] == ["swap/psnr", "22.79", "", "7"]


def test_without_metrics_there_is_no_table():
    assert group_tables({}) == []
