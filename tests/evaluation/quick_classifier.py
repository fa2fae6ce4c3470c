"""A stand-in for the classifiers of the group `classification`."""

import numpy as np


def nearest(codes, labels, subsets, test_codes, head, **kwargs):
    """The class of the nearest labelled code; nothing is compiled."""
    gaps = np.linalg.norm(test_codes[:, None] - codes, axis=-1)
    return np.stack([labels[s][gaps[:, s].argmin(axis=1)] for s in subsets])
