import numpy as np
from evaluation.world import subject

from mipae_tf.evaluation.groups.traversal import GROUP


def test_pictures_of_pose_and_content():
    found = GROUP.measure(subject())
    assert found.metrics == {}
    assert set(found.figures) == {"traversal.png", "interpolation.png"}


def test_a_traversal_spans_two_deviations_to_both_sides():
    """Deviations over clips, in the last frame of the context."""
    drawn = []
    seen = subject()
    decode = seen.decode

    def keep(latents, reference):
        drawn.append(latents)
        return decode(latents, reference)

    object.__setattr__(seen, "decode", keep)
    GROUP.measure(seen)
    columns = seen.clips.pose["x_0"][:, 2]
    reach = 2 * columns.std()
    expected = columns[0] + np.linspace(-reach, reach, 9)
    np.testing.assert_allclose(drawn[0]["where"].ravel(), expected, rtol=1e-5)


def test_no_pictures_without_pose_state_or_factors():
    assert GROUP.measure(subject(roles=("content",))).figures == {}
