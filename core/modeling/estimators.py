"""Estimators that scikit-learn does not bring, and how outputs are read off any."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.pipeline import Pipeline

from core.modeling.encoder import raw_columns
from core.modeling.metrics import Floats
from core.modeling.numbers import Matrix


class RescaledRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """A regressor that was trained on a moved, scaled or logarithmic target.

    The inner estimator is fitted already; this one only turns its numbers back.

    Parameters
    ----------
    estimator : fitted regressor
    offset, scale : float, default=0.0, 1.0
        Its numbers are multiplied by `scale`, then `offset` is added.
    log : bool, default=False
        True when it was trained on log(1 + target).

    Examples
    --------
    >>> from sklearn.dummy import DummyRegressor
    >>> inner = DummyRegressor().fit([[0.0]], [0.5])
    >>> RescaledRegressor(inner, offset=10.0, scale=2.0).predict([[0.0]]).tolist()
    [11.0]
    """

    def __init__(
        self,
        estimator: Any,
        offset: float = 0.0,
        scale: float = 1.0,
        log: bool = False,
    ) -> None:
        self.estimator = estimator
        self.offset = offset
        self.scale = scale
        self.log = log

    def __sklearn_is_fitted__(self) -> bool:
        """Say that nothing is left to fit."""
        return True

    def forward(self, y: Floats) -> Floats:
        """Return the numbers that the inner estimator learns."""
        return ((np.log1p(y) if self.log else y) - self.offset) / self.scale

    def predict(self, X: Matrix) -> Floats:
        """Return numbers in the unit of the target, shape (n_rows,)."""
        inner = np.asarray(self.estimator.predict(X), dtype=np.float64)
        values = inner * self.scale + self.offset
        return np.expm1(values) if self.log else values


class Blend(BaseEstimator):  # type: ignore[misc]
    """A weighted mean of fitted pipelines; raw frames go in.

    Their encoders have one schema; those that share one encoder object encode a frame
    once.

    Parameters
    ----------
    pipelines : list of Pipeline
    weights : list of float
        Positive; they are made to sum to 1.
    n_outputs : int
        Number of classes, or 1 for regression.
    """

    def __init__(
        self, pipelines: list[Pipeline], weights: list[float], n_outputs: int
    ) -> None:
        self.pipelines = pipelines
        self.weights = weights
        self.n_outputs = n_outputs

    def __sklearn_is_fitted__(self) -> bool:
        """Say that nothing is left to fit."""
        return True

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Return probabilities of shape (n_rows, n_outputs)."""
        return self._mean(X)

    def predict(self, X: pd.DataFrame) -> Floats:
        """Return numbers (regression) or class codes, shape (n_rows,)."""
        output = self._mean(X)
        if self.n_outputs == 1:
            return output
        return np.asarray(output.argmax(axis=1), dtype=np.float64)

    def _mean(self, X: pd.DataFrame) -> Floats:
        return self.mean(raw_columns(X, self.pipelines[0][0].schema), len(X))

    def mean(self, raw: Mapping[str, Any], n_rows: int) -> Floats:
        """Return the weighted mean of the outputs for plain columns.

        Parameters
        ----------
        raw : mapping of str to values of shape (n_rows,)
            See `FrameEncoder.encode`.
        n_rows : int
        """
        encoded: dict[int, Matrix] = {}
        outputs = []
        for pipeline, weight in zip(self.pipelines, self.weights, strict=True):
            encoder, estimator = pipeline[0], pipeline[-1]
            if id(encoder) not in encoded:
                encoded[id(encoder)] = encoder.encode(raw, n_rows)
            output = read_output(estimator, encoded[id(encoder)], self.n_outputs)
            outputs.append(weight * output)
        return np.asarray(sum(outputs) / sum(self.weights), dtype=np.float64)


def output_of(
    pipeline: Pipeline | Blend, raw: Mapping[str, Any], n_rows: int, n_outputs: int
) -> Floats:
    """Return what a pipeline puts out for plain columns, see `FrameEncoder.encode`.

    Returns
    -------
    ndarray of shape (n_rows, n_outputs), or (n_rows,) for regression
    """
    if not n_rows:
        return np.empty((0,) if n_outputs == 1 else (0, n_outputs))
    if isinstance(pipeline, Blend):
        return pipeline.mean(raw, n_rows)
    encoder, estimator = pipeline[0], pipeline[-1]
    return read_output(estimator, encoder.encode(raw, n_rows), n_outputs)


def read_output(estimator: Any, X: Matrix, n_outputs: int) -> Floats:
    """Return an estimator's probabilities for all classes, or its numbers.

    Classes that the estimator did not see in training get probability 0.

    Parameters
    ----------
    estimator : fitted estimator
        Trained on class codes 0 … n_outputs - 1, or on numbers.
    X : ndarray of shape (n_rows, n_features_out)
    n_outputs : int
        Number of classes, or 1 for regression.

    Returns
    -------
    ndarray of shape (n_rows, n_outputs), or (n_rows,) for regression

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> estimator = DummyClassifier(strategy="prior").fit([[0], [0]], [0, 2])
    >>> read_output(estimator, np.zeros((1, 1), dtype=np.float32), 3).tolist()
    [[0.5, 0.0, 0.5]]
    """
    if n_outputs == 1:
        return np.asarray(estimator.predict(X), dtype=np.float64).reshape(len(X))
    found = np.asarray(estimator.predict_proba(X), dtype=np.float64)
    if found.shape[1] == n_outputs:
        return found
    output = np.zeros((len(X), n_outputs))
    output[:, np.asarray(estimator.classes_).astype(np.int64)] = found
    return output


def iterations_of(estimator: Any) -> dict[str, int]:
    """Return the setting that repeats as many iterations; empty where none count.

    Examples
    --------
    >>> from sklearn.ensemble import ExtraTreesRegressor
    >>> iterations_of(ExtraTreesRegressor(7).fit([[0.0], [1.0]], [0.0, 1.0]))
    {'iterations': 7}
    """
    inner = estimator
    if isinstance(estimator, RescaledRegressor):
        inner = estimator.estimator
    if hasattr(inner, "booster_"):
        booster = inner.booster_
        n_trees = booster.num_trees() // max(1, booster.num_model_per_iteration())
        return {"iterations": max(1, int(n_trees))}
    if hasattr(inner, "estimators_"):
        return {"iterations": len(inner.estimators_)}
    if hasattr(inner, "passes_"):
        return {"iterations": inner.passes_}
    if hasattr(inner, "loss_curve_"):
        return {"iterations": len(inner.loss_curve_)}
    if hasattr(inner, "_predictors"):
        return {"iterations": max(1, int(inner.n_iter_))}
    return {}
