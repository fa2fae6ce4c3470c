"""Functions from arrays to numbers; each file is one metric, or its tools.

Information: entropy, ross_mi (code and labels), ksg_mi (two codes), mixed_mi
(either), neural_mi and club (critics on held-out pairs), independence; on exact
neighbours from neighbours, joint_neighbours, line_neighbours and distances.

Disentanglement: mig (published), mig_factorwise, mig_chen, modularity, sap,
dci, dci_es, infomec, on a representation of blocks; mi_matrix, scalings,
forests.

Reading: probes, label_curve, ratios, judgement.

Frames: frame_quality, ssim, samples, lpips, frechet and fvd, nearest; places:
energy_score.

A metric that has no value raises AbsentMetric with the reason; result makes
entries of the metrics file.
"""
