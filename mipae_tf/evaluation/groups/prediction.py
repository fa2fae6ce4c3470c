"""Forecasts against the truth, and what they must at least beat."""

import functools
from collections.abc import Callable

import numpy as np

from mipae_tf.cli.screen import progress
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

Measure = Callable[[np.ndarray, np.ndarray], np.ndarray]

# Clips whose samples are held at once to measure how far they differ.
DIVERSITY_CLIPS = 50
FEWEST_CLIPS = 4


def predictions(subject: Subject) -> dict[str, np.ndarray | None]:
    """Frames of each row, uint8 `[clips, horizon, height, width, channel]`.

    forecast: the model's, the first sample of a stochastic one. copy_last:
    the last frame of the context, again and again. blank: black frames.
    oracle: the true poses of the future decoded with the content of the
    context, None for a model without pose.
    """
    future = subject.future()
    last = subject.clips.video[:, subject.context - 1]
    return {
        "forecast": subject.forecast(),
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
            reason = f"{subject.model_name} has no pose latent."
            for name in (*measures, "fvd"):
                metrics[f"prediction/{name}/{row}"] = absent(reason)
            continue
        for name, scores in _scores(subject, row, frames, measures).items():
            for suffix, values in _of_samples(name, scores).items():
                key = f"prediction/{name}/{row}{suffix}"
                metrics[key] = _score_entry(name, key, values, subject.seed)
                if values is not None and name != "mse":  # psnr has the same
                    per_clip[key] = values
        key = f"prediction/fvd/{row}"
        metrics[key] = or_absent(_fvd, key, embed, embed_truth, frames)
    metrics |= _diversity(subject)
    figures = forecast_pictures(subject, rows) | step_plots(metrics)
    return Findings(metrics, per_clip, figures)


def _measures(options: EvaluationOptions) -> dict[str, Measure | None]:
    """Scores `[clips, time]` of frames and truth, None where absent."""
    measures = {
        "psnr": squared_errors,
        **SSIM_CONVENTIONS,
        "mse": squared_errors,
        "mae": absolute_errors,
        "lpips": None,
    }
    if options.lpips:
        try:
            measures["lpips"] = Lpips(weights=options.lpips)
        except ValueError as error:
            raise ValueError(f"--lpips={options.lpips}: {error}") from error
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
        for name, function in measures.items():
            scores[name].append(once(function) if function else None)
    return {
        name: None if values[0] is None else np.stack(values)
        for name, values in scores.items()
    }  # [samples, clips, time]


def _of_samples(name: str, scores: np.ndarray | None) -> dict:
    """Suffix of the row to values `[clips, time]`."""
    if scores is None:
        return {"": None}
    if len(scores) == 1:
        return {"": scores[0]}
    found = best_mean_worst(scores, higher_is_better=name.startswith("ssim"))
    return {
        "": found["mean"],
        "_best": found["best"],
        "_worst": found["worst"],
    }


def _score_entry(name: str, key: str, values, seed: int) -> dict:
    if values is None:
        return absent(
            "LPIPS needs the weights of its backbone: give --lpips=FILE, made "
            "by `python -m mipae_tf.metrics.convert_lpips`."
        )
    write = psnr_entry if name == "psnr" else mean_entry
    return or_absent(write, key, values, seed)


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
    return entry(key, distance, count=len(frames))


def _diversity(subject: Subject) -> dict[str, dict]:
    key = "prediction/diversity/forecast"
    if not subject.model.stochastic:
        return {}
    samples = np.stack(
        [
            subject.forecast(sample, clips=DIVERSITY_CLIPS)
            for sample in range(subject.options.samples)
        ]
    )  # [samples, clips, time, height, width, channel]
    spread = sample_diversity(samples)
    return {key: or_absent(mean_entry, key, spread, subject.seed)}


def _oracle(subject: Subject, last: np.ndarray) -> np.ndarray | None:
    if subject.latent_of("pose") is None:
        return None
    seen = subject.encode(subject.clips.video[:, : subject.context])
    true = subject.encode(subject.future())
    codes = {
        latent.name: (true if latent.per_frame else seen)[latent.name]
        for latent in subject.model.latents
    }
    return subject.decode(codes, last)
