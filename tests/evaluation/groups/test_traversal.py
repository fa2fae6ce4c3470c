from evaluation.world import subject

from mipae_tf.evaluation.groups.traversal import measure


def test_pictures_of_pose_and_content():
    found = measure(subject())
    assert found.metrics == {}
    assert set(found.figures) == {"traversal.png", "interpolation.png"}


def test_a_model_without_content_has_nothing_to_interpolate():
    assert measure(subject(roles=("content",))).figures == {}
