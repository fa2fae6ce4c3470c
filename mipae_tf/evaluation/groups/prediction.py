"""Forecasts against the truth, and what they must at least beat."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mipae_tf.cli.screen import progress
from mipae_tf.evaluation.absence import lacks
from mipae_tf.evaluation.absence import or_absent
from mipae_tf.evaluation.entries import mean_entry
from mipae_tf.evaluation.entries import psnr_entry
from mipae_tf.evaluation.findings import Findings
from mipae_tf.evaluation.forecast_pictures import forecast_pictures
from mipae_tf.evaluation.forecast_pictures import step_plots
from mipae_tf.evaluation.options import EvaluationOptions
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.frames.frame_quality import absolute_errors
from mipae_tf.metrics.frames.frame_quality import squared_errors
from mipae_tf.metrics.frames.frechet import frechet_distance
from mipae_tf.metrics.frames.fvd import VideoEmbedder
from mipae_tf.metrics.frames.lpips import Lpips
from mipae_tf.metrics.frames.samples import best_mean_worst
from mipae_tf.metrics.frames.samples import sample_diversity
from mipae_tf.metrics.frames.ssim import SSIM_CONVENTIONS
from mipae_tf.metrics.result import absent
from mipae_tf.metrics.result import entry


class Measure(NamedTuple):
    """How frames are compared with the truth.

    Attributes:
        score: scores `[clips, time]` of frames and truth, None where absent;
            squared errors for a PSNR.
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


# Clips whose samples are held at once to measure how far they differ.
DIVERSITY_CLIPS = 50
FEWEST_CLIPS = 4


# What a model must have for a row, see `lacks`.
NEEDS = {
    "forecast": ("forecast",),
    "oracle": ("encode", "decode", "pose"),
}


def predictions(subject: Subject) -> dict[str, np.ndarray | None]:
    """Frames of each row, uint8 `[clips, horizon, height, width, channel]`.

    forecast: the model's, the first sample of a stochastic one. copy_last:
    the last frame of the context, again and again. blank: black frames.
    oracle: the true poses of the future decoded with the content of the
    context. Forecast and oracle are None for a model that lacks what `NEEDS`
    says.
    """
    future = subject.future()
    last = subject.clips.video[:, subject.context - 1]
    unable = why_no_row(subject, "forecast")
    return {
        "forecast": None if unable else subject.forecast(),
        "copy_last": np.repeat(last[:, None], subject.horizon, axis=1),
        "blank": np.zeros_like(future),
        "oracle": _oracle(subject, last),
    }


def measure(subject: Subject) -> Findings:
    """`prediction/MEASURE/ROW`, per step, with pictures.

    MEASURE is psnr, ssim (Gaussian window), ssim_uint8_7x7, ssim_float_range2,
    mse, mae, lpips and fvd; ROW as in `predictions`. Of a stochastic model
    `forecast` is the mean over samples, beside `forecast_best` and
    `forecast_worst` (the best sample of each clip by that measure), and
    `prediction/diversity/forecast` says how far the samples differ.
    """
    measures = _measures(subject.options)
    embed = _embedder(subject.options)
    embed_truth = functools.cache(lambda: embed(subject.future()))
    rows = subject.once(predictions)
    metrics, per_clip = {}, {}
    for row, frames in rows.items():
        if frames is None:
            reason = why_no_row(subject, row)
            for name in (*measures, "fvd"):
                metrics[f"prediction/{name}/{row}"] = absent(reason)
            continue
        for name, scores in _scores(subject, row, frames, measures).items():
            measured = measures[name]
            for suffix, values in _of_samples(measured, scores).items():
                key = f"prediction/{name}/{row}{suffix}"
                metrics[key] = _score_entry(measured, key, values, subject.seed)
                if values is not None and name != "mse":  # psnr has the same
                    per_clip[key] = values
        key = f"prediction/fvd/{row}"
        metrics[key] = or_absent(_fvd, key, embed, embed_truth, frames)
    metrics |= _diversity(subject)
    figures = step_plots(metrics)
    if rows["forecast"] is not None:
        figures |= forecast_pictures(subject, rows)
    return Findings(metrics, per_clip, figures)


def _measures(options: EvaluationOptions) -> dict[str, Measure]:
    measures = {
        "psnr": Measure(squared_errors, "higher", "psnr"),
        **{k: Measure(f, "higher") for k, f in SSIM_CONVENTIONS.items()},
        "mse": Measure(squared_errors, "lower"),
        "mae": Measure(absolute_errors, "lower"),
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


def _scores(
    subject: Subject, row: str, frames: np.ndarray, measures: dict
) -> dict[str, np.ndarray | None]:
    """`[samples, clips, time]` by measure, sample after sample."""
    truth = subject.future()
    several = row == "forecast" and subject.model.stochastic
    count = subject.options.samples if several else 1
    scores = {name: [] for name in measures}
    for sample in progress(range(count), f"scoring {row}", "sample"):
        drawn = frames if sample == 0 else subject.forecast(sample)
        once = functools.cache(lambda f, drawn=drawn: f(drawn, truth))
        for name, (score, *_) in measures.items():
            scores[name].append(once(score) if score else None)
    return {
        name: None if values[0] is None else np.stack(values)
        for name, values in scores.items()
    }  # [samples, clips, time]


def _of_samples(measure: Measure, scores: np.ndarray | None) -> dict:
    """Suffix of the row to values `[clips, time]`."""
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


def _score_entry(measure: Measure, key: str, values, seed: int) -> dict:
    if values is None:
        return absent(
            "LPIPS needs the weights of its backbone: give --lpips=FILE, made "
            "by `python -m mipae_tf.metrics.convert_lpips`."
        )
    write = psnr_entry if measure.pooling == "psnr" else mean_entry
    return or_absent(write, key, values, seed, better=measure.better)


def _fvd(key: str, embed: VideoEmbedder | None, embed_truth, frames) -> dict:
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
    key = "prediction/diversity/forecast"
    if not subject.model.stochastic or why_no_row(subject, "forecast"):
        return {}
    samples = np.stack(
        [
            subject.forecast(sample, clips=DIVERSITY_CLIPS)
            for sample in range(subject.options.samples)
        ]
    )  # [samples, clips, time, height, width, channel]
    spread = sample_diversity(samples)
    return {
        key: or_absent(mean_entry, key, spread, subject.seed, better="none")
    }


def why_no_row(subject: Subject, row: str) -> str | None:
    """Why a model has no frames of a row of `predictions`, if so."""
    return lacks(subject, *NEEDS.get(row, ()))


def _oracle(subject: Subject, last: np.ndarray) -> np.ndarray | None:
    if why_no_row(subject, "oracle"):
        return None
    seen = subject.encode(subject.clips.video[:, : subject.context])
    true = subject.encode(subject.future())
    codes = {
        latent.name: (true if latent.per_frame else seen)[latent.name]
        for latent in subject.model.latents
    }
    return subject.decode(codes, last)
