import pytest

from mipae_tf.metrics.forecast_verdict import forecast_verdict


def verdict(forecast, copy_last, oracle=None, clips=64):
    return forecast_verdict(
        forecast, copy_last, oracle, clips=clips, split="validation"
    )


def test_forecasts_that_are_better_than_a_copy():
    assert verdict([27, 24.2], [24, 23.0]) == (
        "Forecasts beat the last frame repeated by 2.1 dB on 64 validation "
        "clips."
    )
    assert "on 1 validation clip." in verdict([27], [24], clips=1)


@pytest.mark.parametrize(
    "forecast, exception",
    [
        ([30, 30, 19, 18], "but not from predicted frame 3 on."),
        ([19, 30, 30, 30], "but not in predicted frame 1."),
        ([30, 30, 30, 19], "but not in predicted frame 4."),
        ([19, 19, 30, 30], "but not in predicted frames 1 to 2."),
        ([19, 30, 19, 30], "but not in 2 of 4 predicted frames."),
    ],
)
def test_frames_that_are_worse_than_a_copy_are_named(forecast, exception):
    said = verdict(forecast, [20, 20, 20, 20])
    assert said.startswith("Forecasts beat the last frame repeated by ")
    assert said.endswith(f" on 64 validation clips, {exception}")


@pytest.mark.parametrize("limit", [15.0, 24.0, 24.9])
def test_the_decoder_fails_if_true_poses_are_no_better(limit):
    said = verdict([16.2, 16.2], [24.9, 24.9], [limit, limit])
    assert said == (
        "Forecasts do not beat the last frame repeated (16.2 dB against 24.9 "
        "dB on 64 validation clips): the decoder cannot draw these frames, as "
        f"the true poses give {limit:.1f} dB; try more "
        "training steps, a larger --width or, for recorded video, "
        "--recipe=video where the model has it."
    )


def test_otherwise_the_dynamics_fail():
    said = verdict([16.2, 16.2], [24.9, 24.9], [26.0, 25.0])
    assert (
        "the dynamics predict wrong poses, as the true ones give 25.5" in said
    )
    assert said.endswith("steps of the dynamics or a larger pose.")


def test_a_model_without_poses_has_no_part_that_fails():
    said = verdict([16.2], [24.9])
    assert said.endswith("clips); try more training steps or a larger network.")


def test_equal_forecasts_do_not_beat_a_copy():
    assert "do not beat" in verdict([20.01, 20.0], [20.0, 20.0])
