"""The error for a metric that is undefined on the given data."""


class AbsentMetric(ValueError):
    """The arrays are valid, but the metric is undefined on them.

    Examples are constant factors, labels that never repeat, and the logarithm
    of an error of exactly zero. The message is written to the metrics file as
    the reason, see `result.absent`. Wrong shapes, dtypes and ranges raise a
    plain `ValueError` instead, because the caller can correct them.
    """
