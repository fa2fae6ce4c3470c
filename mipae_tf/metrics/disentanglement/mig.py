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
from mipae_tf.metrics.information.ties import MAX_TIED_SHARE
from mipae_tf.metrics.information.ties import break_ties
from mipae_tf.metrics.information.ties import tied_share

# If ties change an estimate by more than this share of the entropy, the
# published score is absent.
MAX_TIE_EFFECT = 0.05


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
    where each code is used as a whole and the tuple of all factors is one
    label. I is estimated by `ross_mutual_information`, H by
    `grassberger_entropy`. The authors' code takes absolute gaps, so that a
    model with swapped content and pose scores high; here, as in the paper, it
    scores below zero.

    The score depends on the number of samples: if most tuples occur once, even
    a perfect code scores below 1, and leaks are hardly visible. Compare it with
    `ceiling` at the same count.

    Args:
      content_codes: z_c, `[samples, dimensions]`.
      pose_codes: z_p, `[samples, dimensions]`.
      content_factors: f_c, discrete, `[samples, factors]` or `[samples]`.
      pose_factors: f_p, discrete, `[samples, factors]` or `[samples]`.
      progress: called during each neighbour search with the number of samples
        done and the total. There are two to four searches, or up to eight for
        codes with ties.

    Returns:
      `score` and `ceiling`, the score of codes that separate all tuples and do
      not leak; `i_fc_zc`, `i_fc_zp`, `i_fp_zc`, `i_fp_zp`, `h_fc`, `h_fp` in
      nats; and `count`, the number of samples.

    Raises:
      AbsentMetric: if factors are constant, their tuples never repeat, or ties
        between codes change an information by more than 5 % of the entropy.
        Use `mig_factorwise` for such codes.
      ValueError: if codes are not finite, there are fewer than four samples,
        or shapes do not match.
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
    """I(f_c; z) and I(f_p; z), compared with the estimates without ties."""
    found = ross_mutual_informations(codes, factors, progress=progress)
    share = tied_share(codes)
    if share <= MAX_TIED_SHARE:
        return found
    untied = ross_mutual_informations(
        break_ties(codes), factors, progress=progress
    )
    for factor, entropy, tied, other in zip(
        ("f_c", "f_p"), entropies, found, untied, strict=True
    ):
        if abs(tied - other) > MAX_TIE_EFFECT * entropy:
            distinct = len(identical_rows(codes)[0])
            raise AbsentMetric(
                f"{name} take {distinct} distinct values in {len(codes)} "
                f"samples, {share:.0%} of which have an exact copy. The "
                "published estimator does not handle ties: it gives "
                f"{tied:.2f} nats for {factor}, but {other:.2f} with ties "
                "broken. Use mig_factorwise, which breaks ties."
            )
    return found


def _checked_factors(name: str, factors: np.ndarray) -> np.ndarray:
    """The tuples of factors as single labels `[samples]`."""
    labels = label_ids(name, factors)
    sizes = np.bincount(labels)
    if len(sizes) == 1:
        raise AbsentMetric(
            f"{name} are constant over all {len(labels)} samples: their "
            "entropy is 0, so the gap is undefined."
        )
    if sizes.max() == 1:
        raise AbsentMetric(
            f"{name} form {len(labels)} tuples that all occur once; use more "
            "samples, so that some tuples repeat."
        )
    return labels
