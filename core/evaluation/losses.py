"""Numbers that average something over the rows: losses and errors."""

import numpy as np

from core.evaluation.measured import Measured
from core.modeling.metrics import Floats

_TINY = 1e-15


def mean(values: Floats) -> Measured:
    """Mean of a number per row.

    Examples
    --------
    >>> mean(np.array([1.0, 3.0])).value
    2.0
    """
    centre = float(values.mean())
    return Measured(centre, values - centre)


def log_losses(y: Floats, output: Floats) -> Floats:
    """Negative log probability of each row's true class, shape (n_rows,).

    Examples
    --------
    >>> log_losses(np.array([1.0]), np.array([[0.5, 0.5]])).round(3).tolist()
    [0.693]
    """
    share = output[np.arange(len(y)), y.astype(np.int64)]
    share = share / np.maximum(output.sum(axis=1), _TINY)
    losses: Floats = -np.log(np.clip(share, _TINY, 1.0))
    return losses


def brier_losses(y: Floats, output: Floats) -> Floats:
    """Squared distance of each row's probabilities from the truth, shape (n_rows,).

    Of two classes the positive one counts; of more, all of them are summed.

    Examples
    --------
    >>> brier_losses(np.array([1.0]), np.array([[0.5, 0.5]])).tolist()
    [0.25]
    """
    truth = output[np.arange(len(y)), y.astype(np.int64)]
    summed: Floats = (output**2).sum(axis=1) - 2 * truth + 1
    return (output[:, 1] - y) ** 2 if output.shape[1] == 2 else summed


def root_mean_square(error: Floats) -> Measured:
    """Root of the mean squared error.

    Examples
    --------
    >>> root_mean_square(np.array([3.0, -3.0])).value
    3.0
    """
    squared = mean(error**2)
    root = squared.value**0.5
    return Measured(root, squared.influence / (2 * root) if root else squared.influence)


def r2(y: Floats, error: Floats) -> Measured | None:
    """Share of the target's variance that is explained; None when it has none.

    Examples
    --------
    >>> r2(np.array([1.0, 2.0, 3.0]), np.array([0.0, 0.0, 0.0])).value
    1.0
    """
    deviation = (y - y.mean()) ** 2
    variance = float(deviation.mean())
    if not variance:
        return None
    left = float((error**2).mean()) / variance
    return Measured(1 - left, (left * deviation - error**2) / variance)


def median(values: Floats) -> Measured:
    """Median of a number per row; its influence needs the density around it.

    Examples
    --------
    >>> median(np.array([1.0, 2.0, 9.0])).value
    2.0
    """
    centre = float(np.median(values))
    reach = min(0.5, len(values) ** -0.2 / 2)
    low, high = np.quantile(values, [0.5 - reach, 0.5 + reach])
    width = (high - low) / (2 * reach)  # one over the density at the median
    return Measured(centre, width * ((values > centre) * 0.5 - (values < centre) * 0.5))
