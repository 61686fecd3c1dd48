"""Numbers about the order of rows: areas under the ROC and precision-recall curves.

Both cost one sort. Their influence values give DeLong's variance for the ROC area
and its analogue for average precision, for one model or for two on the same rows.
"""

import numpy as np

from core.evaluation.measured import Measured
from core.modeling.metrics import Floats


def roc_auc(positive: Floats, score: Floats) -> Measured | None:
    """Chance that a positive row scores above a negative one; ties count half.

    Parameters
    ----------
    positive : ndarray of shape (n_rows,)
        1 for positive rows, else 0.
    score : ndarray of shape (n_rows,)

    Returns
    -------
    Measured or None
        None when one class is absent. The variance of the influence is DeLong's.

    Examples
    --------
    >>> roc_auc(np.array([0, 1, 1]), np.array([0.2, 0.2, 0.9])).value
    0.75
    """
    is_positive = positive == 1
    above, below = np.sort(score[is_positive]), np.sort(score[~is_positive])
    m, n = len(above), len(below)
    if not m or not n:
        return None
    beaten = np.empty(len(score))
    beaten[is_positive] = _placements(score[is_positive], below)
    beaten[~is_positive] = 1 - _placements(score[~is_positive], above)
    value = float(beaten[is_positive].mean())
    return Measured(value, (beaten - value) * (m + n) / np.where(is_positive, m, n))


def macro_roc_auc(y: Floats, output: Floats) -> Measured | None:
    """Mean over the classes of each against the rest; None when one class occurs.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
        Codes.
    output : ndarray of shape (n_rows, n_classes)
        Probabilities.

    Examples
    --------
    >>> macro_roc_auc(np.array([0, 1, 2]), np.eye(3)).value
    1.0
    """
    each = [
        found
        for code in range(output.shape[1])
        if (found := roc_auc((y == code).astype(float), output[:, code]))
    ]
    if not each:
        return None
    return Measured(
        float(np.mean([found.value for found in each])),
        np.mean([found.influence for found in each], axis=0),
    )


def average_precision(positive: Floats, score: Floats) -> Measured | None:
    """Area under the precision-recall curve, as a sum of steps.

    Parameters
    ----------
    positive, score : ndarray of shape (n_rows,)
        As in `roc_auc`.

    Returns
    -------
    Measured or None
        None when no row is positive.

    Examples
    --------
    >>> average_precision(np.array([0.0, 1.0]), np.array([0.2, 0.9])).value
    1.0
    """
    n_rows, prevalence = len(score), float(positive.mean())
    if not prevalence:
        return None
    _, group = np.unique(-score, return_inverse=True)
    hits = np.bincount(group, positive) / n_rows
    flagged = np.cumsum(np.bincount(group) / n_rows)
    precision = np.cumsum(hits) / flagged
    area = float((hits * precision).sum())
    # A row changes its own term, and those of all rows that it is ranked above.
    helps = _sum_from(hits / flagged)[group]
    harms = _sum_from(hits * precision / flagged)[group]
    pull = positive * (precision[group] + helps) - harms - area
    value = area / prevalence
    return Measured(value, (pull - value * (positive - prevalence)) / prevalence)


def _placements(values: Floats, among: Floats) -> Floats:
    """Return the share of `among` (sorted) below each value, ties by half."""
    left = np.searchsorted(among, values, side="left")
    right = np.searchsorted(among, values, side="right")
    return (left + right) / (2 * len(among))


def _sum_from(values: Floats) -> Floats:
    """Return at each position the sum of the values from there on."""
    return np.cumsum(values[::-1])[::-1]
