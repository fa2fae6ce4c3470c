"""All groups of metrics, in the order in which they are measured."""

from mipae_tf.evaluation.groups import bounces
from mipae_tf.evaluation.groups import classification
from mipae_tf.evaluation.groups import downstream
from mipae_tf.evaluation.groups import drift
from mipae_tf.evaluation.groups import evidence
from mipae_tf.evaluation.groups import factors
from mipae_tf.evaluation.groups import generated
from mipae_tf.evaluation.groups import independence
from mipae_tf.evaluation.groups import judged
from mipae_tf.evaluation.groups import layers
from mipae_tf.evaluation.groups import leak
from mipae_tf.evaluation.groups import memory
from mipae_tf.evaluation.groups import mig
from mipae_tf.evaluation.groups import objects
from mipae_tf.evaluation.groups import prediction
from mipae_tf.evaluation.groups import scores
from mipae_tf.evaluation.groups import swap
from mipae_tf.evaluation.groups import traversal
from mipae_tf.evaluation.metric_group import MetricGroup

GROUPS: dict[str, MetricGroup] = {
    "prediction": prediction.GROUP,
    "evidence": evidence.GROUP,
    "swap": swap.GROUP,
    "leak": leak.GROUP,
    "mig": mig.GROUP,
    "scores": scores.GROUP,
    "judged": judged.GROUP,
    "generated": generated.GROUP,
    "independence": independence.GROUP,
    "factors": factors.GROUP,
    "objects": objects.GROUP,
    "layers": layers.GROUP,
    "bounces": bounces.GROUP,
    "drift": drift.GROUP,
    "memory": memory.GROUP,
    "downstream": downstream.GROUP,
    "classification": classification.GROUP,
    "traversal": traversal.GROUP,
}
