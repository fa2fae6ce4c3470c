"""Run folders with metrics that follow from given per-clip values."""

import json

import numpy as np

from mipae_tf.metrics.frames.frame_quality import pooled_psnr

PSNR = "prediction/psnr/forecast"
SSIM = "prediction/ssim/forecast"
ODD = "sharpness/ratio"  # a PSNR by its entry, not by its key
POOLED = (PSNR, ODD)
PROTOCOL = {
    "model": "mipae",
    "protocol": "default",
    "dataset": "moving_dsprites/quickstart",
    "dataset_fingerprint": "0f",
    "clips": 40,
    "split": "test",
    "context": 5,
    "horizon": 3,
    "seed": 0,
    "mig_samples": 100,
    "versions": {"mipae_tf": "0.1.0"},
}


def errors(seed, level=0.01, clips=40, steps=3):
    """Squared errors [clips, steps] around a level."""
    rng = np.random.default_rng(seed)
    return level * rng.uniform(0.5, 1.5, (clips, steps))


def entry(key, values):
    """The entry of `metrics.json` that follows from per-clip values."""
    per_step, pooled = values.mean(axis=0), key in POOLED
    if pooled:
        per_step, _ = pooled_psnr(values)
    return {
        "value": float(per_step.mean()),
        "count": len(values),
        "per_step": per_step.tolist(),
        "better": "higher",
        "pooling": "psnr" if pooled else "mean",
    }


def flat(value, steps=3):
    return {
        "value": value,
        "count": 40,
        "per_step": [value] * steps,
        "better": "higher",
        "pooling": "psnr",
    }


def write_run(
    path,
    seed=0,
    per_clip=None,
    entries=None,
    config=None,
    saved=True,
    training=None,
    **protocol,
):
    """Writes a run; `config` overrides hyper-parameters of `config.json`.

    `training` is its wall time in seconds.
    """
    path.mkdir(parents=True)
    per_clip = {} if per_clip is None else per_clip
    model = protocol.get("model", "mipae")
    if config is not None:
        settings = {
            "model": model,
            "protocol": "default",
            "config": config,
            "dataset": PROTOCOL["dataset"],
            "frame_shape": [64, 64, 3],
            "seed": seed,
            "train_clips": None,
            "data_dir": str(path),
            "manual_dir": None,
        }
        (path / "config.json").write_text(json.dumps(settings))
    metrics = {
        "prediction/psnr/copy_last": flat(15.0),
        "prediction/psnr/blank": flat(16.0),
        **{key: entry(key, values) for key, values in per_clip.items()},
        **(entries or {}),
        "protocol": {**PROTOCOL, "run_seed": seed, **protocol},
    }
    if training is not None:
        metrics["training"] = {
            "wall_seconds": training,
            "cpu_seconds": 2.0 * training,
            "steps": 5000,
            "lives": 1,
            "device": "a processor, 2 cores",
            "stages": {},
        }
    (path / "metrics.json").write_text(json.dumps(metrics))
    if per_clip and saved:
        np.savez(path / "per_clip.npz", **per_clip)
    return path


def write_unfinished(path, seed=0, config=None):
    """A run that has a configuration and no metrics."""
    write_run(path, seed, config=config or {})
    (path / "metrics.json").unlink()
    return path
