"""Forecasts against the truth, with trivial baselines and an oracle."""

import functools
from collections.abc import Callable
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from mipae_tf.cli.screen import progress
from mipae_tf.evaluation.entries import absent_entries
from mipae_tf.evaluation.entries import entry_or_reason
from mipae_tf.evaluation.entries import mean_entry
from mipae_tf.evaluation.entries import psnr_entry
from mipae_tf.evaluation.forecast_figures import forecast_figures
from mipae_tf.evaluation.forecast_figures import step_plots
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.needs import missing_need
from mipae_tf.evaluation.options import EvaluationOptions
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.frames.frame_quality import absolute_errors
from mipae_tf.metrics.frames.frame_quality import cross_entropies
from mipae_tf.metrics.frames.frame_quality import squared_errors
from mipae_tf.metrics.frames.frechet import frechet_distance
from mipae_tf.metrics.frames.fvd import VideoEmbedder
from mipae_tf.metrics.frames.lpips import Lpips
from mipae_tf.metrics.frames.samples import best_mean_worst
from mipae_tf.metrics.frames.samples import sample_diversity
from mipae_tf.metrics.frames.ssim import SSIM_CONVENTIONS
from mipae_tf.metrics.result import entry
from mipae_tf.models.true_poses import decode_true_poses

# Clips whose samples are held at once to measure how much they differ.
DIVERSITY_CLIPS = 50
FEWEST_CLIPS = 4
# What the rows of `predictions` need.
ROW_NEEDS = {
    "forecast": Needs(offers=("forecast",)),
    "copy_last": Needs(),
    "blank": Needs(),
    "oracle": Needs(offers=("encode", "decode"), roles=("pose",)),
}


class Measure(NamedTuple):
    """How frames are compared with the truth.

    Attributes:
        score: scores `[clips, time]` of frames and truth, squared errors for a
            PSNR; None where the weights for it are missing.
        better: which values of the metric are better, see `entry`.
        pooling: how the metric follows from scores, see `entry`.
    """

    score: Callable[[np.ndarray, np.ndarray], np.ndarray] | None
    better: str
    pooling: str = "mean"

    @property
    def higher_scores(self) -> bool:
        """Whether higher scores are better; those of a PSNR are errors."""
        return self.better == "higher" and self.pooling != "psnr"


def predictions(subject: Subject) -> dict[str, np.ndarray | None]:
    """Frames of each row, uint8 `[clips, horizon, height, width, channel]`.

    forecast: the model's, the first sample of a stochastic one. copy_last:
    the last frame of the context, repeated. blank: black frames. oracle: the
    true poses of the future, decoded with the content of the context. A row
    whose `ROW_NEEDS` are not met is None.
    """
    last = subject.clips.video[:, subject.context - 1]
    rows = {
        "forecast": subject.forecast,
        "copy_last": lambda: np.repeat(last[:, None], subject.horizon, axis=1),
        "blank": lambda: np.zeros_like(subject.future()),
        "oracle": lambda: decode_true_poses(
            subject.model.latents,
            subject.encode,
            subject.decode,
            subject.clips.video[:, : subject.context + subject.horizon],
            subject.context,
        ),
    }
    return {
        row: None if missing_need(subject, ROW_NEEDS[row]) else predict()
        for row, predict in rows.items()
    }


def compute(subject: Subject) -> Findings:
    """`prediction/MEASURE/ROW`, per step, with pictures.

    MEASURE is psnr, ssim (Gaussian window), ssim_uint8_7x7, ssim_float_range2,
    mse, mae, bce, lpips and fvd; ROW as in `predictions`. For a stochastic
    model `forecast` is the mean over samples, `forecast_best` and
    `forecast_worst` are the best and the worst sample of each clip by that
    measure, and `prediction/diversity/forecast` is how much the samples
    differ.
    """
    measures, rows = _measures(subject.options), subject.once(predictions)
    embed = _embedder(subject.options)
    embed_truth = functools.cache(lambda: embed(subject.future()))
    findings = Findings({})
    for row, frames in rows.items():
        if frames is None:
            reason = missing_need(subject, ROW_NEEDS[row])
            keys = [f"prediction/{name}/{row}" for name in (*measures, "fvd")]
            findings |= Findings(absent_entries(keys, reason))
            continue
        findings |= _scored(subject, row, frames, measures)
        key = f"prediction/fvd/{row}"
        fvd = entry_or_reason(_fvd, key, embed, embed_truth, frames)
        findings |= Findings({key: fvd})
    figures = step_plots(findings.metrics)
    if rows["forecast"] is not None:
        figures |= forecast_figures(subject, rows["forecast"])
    return findings | Findings(_diversity(subject), figures=figures)


GROUP = MetricGroup(
    compute,
    "How close forecasts are to the truth, frame by frame, compared with the "
    "last frame repeated, black frames, and the true poses decoded.",
    keys=("prediction",),
    figures={
        "forecast.gif": "Truth and forecast, side by side.",
        "forecast.png": "Truth and forecast, frame by frame.",
        "samples.gif": "Truth and several futures that the model draws.",
        "psnr.png": "PSNR of each predicted frame, with 95 % intervals.",
        "ssim.png": "SSIM of each predicted frame, with 95 % intervals.",
        "lpips.png": "LPIPS of each predicted frame, with 95 % intervals.",
    },
)


def _measures(options: EvaluationOptions) -> dict[str, Measure]:
    measures = {
        "psnr": Measure(squared_errors, "higher", "psnr"),
        **{k: Measure(f, "higher") for k, f in SSIM_CONVENTIONS.items()},
        "mse": Measure(squared_errors, "lower"),
        "mae": Measure(absolute_errors, "lower"),
        "bce": Measure(cross_entropies, "lower"),
        "lpips": Measure(None, "lower"),
    }
    if options.lpips:
        try:
            lpips = Lpips(weights=options.lpips)
        except ValueError as error:
            raise ValueError(f"--lpips={options.lpips}: {error}") from error
        measures["lpips"] = Measure(lpips, "lower")
    return measures


def _embedder(options: EvaluationOptions) -> VideoEmbedder | None:
    if not options.fvd:
        return None
    try:
        return VideoEmbedder(options.fvd)
    except ValueError as error:
        raise ValueError(f"--fvd={options.fvd}: {error}") from error


def _scored(
    subject: Subject,
    row: str,
    frames: np.ndarray,
    measures: Mapping[str, Measure],
) -> Findings:
    """All measures but FVD of the frames of a row."""
    metrics, per_clip = {}, {}
    for name, scores in _scores(subject, row, frames, measures).items():
        for suffix, values in _of_samples(measures[name], scores).items():
            key = f"prediction/{name}/{row}{suffix}"
            metrics[key] = entry_or_reason(
                _score_entry, measures[name], key, values, subject
            )
            if values is not None and name != "mse":  # psnr has the same
                per_clip[key] = values
    return Findings(metrics, per_clip)


def _scores(
    subject: Subject,
    row: str,
    frames: np.ndarray,
    measures: Mapping[str, Measure],
) -> dict[str, np.ndarray | None]:
    """`[samples, clips, time]` by measure; one sample is held at a time."""
    truth = subject.future()
    several = row == "forecast" and subject.model.stochastic
    count = subject.options.samples if several else 1
    scores = {name: [] for name in measures}
    for sample in progress(range(count), f"scoring {row}", "sample"):
        drawn = frames if sample == 0 else subject.forecast(sample)
        # PSNR and MSE share their squared errors.
        once = functools.cache(lambda f, drawn=drawn: f(drawn, truth))
        for name, (score, *_) in measures.items():
            scores[name].append(once(score) if score else None)
    return {
        name: None if values[0] is None else np.stack(values)
        for name, values in scores.items()
    }  # [samples, clips, time]


def _of_samples(
    measure: Measure, scores: np.ndarray | None
) -> dict[str, np.ndarray | None]:
    """Values `[clips, time]` by suffix of the row."""
    if scores is None:
        return {"": None}
    if len(scores) == 1:
        return {"": scores[0]}
    found = best_mean_worst(scores, measure.higher_scores)
    return {
        "": found["mean"],
        "_best": found["best"],
        "_worst": found["worst"],
    }


def _score_entry(
    measure: Measure, key: str, values: np.ndarray | None, subject: Subject
) -> dict:
    if values is None:
        raise AbsentMetric(
            "LPIPS needs the weights of its backbone: give --lpips=FILE, made "
            "by `python -m mipae_tf.metrics.convert_lpips`."
        )
    write = psnr_entry if measure.pooling == "psnr" else mean_entry
    return write(key, values, subject, better=measure.better)


def _fvd(
    key: str,
    embed: VideoEmbedder | None,
    embed_truth: Callable[[], np.ndarray],
    frames: np.ndarray,
) -> dict:
    """Distance of the predicted frames alone, without their context."""
    if embed is None:
        raise AbsentMetric(
            "FVD needs a video embedder: give --fvd=FOLDER of a SavedModel, "
            "see docs/metrics.md."
        )
    if len(frames) < FEWEST_CLIPS:
        raise AbsentMetric(
            f"FVD needs at least {FEWEST_CLIPS} clips, got {len(frames)}."
        )
    distance = frechet_distance(embed(frames), embed_truth())
    return entry(key, distance, count=len(frames), better="lower")


def _diversity(subject: Subject) -> dict[str, dict]:
    """How much samples differ; nothing for a model with one future."""
    several = Needs(offers=("forecast",), stochastic=True)
    if missing_need(subject, several):
        return {}
    samples = np.stack(
        [
            subject.forecast(sample, clips=DIVERSITY_CLIPS)
            for sample in range(subject.options.samples)
        ]
    )  # [samples, clips, time, height, width, channel]
    key = "prediction/diversity/forecast"
    spread = sample_diversity(samples)
    return {key: mean_entry(key, spread, subject, better="none")}
