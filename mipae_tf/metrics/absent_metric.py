"""The error of a metric that the given data cannot carry."""


class AbsentMetric(ValueError):
    """The arrays are well formed, but the metric has no value on them.

    Constant factors, labels that never repeat, or an error of exactly zero
    under a logarithm leave nothing to report. The message is the reason that
    the metrics file states, see `result.absent`. Wrong shapes, dtypes and
    ranges are plain `ValueError`s instead: those are the caller's to mend.
    """
