"""The published mutual information gap of content and pose codes."""

from collections.abc import Callable

import numpy as np

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.checks import check_same_count
from mipae_tf.metrics.checks import checked_codes
from mipae_tf.metrics.checks import label_ids
from mipae_tf.metrics.information.distances import identical_rows
from mipae_tf.metrics.information.entropy import grassberger_entropy
from mipae_tf.metrics.information.ross_mi import ross_ceiling
from mipae_tf.metrics.information.ross_mi import ross_mutual_informations
from mipae_tf.metrics.information.ties import TIED
from mipae_tf.metrics.information.ties import separated
from mipae_tf.metrics.information.ties import tied_share

# An estimate that ties move by more than this part of the entropy is no longer
# one of the information.
MOVED = 0.05


def mig_published(
    content_codes: np.ndarray,
    pose_codes: np.ndarray,
    content_factors: np.ndarray,
    pose_factors: np.ndarray,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, float]:
    """Mutual information gap of MIPAE, arXiv 2011.08614, eq. 8, signed.

    score = ½ [(I(f_c; z_c) - I(f_c; z_p)) / H(f_c)
             + (I(f_p; z_p) - I(f_p; z_c)) / H(f_p)],
    each whole code against the tuple of all factors as one label. I is
    estimated by `ross_mutual_information`, H by `grassberger_entropy`. The
    authors' code takes the absolute gaps, so that a model with content and
    pose exchanged scores high; as in the paper, here it scores below zero.

    The score depends on the number of samples: where most tuples occur once,
    even a perfect code falls short of 1, and leaks hardly show. Compare it
    with `ceiling`, at the same count.

    Args:
      content_codes: z_c, `[samples, dimensions]`.
      pose_codes: z_p, `[samples, dimensions]`.
      content_factors: f_c, discrete, `[samples, factors]` or `[samples]`.
      pose_factors: f_p, discrete, `[samples, factors]` or `[samples]`.
      progress: called with the samples done and all samples of each of the
        two to four searches for neighbours, or up to eight where codes have
        copies.

    Returns:
      `score` and `ceiling`, the score of codes that tell all tuples apart
      without a leak; `i_fc_zc`, `i_fc_zp`, `i_fp_zc`, `i_fp_zp`, `h_fc`,
      `h_fp` in nats; and `count`, the number of samples.

    Raises:
      AbsentMetric: constant factors, factors whose tuples never repeat, or
        codes of so few distinct values that their ties move an information by
        more than 5 % of the entropy. `mig_factorwise` takes such codes.
      ValueError: codes that are not finite, fewer than four samples, or
        shapes that do not match.
    """
    check_same_count(
        content_codes=content_codes,
        pose_codes=pose_codes,
        content_factors=content_factors,
        pose_factors=pose_factors,
    )
    content_codes = checked_codes("content_codes", content_codes)
    pose_codes = checked_codes("pose_codes", pose_codes)
    factors = [
        _checked_factors("content_factors", content_factors),
        _checked_factors("pose_factors", pose_factors),
    ]
    h_fc, h_fp = (grassberger_entropy(labels) for labels in factors)
    ceilings = [ross_ceiling(labels) for labels in factors]
    (i_fc_zc, i_fp_zc), (i_fc_zp, i_fp_zp) = (
        _informations(name, codes, factors, (h_fc, h_fp), progress)
        for name, codes in (
            ("content_codes", content_codes),
            ("pose_codes", pose_codes),
        )
    )
    score = ((i_fc_zc - i_fc_zp) / h_fc + (i_fp_zp - i_fp_zc) / h_fp) / 2
    return {
        "score": score,
        "i_fc_zc": i_fc_zc,
        "i_fc_zp": i_fc_zp,
        "i_fp_zc": i_fp_zc,
        "i_fp_zp": i_fp_zp,
        "h_fc": h_fc,
        "h_fp": h_fp,
        "ceiling": (ceilings[0] / h_fc + ceilings[1] / h_fp) / 2,
        "count": len(content_codes),
    }


def _informations(
    name: str,
    codes: np.ndarray,
    factors: list[np.ndarray],
    entropies: tuple[float, float],
    progress: Callable[[int, int], None] | None,
) -> list[float]:
    """I(f_c; z) and I(f_p; z), checked against the same without ties."""
    found = ross_mutual_informations(codes, factors, progress=progress)
    share = tied_share(codes)
    if share <= TIED:
        return found
    untied = ross_mutual_informations(
        separated(codes), factors, progress=progress
    )
    for factor, entropy, tied, other in zip(
        ("f_c", "f_p"), entropies, found, untied, strict=True
    ):
        if abs(tied - other) > MOVED * entropy:
            distinct = len(identical_rows(codes)[0])
            raise AbsentMetric(
                f"{name} take {distinct} distinct values in {len(codes)} "
                f"samples, {share:.0%} of which have an exact copy. The "
                "published estimator does not allow for ties: it gives "
                f"{tied:.2f} nats of {factor}, and {other:.2f} once the ties "
                "are broken. mig_factorwise breaks them."
            )
    return found


def _checked_factors(name: str, factors: np.ndarray) -> np.ndarray:
    """The factors' tuples as single labels `[samples]`."""
    labels = label_ids(name, factors)
    sizes = np.bincount(labels)
    if len(sizes) == 1:
        raise AbsentMetric(
            f"{name} are constant over all {len(labels)} samples: their "
            "entropy is 0 and no gap can be measured in it."
        )
    if sizes.max() == 1:
        raise AbsentMetric(
            f"{name} form {len(labels)} tuples that all occur once: more "
            "samples are needed to find neighbours of equal factors."
        )
    return labels
