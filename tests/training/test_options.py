import pytest

from mipae_tf.training import TrainingOptions


@pytest.mark.parametrize(
    "field", ["steps_per_call", "log_every", "validate_every"]
)
def test_an_interval_of_zero_is_named(field):
    with pytest.raises(ValueError, match=f"--{field}=0 is too small"):
        TrainingOptions(**{field: 0})


def test_pictures_can_be_left_out():
    assert not TrainingOptions(pictures=False).pictures
