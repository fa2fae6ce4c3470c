"""Metrics: functions from arrays to numbers, one metric per file.

`information`: entropy and mutual information, by nearest neighbours or by
critics on held-out pairs, and the exact neighbour searches they need.

`disentanglement`: scores of a representation, such as MIG, SAP, DCI and
InfoMEC, and the tools they share.

`probes`: small predictors of factors from codes.

`frames`: similarity of frames and videos, and scores of samples.

A metric without a value raises `AbsentMetric` with the reason. `result` makes
the entries of the metrics file.
"""
