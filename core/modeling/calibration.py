"""Calibration: probabilities that mean what they say, when that can be shown.

A calibration is a rising curve for each class, learned from rows that the model was
not fitted on. It never changes the order of two rows of a two-class model.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from core.modeling.metrics import Floats
from core.modeling.rows import Rows, cross_labels

Method = Literal["isotonic", "sigmoid"]

ISOTONIC_FROM: Final = 1_000
N_FOLDS: Final = 5
_FEWEST: Final = 60
_TINY: Final = 1e-6


@dataclass(frozen=True, eq=False)
class Calibration:
    """Curves from a model's probabilities to calibrated ones.

    Attributes
    ----------
    method : {"isotonic", "sigmoid"}
    curves : tuple of (ndarray, ndarray)
        Probability in, probability out, both rising; straight in between. One for
        two classes (of the positive one), else one for each class.
    before, after : float
        Log loss on rows that the curves were not learned from.
    """

    method: Method
    curves: tuple[tuple[Floats, Floats], ...]
    before: float = float("nan")
    after: float = float("nan")

    def apply(self, output: Floats) -> Floats:
        """Return calibrated probabilities, shape (n_rows, n_classes).

        Examples
        --------
        >>> flat = (np.array([0.0, 0.5, 1.0]), np.array([0.0, 0.4, 1.0]))
        >>> Calibration("sigmoid", (flat,)).apply(np.array([[0.5, 0.5]])).tolist()
        [[0.6, 0.4]]
        """
        if output.shape[1] == 2:
            positive = np.interp(output[:, 1], *self.curves[0])
            return np.column_stack([1 - positive, positive])
        moved = np.column_stack(
            [
                np.interp(share, *curve)
                for share, curve in zip(output.T, self.curves, strict=True)
            ]
        )
        moved = np.maximum(moved, _TINY)
        return np.asarray(moved / moved.sum(axis=1, keepdims=True))


def calibrate(
    y: Floats,
    output: Floats,
    *,
    weight: Floats | None = None,
    together: Rows | None = None,
    in_order: bool = False,
    random_state: int = 0,
) -> Calibration | None:
    """Learn the curves that lower the log loss on rows they have not seen.

    Isotonic regression (from 1,000 rows on) and a sigmoid are each learned on four
    fifths of the rows and judged on the fifth, in turn. The better one is kept when
    it lowers the log loss by more than the standard error of the difference.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
        Class codes.
    output : ndarray of shape (n_rows, n_classes)
        Probabilities for rows that the model was not fitted on.
    weight : ndarray of shape (n_rows,), default=None
        How much each row counts.
    together : ndarray of shape (n_rows,), default=None
        Rows with one code are in the same fifth.
    in_order : bool, default=False
        The codes are spans of time: each span but the first is judged by curves that
        were learned from the spans before it.
    random_state : int, default=0

    Returns
    -------
    Calibration or None
        None when the probabilities are as good as they are.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> true = rng.uniform(0.2, 0.8, 3_000)
    >>> y = (rng.random(3_000) < true).astype(float)
    >>> bold = np.where(true > 0.5, 0.5 + true / 2, true / 2)
    >>> found = calibrate(y, np.column_stack([1 - bold, bold]))
    >>> bool(found.after < found.before)
    True
    >>> calibrate(y, np.column_stack([1 - true, true])) is None
    True
    """
    if len(y) < _FEWEST:
        return None
    methods: tuple[Method, ...] = ("sigmoid",)
    if len(y) >= ISOTONIC_FROM:
        methods = ("isotonic", "sigmoid")
    weight = np.ones(len(y)) if weight is None else weight / weight.mean()
    rows = _Rows(y, output, weight)
    fold = cross_labels(len(y), together, N_FOLDS, random_state)
    if in_order and together is not None:
        fold = together
    judged = fold > fold.min() if in_order else np.ones(len(y), dtype=bool)
    if not judged.any():
        return None
    tried = [(_moved(rows, fold, method, in_order), method) for method in methods]
    before = _losses(y, output)[judged]
    losses = [(_losses(y, moved)[judged], method) for moved, method in tried]
    weight = weight[judged] / weight[judged].mean()
    after, method = min(losses, key=lambda item: float(item[0] @ weight))
    gain = float((before - after) @ weight) / len(after)
    error = np.sqrt(((weight * (before - after - gain)) ** 2).sum()) / len(after)
    if gain <= error:
        return None
    means = (float(np.average(loss, weights=weight)) for loss in (before, after))
    return Calibration(method, _learn(rows, method), *means)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Truth, probabilities and weights of the same rows."""

    y: Floats
    output: Floats
    weight: Floats

    def take(self, chosen: Any) -> "_Rows":
        return _Rows(self.y[chosen], self.output[chosen], self.weight[chosen])


def learn_calibration(
    y: Floats,
    output: Floats,
    method: Method,
    *,
    weight: Floats | None = None,
    together: Rows | None = None,
    in_order: bool = False,
) -> tuple[Calibration, Floats]:
    """Learn curves by one method, whether they help or not.

    Parameters
    ----------
    y, output, weight, together, in_order
        As in `calibrate`.
    method : {"isotonic", "sigmoid"}

    Returns
    -------
    calibration : Calibration
        Learned from all the rows.
    moved : ndarray of shape (n_rows, n_classes)
        Each fifth of the rows as curves learned from the other four give it: what to
        judge the method by. In order, each span of time as curves learned from the
        spans before it give it; the first as it was.

    Examples
    --------
    >>> y = np.tile([0.0, 0.0, 0.0, 1.0], 25)
    >>> bold = np.tile([0.5, 0.5, 0.9, 0.9], 25)
    >>> output = np.column_stack([1 - bold, bold])
    >>> found, moved = learn_calibration(y, output, "sigmoid")
    >>> moved.shape, bool(moved[:, 1].mean() < 0.3)
    ((100, 2), True)
    """
    weight = np.ones(len(y)) if weight is None else weight / weight.mean()
    rows = _Rows(y, output, weight)
    in_order = in_order and together is not None and len(np.unique(together)) > 1
    fold = cross_labels(len(y), together, N_FOLDS, 0)
    if in_order and together is not None:
        fold = together
    moved = _moved(rows, fold, method, in_order)
    judged = fold > fold.min() if in_order else np.ones(len(y), dtype=bool)
    losses = (
        float(np.average(_losses(y, each)[judged], weights=weight[judged]))
        for each in (output, moved)
    )
    return Calibration(method, _learn(rows, method), *losses), moved


def _moved(rows: _Rows, fold: Rows, method: Method, in_order: bool = False) -> Floats:
    """Return the rows moved by curves of other folds, or of those before theirs.

    In order, rows of the first fold have none before them and stay as they are.
    """
    after = np.array(rows.output, dtype=np.float64)
    for number in np.unique(fold)[int(in_order) :]:
        inside = fold == number
        curves = _learn(rows.take(fold < number if in_order else ~inside), method)
        after[inside] = Calibration(method, curves).apply(rows.output[inside])
    return after


def _losses(y: Floats, output: Floats) -> Floats:
    share = output[np.arange(len(y)), y.astype(np.int64)]
    return np.asarray(-np.log(np.clip(share, _TINY, 1.0)))


def _learn(rows: _Rows, method: Method) -> tuple[tuple[Floats, Floats], ...]:
    learn = _isotonic if method == "isotonic" else _sigmoid
    y, output = rows.y, rows.output
    classes = range(output.shape[1]) if output.shape[1] > 2 else (1,)
    return tuple(
        learn((y == code).astype(float), output[:, code], rows.weight)
        for code in classes
    )


def _isotonic(is_class: Floats, share: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Centred isotonic regression: steps joined at their middles, so that it rises."""
    level = IsotonicRegression().fit_transform(share, is_class, sample_weight=weight)
    _, step = np.unique(level, return_inverse=True)
    size = np.bincount(step, weight)
    middle = np.bincount(step, weight * share) / size
    found = np.bincount(step, weight * is_class)
    height = np.maximum.accumulate((found + 0.5) / (size + 1))
    height = height * (1 - _TINY) + _TINY * middle  # rises where two steps are equal
    inside = (middle > _TINY) & (middle < 1 - _TINY)
    ends = np.array([height[0] / 2, (1 + height[-1]) / 2])
    return (
        np.concatenate([[0.0], middle[inside], [1.0]]),
        np.concatenate([ends[:1], height[inside], ends[1:]]),
    )


def _sigmoid(is_class: Floats, share: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Platt's sigmoid on the logit, written as a fine curve."""
    grid = 1 / (1 + np.exp(-np.linspace(-13.8, 13.8, 401)))
    if is_class.min() == is_class.max():
        return np.array([0.0, 1.0]), np.array([0.0, 1.0])
    model = LogisticRegression(C=100.0).fit(_logit(share), is_class, weight)
    if model.coef_[0, 0] <= 0:
        return np.array([0.0, 1.0]), np.array([0.0, 1.0])
    return grid, model.predict_proba(_logit(grid))[:, 1]


def _logit(share: Floats) -> Floats:
    clipped = np.clip(share, _TINY, 1 - _TINY)
    return np.asarray(np.log(clipped / (1 - clipped))).reshape(-1, 1)
