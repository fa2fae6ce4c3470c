"""Forecasts against the truth, and what they must at least beat."""

import numpy as np

from mipae_tf.evaluation.absence import or_absent
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.frame_quality import bootstrap_interval
from mipae_tf.metrics.frame_quality import pooled_psnr
from mipae_tf.metrics.frame_quality import squared_errors
from mipae_tf.metrics.frame_quality import ssim_gaussian11
from mipae_tf.metrics.result import absent
from mipae_tf.metrics.result import entry

ROWS = ("forecast", "copy_last", "blank", "oracle")


def predictions(subject: Subject) -> dict[str, np.ndarray | None]:
    """Frames of each row, uint8 `[clips, horizon, height, width, channel]`.

    forecast: the model's. copy_last: the last frame of the context, again and
    again. blank: black frames. oracle: the true poses of the future decoded
    with the content of the context, None for a model without pose.
    """
    future = subject.future()
    last = subject.clips.video[:, subject.context - 1]
    return {
        "forecast": subject.forecast(),
        "copy_last": np.repeat(last[:, None], subject.horizon, axis=1),
        "blank": np.zeros_like(future),
        "oracle": _oracle(subject, last),
    }


def prediction_metrics(
    subject: Subject, rows: dict[str, np.ndarray | None]
) -> dict[str, dict]:
    """`prediction/psnr/ROW` and `prediction/ssim/ROW`, per step."""
    truth, found = subject.future(), {}
    for row, frames in rows.items():
        if frames is None:
            reason = f"{type(subject.model).__name__} has no pose latent."
            found[f"prediction/psnr/{row}"] = absent(reason)
            found[f"prediction/ssim/{row}"] = absent(reason)
            continue
        name = f"prediction/psnr/{row}"
        errors = squared_errors(frames, truth)
        found[name] = or_absent(_psnr_entry, name, errors, subject.seed)
        name = f"prediction/ssim/{row}"
        similarity = ssim_gaussian11(frames, truth)
        found[name] = or_absent(_mean_entry, name, similarity, subject.seed)
    return found


def _oracle(subject: Subject, last: np.ndarray) -> np.ndarray | None:
    pose = subject.latent_of("pose")
    if pose is None:
        return None
    seen = subject.encode(subject.clips.video[:, : subject.context])
    true = subject.encode(subject.future())
    return subject.decode({**seen, pose: true[pose]}, last)


def _psnr_entry(name: str, errors: np.ndarray, seed: int) -> dict:
    per_step, mean = pooled_psnr(errors)
    return entry(
        name,
        mean,
        count=len(errors),
        interval=bootstrap_interval(
            lambda draws: pooled_psnr(draws)[1], errors, seed
        ),
        per_step=per_step,
        per_step_interval=[
            bootstrap_interval(
                lambda draws: pooled_psnr(draws)[1], errors[:, [t]], seed
            )
            for t in range(errors.shape[1])
        ],
    )


def _mean_entry(name: str, values: np.ndarray, seed: int) -> dict:
    def mean(draws):
        return draws.mean(axis=(-2, -1))

    return entry(
        name,
        values.mean(),
        count=len(values),
        interval=bootstrap_interval(mean, values, seed),
        per_step=values.mean(axis=0),
        per_step_interval=[
            bootstrap_interval(mean, values[:, [t]], seed)
            for t in range(values.shape[1])
        ],
    )
