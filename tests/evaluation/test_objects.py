from mipae_tf.evaluation.objects import objects_of


def test_objects_by_the_names_of_their_places():
    names = ("x_0", "y_0", "orientation_0", "x_1", "y_1")
    assert objects_of(dict.fromkeys(names)) == {
        "object_0": ["x_0", "y_0"],
        "object_1": ["x_1", "y_1"],
    }
