"""Fields that entries of earlier versions of `metrics.json` lack."""

# `better` and `pooling` by prefix of the key; the first that fits counts.
FIELDS_BY_PREFIX: dict[str, tuple[str, str]] = {
    "prediction/psnr/": ("higher", "psnr"),
    "prediction/ssim": ("higher", "mean"),
    "prediction/diversity/": ("none", "mean"),
    "prediction/": ("lower", "mean"),
    "swap/psnr": ("higher", "psnr"),
    "memory/psnr/": ("none", "psnr"),
    "elbo/per_": ("higher", "mean"),
    "drift/kept/": ("higher", "mean"),
    "judged/swap_h_y_given_x/": ("lower", "none"),
    "judged/": ("higher", "mean"),
    "position/": ("lower", "mean"),
    "bounce/energy/": ("lower", "mean"),
    "read/": ("higher", "none"),
    "leak/": ("lower", "none"),
    "mig/published/score": ("higher", "none"),
    "mig/factorwise/": ("higher", "none"),
    "scores/": ("higher", "none"),
    "independence/gap": ("higher", "none"),
    "factors/held": ("higher", "none"),
    "factors/alone": ("higher", "none"),
    "downstream/": ("higher", "none"),
    "": ("none", "mean"),
}


def of_earlier(key: str) -> dict[str, str]:
    """`better` and `pooling` of a metric in a file that lacks them."""
    begin = next(begin for begin in FIELDS_BY_PREFIX if key.startswith(begin))
    better, pooling = FIELDS_BY_PREFIX[begin]
    return {"better": better, "pooling": pooling}
