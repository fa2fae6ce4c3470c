"""What entries of a `metrics.json` of earlier versions do not say."""

# `better` and `pooling` of the metrics whose keys begin like this, the first
# that fits.
EARLIER: dict[str, tuple[str, str]] = {
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
    """`better` and `pooling` of a metric by its key, for such a file alone."""
    begin = next(begin for begin in EARLIER if key.startswith(begin))
    better, pooling = EARLIER[begin]
    return {"better": better, "pooling": pooling}
