"""Linear models whose weights may only push one way."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression, Ridge

from core.modeling.family import Watch
from core.modeling.metrics import Floats

_MOST_STEPS: Final = 2_000
_EXACT: Final = 1e-12


def keep_directions(
    estimator: Any,
    rows: tuple[Floats, Floats, Floats | None],
    signs: Sequence[int],
    watch: Watch,
) -> bool:
    """Fit the weights anew so that each has its sign, where one has not.

    The loss and the penalty stay those of the estimator; only the weights are kept at
    or above zero (at or below, where a column may only lower the prediction), by
    L-BFGS-B (Byrd, Lu, Nocedal & Zhu 1995). Encoded numbers rise with the raw ones, so
    a weight's sign is the direction of its column.

    Parameters
    ----------
    estimator : fitted Ridge, or LogisticRegression of two classes
        Its ``coef_`` and ``intercept_`` are replaced.
    rows : tuple of ndarray
        X of shape (n_rows, n_features), y of shape (n_rows,): numbers or codes 0 and
        1, and how much each row counts, or None.
    signs : sequence of {-1, 0, 1}
        One for each feature.
    watch : Watch

    Returns
    -------
    bool
        Whether the weights are the best ones; False when time was up before. They have
        their signs either way.

    Examples
    --------
    >>> X, y = np.array([[0.0], [1.0], [2.0]]), np.array([2.0, 1.0, 0.0])
    >>> ridge = Ridge().fit(X, y)
    >>> keep_directions(ridge, (X, y, None), [1], Watch(5)), ridge.coef_.tolist()
    (True, [0.0])
    >>> ridge.intercept_
    1.0
    """
    wanted = np.asarray(signs, dtype=np.float64)
    weights = np.ravel(estimator.coef_)
    if (weights * wanted >= 0).all():
        return True
    X, y, counts = rows
    counts = np.ones(len(y)) if counts is None else counts
    loss = _Squares if isinstance(estimator, Ridge) else _Logistic
    problem = loss(X, y, counts, _penalty(estimator))
    bounds = [(0 if sign > 0 else None, 0 if sign < 0 else None) for sign in wanted]
    start = np.append(np.where(weights * wanted < 0, 0.0, weights), problem.start)
    found = minimize(
        problem.value, start, jac=True, method="L-BFGS-B",
        bounds=[*bounds, (None, None)], callback=_Deadline(watch),
        options={"maxiter": _MOST_STEPS, "ftol": _EXACT, "gtol": 1e-8, "maxls": 50},
    )  # fmt: skip
    estimator.coef_ = found.x[:-1].reshape(np.shape(estimator.coef_))
    moved = problem.intercept(found.x)
    estimator.intercept_ = (
        moved if np.ndim(estimator.intercept_) == 0 else np.array([moved])
    )
    return not watch.due()


def _penalty(estimator: Ridge | LogisticRegression) -> float:
    """Return the weight of half the squared length, beside the summed loss."""
    if isinstance(estimator, Ridge):
        return float(estimator.alpha)
    return 1 / float(estimator.C)


class _Deadline:
    """Ends the search when time is up, with what it has."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def __call__(self, intermediate_result: Any) -> None:
        del intermediate_result
        if self._watch.due():
            raise StopIteration


class _Squares:
    """Half the squared errors; the intercept is taken out, as Ridge does it."""

    start: float = 0.0

    def __init__(self, X: Floats, y: Floats, counts: Floats, penalty: float) -> None:
        self._middle = np.average(X, axis=0, weights=counts)
        self._level = float(np.average(y, weights=counts))
        centred = X - self._middle
        self._gram = centred.T @ (counts[:, None] * centred)
        self._gram[np.diag_indices_from(self._gram)] += penalty
        self._pull = centred.T @ (counts * (y - self._level))
        self._unit = 1 / max(float(counts @ (y - self._level) ** 2), _EXACT)

    def value(self, point: Floats) -> tuple[float, Floats]:
        weights = point[:-1]
        pushed = self._gram @ weights
        loss = 0.5 * weights @ pushed - self._pull @ weights
        slope = np.append(pushed - self._pull, 0.0)
        return float(loss * self._unit), slope * self._unit

    def intercept(self, point: Floats) -> float:
        return self._level - float(self._middle @ point[:-1])


class _Logistic:
    """Log loss of two classes."""

    def __init__(self, X: Floats, y: Floats, counts: Floats, penalty: float) -> None:
        self._X, self._y, self._counts, self._penalty = X, y, counts, penalty
        share = float(np.average(y, weights=counts))
        self.start = float(np.log(share / (1 - share)))
        self._unit = 1 / float(counts.sum())

    def value(self, point: Floats) -> tuple[float, Floats]:
        weights, level = point[:-1], point[-1]
        score = self._X @ weights + level
        side = np.where(self._y > 0, -score, score)
        loss = self._counts @ np.logaddexp(0.0, side)
        error = self._counts * (expit(score) - self._y)
        slope = np.append(self._X.T @ error + self._penalty * weights, error.sum())
        loss += 0.5 * self._penalty * weights @ weights
        return float(loss * self._unit), slope * self._unit

    def intercept(self, point: Floats) -> float:
        return float(point[-1])
