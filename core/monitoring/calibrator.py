"""The chance that belongs to a captured probability, learned on labelled rows."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from core.monitoring.binning import Float

Calibrator = Callable[[Float], Float]

ISOTONIC_FROM = 1_000
N_CALIBRATORS = 20


def bootstrap_calibrators(
    score: Float,
    right: NDArray[np.bool_],
    rng: np.random.Generator,
    *,
    weights: Float | None = None,
    times: int = N_CALIBRATORS,
) -> list[Calibrator]:
    """Fit calibrators to rows drawn with replacement, `times` of them."""
    calibrators = []
    for _ in range(times):
        drawn = rng.integers(0, score.size, score.size)
        if right[drawn].all() or not right[drawn].any():
            drawn = np.arange(score.size)
        chosen = None if weights is None else weights[drawn]
        calibrators.append(fit_calibrator(score[drawn], right[drawn], chosen))
    return calibrators


def fit_calibrator(
    score: Float, right: NDArray[np.bool_], weights: Float | None = None
) -> Calibrator:
    """Learn the chance that belongs to a probability: isotonic from 1,000 rows.

    Parameters
    ----------
    score : ndarray of shape (n_rows,), in [0, 1]
    right : ndarray of bool, shape (n_rows,)
    weights : ndarray of shape (n_rows,), default=None

    Returns
    -------
    callable
        Takes probabilities and returns chances, each of shape (n_rows,).

    Examples
    --------
    >>> score = np.tile([0.2, 0.8], 600)
    >>> fit_calibrator(score, score > 0.5)(np.array([0.2, 0.8])).tolist()
    [0.0, 1.0]
    """
    if score.size >= ISOTONIC_FROM:
        isotonic = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
        isotonic.fit(score, right.astype(float), sample_weight=weights)
        return lambda new: np.asarray(isotonic.predict(new), dtype=np.float64)
    sigmoid = LogisticRegression().fit(
        logit(score)[:, None], right, sample_weight=weights
    )
    return lambda new: np.asarray(sigmoid.predict_proba(logit(new)[:, None])[:, 1])


def logit(p: Float) -> Float:
    """Return the logarithm of the odds, held within those of one in a million."""
    clipped = np.clip(p, 1e-6, 1 - 1e-6)
    odds: Float = np.log(clipped / (1 - clipped))
    return odds
