"""Intervals around predicted numbers, as wide as the row is difficult."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.modeling.conformal import ConformalScores
from core.modeling.encoder import FrameEncoder
from core.modeling.metrics import Floats
from core.modeling.numbers import Matrix


@dataclass(frozen=True, eq=False)
class Difficulty:
    """A small model of how large the error of a row is.

    Attributes
    ----------
    encoder : FrameEncoder
    estimator : fitted regressor
        From the encoded columns and the prediction to the absolute error.
    floor : float
        No row is taken for easier than this.
    """

    encoder: FrameEncoder
    estimator: Any
    floor: float

    def expected(self, raw: Mapping[str, Any], output: Floats) -> Floats:
        """Return the expected absolute error, shape (n_rows,)."""
        X = with_output(self.encoder.encode(raw, len(output)), output)
        found = np.asarray(self.estimator.predict(X), dtype=np.float64)
        return np.maximum(found, self.floor)


@dataclass(frozen=True, eq=False)
class IntervalRule:
    """How wide the intervals around a model's numbers are.

    Attributes
    ----------
    scores : ConformalScores
        Absolute errors on calibration rows; with a difficulty, as multiples of it.
    difficulty : Difficulty or None
        None: every interval is equally wide.
    """

    scores: ConformalScores
    difficulty: Difficulty | None = None

    def half_widths(
        self, raw: Mapping[str, Any], output: Floats, coverage: float
    ) -> Floats:
        """Return the half width of each row's interval, shape (n_rows,).

        Infinite where the calibration rows are too few for the coverage.
        """
        reach = self.scores.quantile(coverage)
        if self.difficulty is None or not np.isfinite(reach) or not len(output):
            return np.full(len(output), reach)
        return reach * self.difficulty.expected(raw, output)


def with_output(X: Matrix, output: Floats) -> Matrix:
    """Return encoded columns with the model's own number behind them."""
    top = float(np.finfo(np.float32).max)
    narrow = np.clip(output, -top, top).astype(np.float32)
    return np.column_stack([X, narrow])
