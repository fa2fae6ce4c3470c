"""Mutual-information bounds: the critic's loss and the encoder's penalty.

A critic C scores pairs of pose codes. Joint pairs come from one clip, marginal
pairs from two. Every bound below is a pair of functions of these scores: the
loss that the critic minimises, and the estimate of the mutual information (in
nats) that the encoder minimises as a penalty.

| bound   | the critic minimises             | the encoder minimises           |
|---------|----------------------------------|---------------------------------|
| js      | E_J sp(-C) + E_M sp(C)           | 1 + E_J C - E_M exp C           |
| nwj     | -(E_J C - E_M exp(C - 1))        | E_J C - E_M exp(C - 1)          |
| dv      | -(E_J C - log E_M exp C)         | E_J C - log E_M exp C           |
| smile   | E_J sp(-C) + E_M sp(C)           | E_J C - log E_M exp clip(C, t)  |
| infonce | -E_J [C - log mean_j exp C_ij]   | E_J [C - log mean_j exp C_ij]   |
| tuba    | -(1 + E_J[C - a] - E_M exp(C-a)) | 1 + E_J[C - a] - E_M exp(C - a) |

J: joint pairs, M: marginal pairs, sp(u) = log(1 + e^u), a: a learned
log-baseline of the second pose of the pair.

`js` is the published objective of MIPAE (arXiv 2011.08614; equation 5 of the
poster omits the logarithms of the critic's objective). The JS objective is
optimal at C = log p(joint)/p(marginal). Inserting f = C + 1 into the NWJ bound
E_J f - E_M exp(f - 1) gives the penalty in the table, which at the optimum is
the mutual information itself. SMILE (Song and Ermon, 2020) trains on unclamped
scores and clamps only those of the marginal term. The MIPAE code clamps all
scores, also in the critic's loss; `smile_all` does the same.
"""

import dataclasses
from collections.abc import Callable

import tensorflow as tf

# exp(20) is 5e8: far above any density ratio that a batch can represent, and
# small enough that its sum, squared by Adam, does not overflow float32.
MAX_LOGIT = 20.0
SMILE_CLAMP = 5.0


@dataclasses.dataclass(frozen=True)
class Bound:
    """One row of the table above.

    Attributes:
        critic_loss: `(joint [pairs], marginal [pairs] or [pairs, pairs]) ->
            scalar` that the critic minimises.
        penalty: same arguments, the estimate in nats that the encoder
            minimises.
        all_pairs: whether `marginal` is the matrix of all pairs of the batch,
            `[pairs, pairs]` with the joint scores on its diagonal, instead of
            one marginal pair for each joint pair.
        baseline: whether the scores already include a learned log-baseline
            (`networks.BaselinedCritic`).
    """

    critic_loss: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
    penalty: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
    all_pairs: bool = False
    baseline: bool = False


def js_critic_loss(joint: tf.Tensor, marginal: tf.Tensor) -> tf.Tensor:
    """Binary cross-entropy of joint against marginal pairs, in nats."""
    return tf.reduce_mean(tf.nn.softplus(-joint)) + tf.reduce_mean(
        tf.nn.softplus(marginal)
    )


def nwj_at_plus_one(joint: tf.Tensor, marginal: tf.Tensor) -> tf.Tensor:
    """NWJ bound at f = C + 1, for critics that estimate a log-ratio."""
    return 1.0 + tf.reduce_mean(joint) - tf.reduce_mean(_exp(marginal))


def nwj(joint: tf.Tensor, marginal: tf.Tensor) -> tf.Tensor:
    """NWJ bound at f = C (Nguyen, Wainwright and Jordan, 2010)."""
    return tf.reduce_mean(joint) - tf.reduce_mean(_exp(marginal - 1.0))


def donsker_varadhan(joint: tf.Tensor, marginal: tf.Tensor) -> tf.Tensor:
    """E_J C - log E_M exp C."""
    return tf.reduce_mean(joint) - _log_mean_exp(marginal)


def smile(joint: tf.Tensor, marginal: tf.Tensor) -> tf.Tensor:
    """Donsker-Varadhan with clamped scores in the partition term."""
    return donsker_varadhan(joint, _clamp(marginal))


def infonce(joint: tf.Tensor, all_pairs: tf.Tensor) -> tf.Tensor:
    """InfoNCE; at most the logarithm of the number of pairs."""
    log_mean = _log_mean_exp(all_pairs, axis=1)  # [pairs]
    return tf.reduce_mean(joint - log_mean)


def _negated(bound: Callable) -> Callable:
    return lambda joint, marginal: -bound(joint, marginal)


def _on_clamped(function: Callable) -> Callable:
    return lambda joint, marginal: function(_clamp(joint), _clamp(marginal))


def _clamp(scores: tf.Tensor) -> tf.Tensor:
    return tf.clip_by_value(scores, -SMILE_CLAMP, SMILE_CLAMP)


def _exp(scores: tf.Tensor) -> tf.Tensor:
    return tf.exp(tf.minimum(scores, MAX_LOGIT))


def _log_mean_exp(scores: tf.Tensor, axis: int | None = None) -> tf.Tensor:
    count = tf.size(scores) if axis is None else tf.shape(scores)[axis]
    log_count = tf.math.log(tf.cast(count, scores.dtype))
    return tf.reduce_logsumexp(scores, axis=axis) - log_count


BOUNDS: dict[str, Bound] = {
    "js": Bound(js_critic_loss, nwj_at_plus_one),
    "nwj": Bound(_negated(nwj), nwj),
    "dv": Bound(_negated(donsker_varadhan), donsker_varadhan),
    "smile": Bound(js_critic_loss, smile),
    "smile_all": Bound(
        _on_clamped(js_critic_loss), _on_clamped(donsker_varadhan)
    ),
    "infonce": Bound(_negated(infonce), infonce, all_pairs=True),
    "tuba": Bound(_negated(nwj_at_plus_one), nwj_at_plus_one, baseline=True),
}
