"""The literature's scores of disentanglement, on blocks and on dimensions."""

from collections.abc import Callable
from collections.abc import Mapping

import numpy as np

from mipae_tf.evaluation.codes import LabelledCodes
from mipae_tf.evaluation.codes import labelled_codes
from mipae_tf.evaluation.entries import absent_entries
from mipae_tf.evaluation.entries import entries_or_reason
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.disentanglement.dci_es import dci_es
from mipae_tf.metrics.disentanglement.infomec import infomec
from mipae_tf.metrics.disentanglement.mi_matrix import InformationMatrix
from mipae_tf.metrics.disentanglement.mi_matrix import mi_matrix
from mipae_tf.metrics.disentanglement.mig_chen import mig_chen
from mipae_tf.metrics.disentanglement.modularity import modularity
from mipae_tf.metrics.disentanglement.sap import sap
from mipae_tf.metrics.disentanglement.scalings import standardised
from mipae_tf.metrics.result import entry
from mipae_tf.visual.heatmap import heatmap

# Frames that are drawn where the builder can draw them.
SAMPLES = 2_000
# For each score: its function, and its number behind each metric's name.
SCORES: Mapping[str, tuple[Callable[..., dict], dict[str, str]]] = {
    "mig_chen": (mig_chen, {"mig_chen": "score"}),
    "modularity": (modularity, {"modularity": "score"}),
    "sap": (sap, {"sap": "score"}),
    "dci_es": (
        dci_es,
        {
            "dci_disentanglement": "disentanglement",
            "dci_completeness": "completeness",
            "dci_informativeness": "informativeness",
            "dci_explicitness": "explicitness",
        },
    ),
    "infomec": (
        infomec,
        {
            "infomec_modularity": "modularity",
            "infomec_compactness": "compactness",
            "infomec_explicitness": "explicitness",
        },
    ),
}


def compute(subject: Subject) -> Findings:
    """`scores/NAME/blocks`, `scores/NAME/dims`, `information/BLOCK/FACTOR`.

    A block is a latent of the model with all its dimensions; under dims every
    dimension is a block. Codes are standardised, of drawn frames or, where the
    data cannot draw them, of one frame of each clip.

    Raises:
        AbsentMetric: no drawn frames and too few clips.
    """
    codes = labelled_codes(subject, SAMPLES)
    factors = {**codes.content, **codes.pose}
    together = standardised(codes.together)
    metrics = {}
    for kind, blocks in (("blocks", codes.blocks), ("dims", None)):
        for score, names in SCORES.values():
            keys = {f"scores/{name}/{kind}": of for name, of in names.items()}
            metrics |= entries_or_reason(
                keys, _entries, score, keys, together, factors, blocks
            )
    return Findings(metrics) | _information(codes, together, factors)


GROUP = MetricGroup(
    compute,
    "Scores of disentanglement from the literature, on latents (blocks) and on "
    "single dimensions (dims), and nats of information.",
    keys=("scores", "information"),
    needs=Needs(offers=("encode",), factors="any"),
    absent_keys=tuple(f"scores/{name}/blocks" for name in SCORES),
    figures={
        "information.png": "Share of each factor's entropy in each latent."
    },
)


def _entries(
    score: Callable[..., dict], keys: Mapping[str, str], *given
) -> dict[str, dict]:
    """Entries of the numbers of a score; `keys` gives each number's name."""
    found = score(*given)
    return {
        key: value
        if isinstance(value := found[name], dict)  # the reason of an absence
        else entry(key, value, count=found["count"], better="higher")
        for key, name in keys.items()
    }


def _information(
    codes: LabelledCodes, together: np.ndarray, factors: Mapping
) -> Findings:
    """Nats of each factor in each latent, as entries and as a picture."""
    try:
        matrix = mi_matrix(together, factors, codes.blocks)
    except AbsentMetric as reason:
        key = f"information/{next(iter(codes.blocks))}/{next(iter(factors))}"
        return Findings(absent_entries([key], reason))
    metrics = {}
    known = matrix.representation.factors
    for block, row in zip(codes.blocks, matrix.information, strict=True):
        for factor, value in zip(known, row, strict=True):
            key = f"information/{block}/{factor}"
            metrics[key] = entry(key, value, count=len(codes), better="none")
            metrics[key]["source"] = codes.source
        for factor, reason in matrix.representation.absent.items():
            metrics |= absent_entries([f"information/{block}/{factor}"], reason)
    return Findings(metrics, figures={"information.png": _picture(matrix)})


def _picture(matrix: InformationMatrix) -> bytes:
    return heatmap(
        matrix.normalised,
        list(matrix.representation.blocks),
        list(matrix.representation.factors),
        "Information about each factor in each latent",
        "I / H",
    )
