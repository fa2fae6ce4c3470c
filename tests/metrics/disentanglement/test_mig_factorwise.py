import numpy as np
import pytest
from metrics.representation_cases import factor_labels
from metrics.representation_cases import oracle_codes
from metrics.representation_cases import rotated

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.disentanglement.mig_factorwise import mig_factorwise
from mipae_tf.metrics.information.entropy import grassberger_entropy
from mipae_tf.metrics.information.ross_mi import ross_mutual_information

COUNT = 800


def case(seed=0):
    """Codes that carry most of their factors, with a leak into pose."""
    factors = factor_labels(COUNT, seed)
    content = {name: factors[name] for name in ("shape", "size")}
    pose = {name: factors[name] for name in ("x", "y")}
    noise = np.random.default_rng(seed + 100).standard_normal((2, COUNT, 3))
    leak = 0.1 * content["size"][:, None]
    return {
        "content_codes": oracle_codes(content) + 0.1 * noise[0, :, :2],
        "pose_codes": np.concatenate([oracle_codes(pose), leak], axis=1)
        + 0.1 * noise[1],
        "content_factors": content,
        "pose_factors": pose,
    }


def test_an_oracle_scores_one_and_swapped_codes_below_zero():
    arrays = case()
    arrays["content_codes"] = oracle_codes(arrays["content_factors"])
    arrays["pose_codes"] = oracle_codes(arrays["pose_factors"])
    result = mig_factorwise(**arrays)
    assert result.keys() == {"score", "interval", "content", "pose", "count"}
    assert result["score"] == pytest.approx(1, abs=0.03)
    assert result["interval"][0] <= result["score"] <= result["interval"][1]
    arrays["content_codes"], arrays["pose_codes"] = (
        arrays["pose_codes"],
        arrays["content_codes"],
    )
    assert mig_factorwise(**arrays)["score"] == pytest.approx(-1, abs=0.03)


def test_figures_are_those_of_the_estimators():
    arrays = case()
    result = mig_factorwise(**arrays, draws=10)
    gaps = []
    for side, other in (("content", "pose"), ("pose", "content")):
        for name, labels in arrays[f"{side}_factors"].items():
            own, across = (
                ross_mutual_information(arrays[f"{s}_codes"], labels)
                for s in (side, other)
            )
            found = result[side][name]
            assert found["i_own"] == pytest.approx(own, abs=1e-12)
            assert found["i_other"] == pytest.approx(across, abs=1e-12)
            assert found["entropy"] == pytest.approx(
                grassberger_entropy(labels)
            )
            gaps.append((own - across) / grassberger_entropy(labels))
            assert found["gap"] == pytest.approx(gaps[-1])
    assert result["score"] == pytest.approx(np.mean(gaps))
    assert result["content"]["size"]["i_other"] > 0.1
    assert result["count"] == COUNT


def test_intervals_match_the_spread_between_draws():
    results = [mig_factorwise(**case(seed), draws=200) for seed in range(12)]
    widths = [np.diff(result["interval"]) for result in results]
    spread = np.std([result["score"] for result in results], ddof=1)
    # 95 % of a normal distribution spans 3.92 standard deviations.
    assert 0.5 < np.mean(widths) / (3.92 * spread) < 2
    for result in results:
        for factor in (result["content"]["size"], result["pose"]["x"]):
            low, high = factor["interval"]
            assert low < factor["gap"] < high


def test_equal_and_constant_codes_have_no_gap():
    arrays = case()
    both = arrays["content_codes"]
    result = mig_factorwise(**arrays | {"pose_codes": both})
    assert (result["score"], result["interval"]) == (0, [0, 0])
    constant = np.ones((COUNT, 2))
    result = mig_factorwise(
        **arrays | {"content_codes": constant, "pose_codes": constant}
    )
    assert (result["score"], result["interval"]) == (0, [0, 0])
    assert result["pose"]["x"]["i_own"] == 0


def test_results_are_invariant_to_rotation():
    arrays = case()
    expected = mig_factorwise(**arrays, draws=10)["score"]
    arrays["pose_codes"] = rotated(arrays["pose_codes"])
    found = mig_factorwise(**arrays, draws=10)["score"]
    assert found == pytest.approx(expected, abs=1e-9)


def test_unusable_factors_are_absent_by_name():
    arrays = case()
    expected = mig_factorwise(**arrays)
    arrays["content_factors"] = {
        "still": np.ones(COUNT),
        "each": np.arange(COUNT),
    } | arrays["content_factors"]
    result = mig_factorwise(**arrays)
    assert "constant" in result["content"].pop("still")["absent"]
    assert "occur once" in result["content"].pop("each")["absent"]
    assert result == expected
    still = {"still": np.ones(COUNT)}
    result = mig_factorwise(**arrays | {"content_factors": still})
    assert "constant" in result["content"]["still"]["absent"]
    gaps = [factor["gap"] for factor in expected["pose"].values()]
    assert result["score"] == pytest.approx(np.mean(gaps))
    with pytest.raises(AbsentMetric, match="'still' is constant"):
        mig_factorwise(
            **arrays | {"content_factors": still, "pose_factors": still}
        )


def test_labels_that_occur_once_are_excluded_only_from_information():
    arrays = case()
    labels = np.arange(COUNT) // 2  # pairs,
    labels[:400] = np.arange(1000, 1400)  # and as many single ones
    result = mig_factorwise(**arrays | {"pose_factors": {"pairs": labels}})
    pairs = result["pose"]["pairs"]
    assert pairs["i_own"] == pytest.approx(
        ross_mutual_information(arrays["pose_codes"], labels), abs=1e-12
    )
    assert np.isfinite(pairs["interval"]).all()


def test_results_depend_on_the_seed():
    arrays = case()
    intervals = [
        mig_factorwise(**arrays, seed=seed, draws=50)["interval"]
        for seed in (3, 3, 4)
    ]
    assert intervals[0] == intervals[1] != intervals[2]


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"draws": 0}, "draws must be at least 1"),
        ({"pose_codes": np.ones((COUNT - 1, 2))}, "pose_codes 799"),
        ({"pose_codes": np.full((COUNT, 2), np.nan)}, "pose_codes must be"),
        ({"content_factors": {}}, "at least one factor"),
        ({"pose_factors": {"x": np.arange(5)}}, "the same number of"),
        ({"pose_factors": {"x": np.full(COUNT, np.nan)}}, "'x' must be finite"),
    ],
)
def test_invalid_input_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        mig_factorwise(**case() | changes)
