"""Decision thresholds: from which probability on a row is called positive."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.modeling.metrics import Floats
from core.modeling.rows import Rows, cross_labels
from core.modeling.scoring import Metric, classes_of

DEFAULT: Final = 0.5
N_FOLDS: Final = 5
_MOST_TRIED: Final = 400
_FEWEST: Final = 40
_UNTUNED: Final = frozenset(("accuracy",))
_TRUTH: Final = np.array([0.0, 0.0, 1.0, 1.0])
_CALLED: Final = np.array([0.0, 1.0, 0.0, 1.0])


def is_tuned(metric: Metric, output: Floats) -> bool:
    """Return whether a threshold is tuned: two classes, and a metric of labels.

    Accuracy keeps 0.5: no other threshold is better for probabilities that are true.
    """
    two = output.ndim == 2 and output.shape[1] == 2
    return two and not metric.needs_probability and metric.name not in _UNTUNED


def tune_threshold(
    metric: Metric, y: Floats, output: Floats, weight: Floats | None = None
) -> float:
    """Return the threshold with the best score on these rows.

    Between two probabilities the middle is taken; of equal scores the one nearest
    to 0.5. Metrics of probabilities, more than two classes and fewer than 40 rows
    leave it at 0.5.

    Parameters
    ----------
    metric : Metric
    y : ndarray of shape (n_rows,)
        Class codes.
    output : ndarray of shape (n_rows, n_classes)
        Probabilities for rows that the model was not fitted on.
    weight : ndarray of shape (n_rows,), default=None

    Examples
    --------
    >>> from core.modeling.scoring import METRICS
    >>> share = np.array([0.1] * 30 + [0.2, 0.3] * 10)
    >>> y = (share > 0.15).astype(float)
    >>> output = np.column_stack([1 - share, share])
    >>> round(tune_threshold(METRICS["f1"], y, output), 3)
    0.15
    """
    if not is_tuned(metric, output) or len(y) < _FEWEST:
        return DEFAULT
    share, positive = output[:, 1], y == 1
    found = np.unique(share)
    if len(found) > _MOST_TRIED:
        found = np.unique(np.quantile(found, np.linspace(0, 1, _MOST_TRIED)))
    tried = np.unique([*(found[1:] + found[:-1]) / 2, DEFAULT])
    weight = np.ones(len(y)) if weight is None else weight
    below = _weight_below(share, weight, tried)
    missed = _weight_below(share[positive], weight[positive], tried)
    n_positive, n_rows = weight[positive].sum(), weight.sum()
    counts = np.column_stack(
        [
            below - missed,
            n_rows - n_positive - (below - missed),
            missed,
            n_positive - missed,
        ]
    ).astype(np.float64)
    gains = [
        metric.gain(metric.function(_TRUTH, _CALLED, count), 0.0) for count in counts
    ]
    best = max(
        range(len(tried)), key=lambda i: (round(gains[i], 12), -abs(tried[i] - DEFAULT))
    )
    return float(tried[best])


def _weight_below(share: Floats, weight: Floats, tried: Floats) -> Floats:
    """Return the weight of the rows below each threshold."""
    order = np.argsort(share, kind="stable")
    total = np.concatenate([[0.0], np.cumsum(weight[order])])
    return np.asarray(total[np.searchsorted(share[order], tried)])


def decided(
    metric: Metric,
    y: Floats,
    output: Floats,
    *,
    weight: Floats | None = None,
    together: Rows | None = None,
    random_state: int = 0,
) -> Floats:
    """Return decisions by thresholds that were tuned on other rows.

    Each fifth of the rows is decided by the threshold that is best on the other four;
    a score of these decisions is not flattered by the tuning. Rows with one code in
    `together` are in the same fifth.

    Returns
    -------
    ndarray of shape (n_rows, 2)
        1 for the class decided for, 0 for the other; the output itself when no
        threshold is tuned for this metric.
    """
    if not is_tuned(metric, output):
        return output
    fold = cross_labels(len(y), together, N_FOLDS, random_state)
    called: NDArray[np.int64] = np.empty(len(y), dtype=np.int64)
    for number in range(N_FOLDS):
        inside = fold == number
        other = None if weight is None else weight[~inside]
        threshold = tune_threshold(metric, y[~inside], output[~inside], other)
        called[inside] = classes_of(output[inside], threshold)
    return np.eye(2)[called]
