"""The numbers in the documentation are those in results/."""

import numpy as np
import pytest
from figures import FORECAST
from figures import RESULTS
from figures import ROOT
from figures import cells
from figures import each
from figures import interval
from figures import mean
from figures import metrics
from figures import seeds
from figures import shown

from mipae_tf.comparison.difference import paired_difference
from mipae_tf.comparison.measured_run import read_run
from mipae_tf.comparison.rows import Row

RECIPES = [
    seeds("two_sprites/mipae_half_time"),
    seeds("two_sprites/drnet_half_time"),
    seeds("two_sprites/mipae_published", 1),
]
SPRITES = [
    seeds(f"comparison/two_sprites/{model}")
    for model in ("mipae", "drnet", "ae_lstm")
]
DIGITS = [
    seeds(f"comparison/moving_mnist/{model}", 1)
    for model in ("mipae", "drnet", "ae_lstm")
]
CENTRE = ["mipae_moving_mnist"]
SVG = [[f"svg/{name}_seed0"] for name in ("svg_lp", "svg_fp")]
ONE_FUTURE = [[f"svg/{name}_seed0"] for name in ("mipae", "drnet")]
FACTORS = [[run] for run in seeds("independent_prediction/two_factors")]
ENTANGLED = [[run] for run in seeds("independent_prediction/entangled")]

OBJECTS = seeds("hierarchical_objects/smooth_peak")


def positions(runs, role):
    """The range of R² over four positions, or "below 0" for all of them."""
    kind = "read" if role == "pose" else "leak"
    found = [
        np.mean(
            [
                metrics(run)[f"{kind}/pose_from_{role}/{name}"]["value"]
                for run in runs
            ]
        )
        for name in ("x_0", "x_1", "y_0", "y_1")
    ]
    if max(found) < 0:
        return "below 0"
    return "–".join(dict.fromkeys(map(shown, (min(found), max(found)))))


def of_role(kind, role, *factors):
    return [f"{kind}/content_from_{role}/{factor}" for factor in factors]


def reading(role):
    """Rows of what probes read from content, or of what leaks into pose."""
    kind, chance = "leak", [""] * 4
    if role == "content":
        chances = (".33, .35", ".23, .17", ".05, .03", ".51")
        kind, chance = "read", [f" (chance {text})" for text in chances]
    pairs = [
        (f"{name} from {role}", of_role(kind, role, f"{name}_0", f"{name}_1"))
        for name in ("shape", "scale", "orientation")
    ]
    pairs.append(
        (f"who is in front, from {role}", of_role(kind, role, "front"))
    )
    return [
        (name + of, keys)
        for (name, keys), of in zip(pairs, chance, strict=True)
    ]


def two_sprites():
    yield f"| swap PSNR (dB) | {cells(RECIPES, 'swap/psnr')} |"
    for name, keys in [*reading("content"), *reading("pose")]:
        yield f"| {name} | {cells(RECIPES, *keys)} |"
    for role in ("pose", "content"):
        spans = " | ".join(positions(runs, role) for runs in RECIPES)
        yield f"| positions from {role}, R² | {spans} |"
    score = "mig/published/score"
    ceiling = mean(RECIPES[0][:1], "mig/published/ceiling", 3)
    found = cells(RECIPES, score, decimals=3)
    yield f"| MIG, 100,000 samples (ceiling {ceiling}) | {found} |"


def comparison():
    error = "position/error/forecast"
    for data, groups in (("two sprites: ", SPRITES), ("digits: ", DIGITS)):
        (run, *_), *_ = groups
        copy = mean([run], "prediction/psnr/copy_last")
        blank = mean([run], "prediction/psnr/blank")
        yield (
            f"| {data}forecast, PSNR over 10 frames (dB) | "
            f"{cells(groups, FORECAST)} | {copy} / {blank} |"
        )
        yield f"| swap PSNR (dB) | {cells(groups[:2], 'swap/psnr')} | no swap |"
        yield (
            f"| judged position error (pixels) | {cells(groups, error)} | "
            f"{mean([run], 'position/error/copy_last')} |"
        )
        name, chance = ("shapes", ".33")
        if groups is DIGITS:
            name, chance = ("digits", ".10")
        factors = [f"{name[:-1]}_{index}" for index in (0, 1)]
        kept = cells(groups, *(f"judged/forecast/{f}" for f in factors))
        copied = cells(
            [[run]], *(f"judged/copy_last/{f}" for f in factors), decimals=3
        )
        yield f"| judged {name} correct (chance {chance}) | {kept} | {copied} |"
    score = cells(SPRITES[:2], "mig/published/score", decimals=3)
    ceiling = mean(SPRITES[0][:1], "mig/published/ceiling", 3)
    yield (
        f"| MIG, 10,000 samples (ceiling {ceiling}) | {score} | "
        "no content code | |"
    )


def digits():
    (run,) = CENTRE
    psnr = [
        mean([run], f"prediction/psnr/{row}")
        for row in ("forecast", "copy_last", "blank", "oracle")
    ]
    bounds = interval(run, "prediction/psnr/forecast")
    yield f"| forecast, PSNR over 10 frames | {psnr[0]} dB {bounds} |"
    yield (
        "| copy-last / blank / true poses (oracle) | "
        f"{' / '.join(psnr[1:])} dB |"
    )
    yield f"drawn truth | {mean([run], 'swap/psnr')} dB |"
    for name, factors in (
        ("digit classes read", ("digit_0", "digit_1")),
        ("who is in front, read", ("front",)),
    ):
        read = of_role("read", "content", *factors)
        leak = of_role("leak", "pose", *factors)
        chance = ", ".join(shown(metrics(run)[k]["chance"]) for k in read)
        yield (
            f"| {name} from content / from pose (chance {chance}) | "
            f"{cells([[run]], *read)} / {cells([[run]], *leak)} |"
        )


def other_models():
    same, cross = (f"independence/sampled_{n}" for n in ("same", "cross"))
    for groups in (FACTORS, ENTANGLED):
        yield f"| {each(groups, same)} / {each(groups, cross)} |"
    elbo = [
        each(groups, "elbo/per_frame", 0) for groups in (FACTORS, ENTANGLED)
    ]
    yield f"(nats) | {' / '.join(elbo)} |"
    best = each(SVG, "prediction/psnr/forecast_best").replace(", ", " / ")
    yield f"(dB) | {each(SVG, FORECAST).replace(', ', ' / ')}; {best} |"
    yield f"one future | {each(ONE_FUTURE, FORECAST).replace(', ', ' / ')} |"
    energy = "bounce/energy/forecast"
    lp, fp, mipae, drnet = (mean(g, energy) for g in SVG + ONE_FUTURE)
    law = mean(SVG[0], "bounce/energy/law")
    yield (
        f"(pixels; the true distribution {law}) | SVG-LP {lp}, SVG-FP {fp}, "
        f"MIPAE {mipae}, DRNET {drnet} |"
    )


def independent_prediction():
    names = {
        "two factors": seeds("two_factors"),
        "entangled": seeds("entangled"),
        "one factor, the generator of two": seeds("twin_same_generator", 2),
    }
    for name, runs in names.items():
        for seed, run in enumerate(runs):
            run = [f"independent_prediction/{run}"]
            same, cross = (
                mean(run, f"independence/sampled_{kind}")
                for kind in ("same", "cross")
            )
            elbo = mean(run, "elbo/per_frame", 1)
            bounds = interval(run[0], "elbo/per_frame", 1)
            read, decimals = "", 2
            if name == "two factors":
                read, decimals = own_and_other(run), 3
            alone = mean(run, "factors/alone", decimals)
            yield (
                f"| {name}, seed {seed} | {same} | {cross} | {elbo} {bounds} |"
                f"{read} | {alone} |"
            )


def own_and_other(run):
    """R² of the positions of each object from its own and the other factor."""
    both = np.array(
        [
            [
                metrics(run[0])[f"factors/read/factor_{f}/object_{o}"]["value"]
                for o in (0, 1)
            ]
            for f in (0, 1)
        ]
    )  # [factors, objects]
    own, other = both.max(axis=0), both.min(axis=0)
    text = [", ".join(map(shown, values)) for values in (own, other)]
    return f" {text[0]} / {text[1]}"


def svg():
    every = SVG + ONE_FUTURE

    def row(groups, key):
        return " | ".join(
            f"{mean(runs, key)} {interval(runs[0], key)}" for runs in groups
        )

    reference = [
        mean(SVG[0], f"prediction/psnr/{name}")
        for name in ("copy_last", "blank")
    ]
    yield f"(dB) | {row(every, FORECAST)} | {' / '.join(reference)} |"
    yield f"| best of 20 | {row(SVG, f'{FORECAST}_best')} | | | |"
    yield f"| worst of 20 | {row(SVG, f'{FORECAST}_worst')} | | | |"
    law, law_mean = (
        mean(SVG[0], f"bounce/energy/{name}") for name in ("law", "law_mean")
    )
    yield (
        f"{row(every, 'bounce/energy/forecast')} | true samples {law}, "
        f"true mean {law_mean} |"
    )
    spread = [
        " / ".join(
            mean(runs, f"bounce/spread_{when}/forecast")
            for when in ("at_wall", "after")
        )
        for runs in SVG
    ]
    after = mean(SVG[0], "bounce/spread_after/law")
    yield (
        f"true distribution {after} after it) | {' | '.join(spread)} | "
        "0 / 0 | 0 / 0 |"
    )


@pytest.mark.parametrize(
    "document, lines",
    [
        ("docs/results.md", digits),
        ("docs/results.md", two_sprites),
        ("docs/results.md", comparison),
        ("docs/results.md", other_models),
        ("docs/models/independent_prediction.md", independent_prediction),
        ("docs/models/svg.md", svg),
    ],
)
def test_tables_match_the_results(document, lines):
    text = (ROOT / document).read_text()
    missing = [line for line in lines() if line not in text]
    assert not missing, f"{document} lacks these lines: {missing}"


@pytest.mark.parametrize(
    "groups, key, factor, stated",
    [
        (SPRITES, FORECAST, 1, "+.01 dB of forecast [−.26, .25]"),
        (SPRITES, "swap/psnr", 1, "+.14 dB of swap [−.45, .80]"),
        (DIGITS, FORECAST, 1, ".04 dB of forecast [.00, .08]"),
        (DIGITS, "swap/psnr", 1, ".07 dB of swap [.05, .09]"),
        (DIGITS, "position/error/forecast", -1, ".08 pixels [.05, .11]"),
    ],
)
def test_differences_match_the_results(groups, key, factor, stated):
    rows = [
        Row(name, tuple(read_run(RESULTS / run) for run in runs))
        for name, runs in zip(("MIPAE", "DRNET"), groups, strict=False)
    ]
    found = paired_difference(key, *rows, draws=2000, seed=0)
    value, *bounds = (
        shown(factor * v) for v in (found.value, *found.interval[::factor])
    )
    words = stated.split()
    assert words[-2].strip("[,") == bounds[0]
    assert words[-1].strip("]") == bounds[1]
    assert value in [word.lstrip("+") for word in words]
    page = (ROOT / "docs" / "results.md").read_text()
    assert stated in " ".join(page.split())


ELBO = "elbo/per_frame"
BEST = f"{FORECAST}_best"
# By config: the runs, and the keys of the scores in its header.
HEADERS = {
    "quickstart": (["quickstart"], FORECAST, "swap/psnr"),
    "mipae_two_sprites": (SPRITES[0], FORECAST, "swap/psnr"),
    "drnet_two_sprites": (SPRITES[1], FORECAST, "swap/psnr"),
    "ae_lstm_two_sprites": (SPRITES[2], FORECAST),
    "mipae_moving_mnist": (CENTRE, FORECAST, "swap/psnr"),
    "drnet_moving_mnist": (DIGITS[1], FORECAST, "swap/psnr"),
    "ae_lstm_moving_mnist": (DIGITS[2], FORECAST),
    "svg_lp_moving_mnist": (SVG[0], FORECAST, BEST),
    "svg_fp_moving_mnist": (SVG[1], FORECAST, BEST),
    "independent_prediction_moving_mnist": (FACTORS[0], ELBO),
    "entangled_moving_mnist": (ENTANGLED[0], ELBO),
    "hierarchical_objects_moving_mnist_on_cifar10": (OBJECTS, FORECAST),
}
UNMEASURED = {
    "ddpae_moving_mnist",
    "mocogan_dsprites_dynamic",
    "mocogan_encoder_two_sprites",
}
WORDS = {FORECAST: "forecast", BEST: "20:", "swap/psnr": "swap", ELBO: "ELBO"}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "configs").glob("*.cfg")), ids=lambda path: path.stem
)
def test_scores_of_configs_match_the_results(path):
    header = path.read_text().partition("\n--")[0].replace("\n#", "")
    if path.stem in UNMEASURED:
        assert "Score: not measured." in header
        return
    runs, *keys = HEADERS[path.stem]
    for key in keys:
        number = mean(runs, key, 1 if key == ELBO else 2)
        number = number.replace("±", "+-").replace("−", "-")
        assert f"{WORDS[key]} {number}" in header


def test_scores_of_longer_runs_match_the_results():
    """Additional scores in three headers."""
    for path, run in (("mipae", RECIPES[0]), ("drnet", RECIPES[1])):
        header = (ROOT / "configs" / f"{path}_two_sprites.cfg").read_text()
        swap = mean(run, "swap/psnr").replace("±", "+-")
        score = mean(run, "mig/published/score", 3).replace("±", "+-")
        assert f"swap {swap} dB, MIG\n# {score} at 100,000" in header
    longer = ["quickstart_5000_steps"]
    header = (ROOT / "configs" / "quickstart.cfg").read_text()
    forecast, swap = mean(longer, FORECAST), mean(longer, "swap/psnr")
    assert f"give {forecast} and {swap} dB" in header
