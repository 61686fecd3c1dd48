"""What a family of models is, and what its fit function is given and gives back."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data import Task
from core.modeling.metrics import Floats
from core.modeling.numbers import Matrix, Style

Params = Mapping[str, Any]


class Interrupted(Exception):  # noqa: N818
    """A fit ended before it had anything to give: time is up, or stop was asked."""


class Watch:
    """Tells a fit whether it should come to its end.

    Parameters
    ----------
    limit_s : float
        Seconds from now after which `due` is true.
    tick : callable, default=None
        Called now and then, at most ten times a second; true means stop at once.
    """

    def __init__(self, limit_s: float, tick: Callable[[], bool] | None = None) -> None:
        self._end = time.monotonic() + limit_s
        self._tick = tick
        self._last = 0.0

    def part(self, share: float) -> "Watch":
        """Return a watch over a share of the time that is left."""
        return Watch(share * self.left_s, self._tick)

    @property
    def left_s(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._end - time.monotonic())

    def due(self) -> bool:
        """Return whether time is up.

        Raises
        ------
        Interrupted
            Stop was asked.
        """
        now = time.monotonic()
        if self._tick is not None and now - self._last > 0.1:
            self._last = now
            if self._tick():
                raise Interrupted
        return now >= self._end


@dataclass(frozen=True, eq=False)
class FitData:
    """Training rows, and validation rows for early stopping.

    Attributes
    ----------
    X, X_valid : ndarray of shape (n_rows, n_features_out), float32
    y, y_valid : ndarray of shape (n_rows,)
        Class codes or numbers.
    task : {"binary", "multiclass", "regression"}
    n_outputs : int
        Number of classes, or 1.
    share : float
        Share of the usual size a model may take: below 1 when several of them are
        averaged.
    quantile : float or None
        The quantile to predict, instead of the mean.
    weight, weight_valid : ndarray of shape (n_rows,) or None
        How much each row counts, 1 on average; None: all alike.
    monotonic : tuple of {-1, 0, 1} or None
        For each feature the direction that predictions must keep.
    """

    X: Matrix
    y: Floats
    X_valid: Matrix
    y_valid: Floats
    task: Task
    n_outputs: int
    share: float = 1.0
    quantile: float | None = None
    weight: Floats | None = None
    weight_valid: Floats | None = None
    monotonic: tuple[int, ...] | None = None

    def watched(self) -> tuple[Matrix, Floats, Floats | None]:
        """Return the rows that tell when to stop, and their weights.

        Validation rows whose class occurs in the training rows; the training rows
        themselves when there are none.
        """
        X, y, weight = self.X_valid, self.y_valid, self.weight_valid
        if self.task != "regression":
            known = np.isin(y, np.unique(self.y))
            X, y = X[known], y[known]
            weight = None if weight is None else weight[known]
        return (X, y, weight) if len(y) else (self.X, self.y, self.weight)


@dataclass(frozen=True)
class Fitted:
    """A fitted estimator and what to say about it."""

    estimator: Any
    note: str = ""


@dataclass(frozen=True)
class Family:
    """A kind of model.

    Attributes
    ----------
    name : str
    title : str
        In a person's words.
    about : str
        One sentence: what it is and when it is good.
    style : {"tree", "linear", "smooth", "hashed", "none"}
        The form of matrix it takes.
    fit : callable
        ``fit(data, params, random_state, watch) -> Fitted``.
    fixed : tuple of dict
        Settings that are tried first, in this order.
    draw : callable or None
        ``draw(rng) -> params``: one more setting; None when there are no others.
    most_rows : int or None
        Above so many training rows it is left out, as too slow to answer.
    weights, monotonic, quantiles : bool
        Whether rows may count differently, predictions can be made to rise or fall
        with a column, and a quantile can be predicted.
    asked_for : bool
        Whether it is trained only when it is named.
    blended : bool
        Whether it may be part of an ensemble: one that holds the training rows
        themselves would keep all of it from leaving in a bundle.
    """

    name: str
    title: str
    about: str
    style: Style
    fit: Callable[[FitData, Params, int, Watch], Fitted]
    fixed: tuple[Params, ...]
    draw: Callable[[np.random.Generator], dict[str, Any]] | None = None
    most_rows: int | None = None
    weights: bool = True
    monotonic: bool = False
    quantiles: bool = False
    asked_for: bool = False
    blended: bool = True
