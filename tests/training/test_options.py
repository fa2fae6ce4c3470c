import pytest

from mipae_tf.training import TrainingOptions


@pytest.mark.parametrize(
    "field", ["steps_per_call", "log_every", "validate_every"]
)
def test_an_interval_of_zero_is_named(field):
    with pytest.raises(ValueError, match=f"--{field}=0 is too small"):
        TrainingOptions(**{field: 0})


@pytest.mark.parametrize("field", ["max_to_keep", "log_every"])
def test_a_count_beyond_int32_is_named(field):
    message = f"--{field}=1{'0' * 20} is too large; allowed is 1 to 2147483647"
    with pytest.raises(ValueError, match=message):
        TrainingOptions(**{field: 10**20})


def test_pictures_can_be_left_out():
    assert not TrainingOptions(pictures=False).pictures
