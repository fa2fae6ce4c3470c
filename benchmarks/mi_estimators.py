"""Compares estimators of mutual information on data with known information.

python -m benchmarks.mi_estimators --draws=10 --doc=docs/mutual_information.md

Each estimate is appended to `--estimates`, and existing estimates are not
computed again, so that the command can be interrupted and repeated. Remove that
file after changing an estimator. Tables of bias and standard deviation over the
draws are printed as Markdown, followed by one line of JSON; `--doc` replaces
the text between the two markers of a file.
"""

import functools
import json
import pathlib
import time
from collections.abc import Callable
from collections.abc import Iterator

import numpy as np
import tensorflow as tf
from absl import app
from absl import flags
from scipy.optimize import brentq

from mipae_tf.cli.path_flag import define_path
from mipae_tf.cli.screen import say
from mipae_tf.files import write_file
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.information.club import club_upper_bound
from mipae_tf.metrics.information.ksg_mi import ksg_mutual_information
from mipae_tf.metrics.information.mixed_mi import mixed_mutual_information
from mipae_tf.metrics.information.neural_mi import neural_mutual_information
from mipae_tf.metrics.information.ross_mi import ross_mutual_information

DRAWS = flags.DEFINE_integer("draws", 10, "Datasets of each kind.", 1)
SAMPLES = flags.DEFINE_integer("samples", 5000, "Samples of a dataset.", 32)
ESTIMATES = define_path(
    "estimates", "runs/mi_estimators.jsonl", "File of the single estimates."
)
DOC = define_path("doc", None, "Markdown file to write the tables into.")
ONLY = flags.DEFINE_list("only", None, "Estimators to run; all if not given.")

MARKERS = "<!-- mi_estimators: begin -->", "<!-- mi_estimators: end -->"
DIMENSIONS = 1, 5, 20
INFORMATIONS = 0.1, 0.5, 1.0, 2.0, 5.0
DV_TRAINING = "dv, on training pairs"
LABELS = 16, 256, 2500, 10_000
WIDTHS = 0.5, 4.0


def gaussian_pairs(
    information: float, dimensions: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Two Gaussian vectors with pairwise correlated components."""
    square = 1 - np.exp(-2 * information / dimensions)
    first, noise = generator.standard_normal((2, SAMPLES.value, dimensions))
    return first, np.sqrt(square) * first + np.sqrt(1 - square) * noise


def gaussian_classes(
    information: float, dimensions: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Codes and labels: equidistant classes along the first axis.

    Noise has variance 1 on all axes, so that the others have no information.
    """
    classes = 8 if information < np.log(8) else 400
    labels = generator.integers(classes, size=SAMPLES.value)
    codes = generator.standard_normal((SAMPLES.value, dimensions))
    codes[:, 0] += _class_spacing(information, classes) * labels
    return codes, labels


@functools.cache
def _class_spacing(information: float, classes: int) -> float:
    """Distance of neighbouring class means that gives the information."""
    return brentq(
        lambda spacing: class_information(spacing, classes) - information,
        1e-3,
        12,
        xtol=1e-6,
    )


def class_information(spacing: float, classes: int) -> float:
    """I(class; code) in nats for unit Gaussians, by numerical integration."""
    means = spacing * np.arange(classes)
    x = np.arange(-9, means[-1] + 9, 0.05)
    density = sum(np.exp(-np.square(x - mean) / 2) for mean in means)
    density /= classes * np.sqrt(2 * np.pi)
    entropy = -np.trapezoid(density * np.log(density), x)
    return entropy - np.log(2 * np.pi * np.e) / 2


def uniform_codes(
    labels: int, width: float, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Uniform labels, and codes: the label plus U(0, width)."""
    drawn = generator.integers(labels, size=SAMPLES.value)
    noise = width * generator.random(SAMPLES.value)
    return (drawn + noise)[:, None], drawn


def uniform_information(labels: int, width: float) -> float:
    """I in nats of `uniform_codes`, for a width up to 1 or an integer."""
    if width <= 1:
        return np.log(labels)
    overlapping = np.convolve(np.ones(labels), np.ones(int(width)))
    density = overlapping / (labels * width)  # of each unit interval
    return -np.sum(density * np.log(density)) - np.log(width)


def _neural(bound: str) -> Callable:
    return lambda first, second, draw: neural_mutual_information(
        first, second, bound, draw
    )


# From (first, second, draw) to nats, or to a dict with a `value`. For labels,
# `mixed` gets numbers whose steps exceed all distances between codes.
PAIR_ESTIMATORS = {
    "ksg 1": lambda x, y, draw: ksg_mutual_information(x, y, 3, 1),
    "ksg 2": lambda x, y, draw: ksg_mutual_information(x, y, 3, 2),
    "mixed": lambda x, y, draw: mixed_mutual_information(x, y, 3),
    **{
        bound: _neural(bound)
        for bound in ("nwj", "js", "smile", "dv", "infonce", "tuba")
    },
    "club": lambda x, y, draw: club_upper_bound(x, y, draw),
}
LABEL_ESTIMATORS = {
    "ross": lambda x, labels, draw: ross_mutual_information(x, labels),
    "mixed": lambda x, labels, draw: mixed_mutual_information(
        x, 1e4 * labels[:, None], 3
    ),
}
# Kind of data: sampling function, settings, true information, estimators.
KINDS = {
    "pairs": (
        gaussian_pairs,
        [(i, d) for d in DIMENSIONS for i in INFORMATIONS],
        lambda information, dimensions: information,
        PAIR_ESTIMATORS,
    ),
    "classes": (
        gaussian_classes,
        [(i, d) for d in DIMENSIONS for i in INFORMATIONS],
        lambda information, dimensions: information,
        LABEL_ESTIMATORS,
    ),
    "uniform": (
        uniform_codes,
        [(n, w) for w in WIDTHS for n in LABELS],
        uniform_information,
        LABEL_ESTIMATORS,
    ),
}


def jobs() -> Iterator[dict]:
    """Yields all estimates to compute, draw by draw."""
    for draw in range(DRAWS.value):
        for kind, (_, settings, _, estimators) in KINDS.items():
            for setting in settings:
                for name in estimators:
                    if not ONLY.value or name in ONLY.value:
                        yield {
                            "kind": kind,
                            "setting": list(setting),
                            "estimator": name,
                            "draw": draw,
                            "samples": SAMPLES.value,
                        }


def estimate(job: dict) -> dict:
    """Samples the data of a job and estimates; None for an absent value."""
    draw_data, _, _, estimators = KINDS[job["kind"]]
    key = f"{job['kind']} {job['setting']} {job['draw']}".encode()
    data = draw_data(*job["setting"], np.random.default_rng(list(key)))
    try:
        result = estimators[job["estimator"]](*data, job["draw"])
    except AbsentMetric as absence:
        say(f"{job}: {absence}")
        return {"estimate": None}
    if isinstance(result, dict):
        return {
            "estimate": result["value"],
            "training_value": result["training_value"],
        }
    return {"estimate": result}


def run(path: pathlib.Path) -> list[dict]:
    """Computes the missing estimates; returns all of them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known = {}
    if path.exists():
        for line in path.read_text().splitlines():
            found = json.loads(line)
            known[json.dumps(found["job"])] = found
    wanted, start = list(jobs()), time.perf_counter()
    for done, job in enumerate(wanted):
        key = json.dumps(job)
        if key in known:
            continue
        begun = time.perf_counter()
        known[key] = {"job": job, **estimate(job)}
        known[key]["seconds"] = round(time.perf_counter() - begun, 2)
        with path.open("a") as file:
            file.write(json.dumps(known[key]) + "\n")
        say(
            f"{done + 1}/{len(wanted)} {job['kind']} {job['setting']} "
            f"{job['estimator']}: {known[key]['estimate']} "
            f"({known[key]['seconds']} s, {begun - start:.0f} s so far)"
        )
    return [known[json.dumps(job)] for job in wanted]


def summarise(results: list[dict]) -> list[dict]:
    """Bias and standard deviation of each estimator in each setting."""
    groups = {}
    for result in results:
        job = result["job"]
        key = job["kind"], tuple(job["setting"])
        groups.setdefault((*key, job["estimator"]), []).append(result)
        if job["estimator"] == "dv":  # the estimate on training pairs
            result = {**result, "estimate": result["training_value"]}
            groups.setdefault((*key, DV_TRAINING), []).append(result)
    rows = []
    for (kind, setting, estimator), group in groups.items():
        values = [r["estimate"] for r in group if r["estimate"] is not None]
        truth = KINDS[kind][2](*setting)
        rows.append(
            {
                "kind": kind,
                "setting": list(setting),
                "estimator": estimator,
                "truth": float(truth),
                "draws": len(values),
                "bias": float(np.mean(values) - truth) if values else None,
                "sd": float(np.std(values, ddof=1))
                if len(values) > 1
                else None,
                "seconds": float(np.median([r["seconds"] for r in group])),
            }
        )
    return rows


def tables(rows: list[dict]) -> str:
    """The summary as Markdown."""
    cells = {(r["kind"], *r["setting"], r["estimator"]): r for r in rows}
    lines = [
        f"{SAMPLES.value:,} samples, {DRAWS.value} draws; bias ± standard "
        "deviation of one estimate, in nats."
    ]
    for kind, title in (
        ("pairs", "Correlated Gaussian pairs"),
        ("classes", "Gaussian classes in a row, noise on the other axes"),
    ):
        for d in DIMENSIONS:
            lines += ["", f"**{title}, d = {d}**", ""]
            lines += _head(["truth", *(f"{i:g}" for i in INFORMATIONS), "time"])
            for name in (*KINDS[kind][3], DV_TRAINING):
                found = [cells.get((kind, i, d, name)) for i in INFORMATIONS]
                if any(found):
                    seconds = [f"{_seconds(found):.2g} s"]
                    lines.append(_row([name, *map(_cell, found), *seconds]))
            if kind == "pairs":
                excess = [_club_of_truth(i, d) - i for i in INFORMATIONS]
                excess = [f"{e:+,.2f}" for e in excess]
                lines.append(_row(["club, true q", *excess, ""]))
    lines += [
        "",
        "**Labels of equal chance, codes label + U(0, w), d = 1**",
        "",
    ]
    names = [f"{n} labels" for n in LABELS]
    lines += _head(["", *names])
    for width in WIDTHS:
        truths = [f"{uniform_information(n, width):.2f}" for n in LABELS]
        lines.append(_row([f"truth, w = {width:g}", *truths]))
        for name in LABEL_ESTIMATORS:
            found = [cells.get(("uniform", n, width, name)) for n in LABELS]
            if any(found):
                lines.append(
                    _row([f"{name}, w = {width:g}", *map(_cell, found)])
                )
    return "\n".join(lines)


def _club_of_truth(information: float, dimensions: int) -> float:
    return dimensions * np.expm1(2 * information / dimensions)


def _head(names: list[str]) -> list[str]:
    return [_row(names), "|" + "---|" * len(names)]


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(row: dict | None) -> str:
    if row is None:
        return ""
    if row["bias"] is None:
        return "absent"
    spread = "" if row["sd"] is None else f" ± {row['sd']:.2f}"
    # The sum turns -0.0 into 0.0.
    return f"{round(row['bias'], 2) + 0:+.2f}{spread}"


def _seconds(rows: list[dict | None]) -> float:
    return float(np.median([row["seconds"] for row in rows if row]))


def put_into(path: pathlib.Path, text: str) -> None:
    """Replaces the text between the markers of a Markdown file."""
    before, rest = path.read_text().split(MARKERS[0])
    _, after = rest.split(MARKERS[1])
    write_file(path, f"{before}{MARKERS[0]}\n{text}\n{MARKERS[1]}{after}")


def main(_):
    """Computes the estimates, then writes the tables."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    rows = summarise(run(pathlib.Path(ESTIMATES.value)))
    text = tables(rows)
    print(text)
    print(json.dumps({"samples": SAMPLES.value, "rows": rows}))
    if DOC.value:
        put_into(pathlib.Path(DOC.value), text)


if __name__ == "__main__":
    app.run(main)
