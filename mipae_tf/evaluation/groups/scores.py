"""The literature's scores of disentanglement, on blocks and on dimensions."""

from collections.abc import Callable
from collections.abc import Mapping

import numpy as np

from mipae_tf.evaluation.absence import lacks
from mipae_tf.evaluation.codes import FEWEST
from mipae_tf.evaluation.codes import LabelledCodes
from mipae_tf.evaluation.codes import can_draw_static
from mipae_tf.evaluation.codes import clip_codes
from mipae_tf.evaluation.codes import static_codes
from mipae_tf.evaluation.findings import Findings
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
from mipae_tf.metrics.result import absent
from mipae_tf.metrics.result import entry
from mipae_tf.visual.heatmap import heatmap

SAMPLES = 2_000
# Each score, and which of its numbers is a metric by which name.
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


def measure(subject: Subject) -> Findings:
    """`scores/NAME/blocks`, `scores/NAME/dims`, `information/BLOCK/FACTOR`.

    A block is a latent of the model with all its dimensions; under dims every
    dimension is a block. Codes are standardised, of drawn frames or, where the
    data cannot draw them, of one frame of each clip.
    """
    reason = lacks(subject, "encode")
    if reason:
        return Findings({f"scores/{n}/blocks": absent(reason) for n in SCORES})
    codes = (
        static_codes(subject, SAMPLES)
        if can_draw_static(subject)
        else clip_codes(subject)
    )
    factors = {**codes.content, **codes.pose}
    if not factors:
        reason = f"{subject.clips.name} knows no factors."
    elif len(codes) < FEWEST:
        reason = f"{len(codes)} frames are too few; {FEWEST} are needed."
    if reason:
        return Findings({f"scores/{n}/blocks": absent(reason) for n in SCORES})
    together = standardised(codes.together)
    metrics = {}
    for kind, blocks in (("blocks", codes.blocks), ("dims", None)):
        for score, names in SCORES.values():
            metrics |= _entries(score, names, kind, together, factors, blocks)
    return Findings(metrics) | _information(codes, together, factors)


def _entries(score, names, kind, codes, factors, blocks) -> dict[str, dict]:
    keys = {name: f"scores/{name}/{kind}" for name in names}
    try:
        found = score(codes, factors, blocks)
    except AbsentMetric as reason:
        return {key: absent(str(reason)) for key in keys.values()}
    return {
        key: value
        if isinstance(value := found[names[name]], dict)  # its reason
        else entry(key, value, count=found["count"], better="higher")
        for name, key in keys.items()
    }


def _information(
    codes: LabelledCodes, together: np.ndarray, factors: Mapping
) -> Findings:
    """Nats of each factor in each latent, as entries and as a picture."""
    try:
        matrix = mi_matrix(together, factors, codes.blocks)
    except AbsentMetric as reason:
        key = f"information/{next(iter(codes.blocks))}/{next(iter(factors))}"
        return Findings({key: absent(str(reason))})
    metrics = {}
    known = matrix.representation.factors
    for block, row in zip(codes.blocks, matrix.information, strict=True):
        for factor, value in zip(known, row, strict=True):
            key = f"information/{block}/{factor}"
            metrics[key] = entry(key, value, count=len(codes), better="none")
            metrics[key]["source"] = codes.source
        for factor, reason in matrix.representation.absent.items():
            metrics[f"information/{block}/{factor}"] = absent(reason)
    return Findings(metrics, figures={"information.png": _picture(matrix)})


def _picture(matrix: InformationMatrix) -> bytes:
    return heatmap(
        matrix.normalised,
        list(matrix.representation.blocks),
        list(matrix.representation.factors),
        "How much of each factor each latent tells",
        "I / H",
    )
