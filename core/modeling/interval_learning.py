"""Learning how wide the intervals around predicted numbers have to be."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from core.data import Schema
from core.modeling.conformal import ConformalScores
from core.modeling.encoder import FrameEncoder, raw_columns
from core.modeling.families import FAMILIES, UNAVAILABLE
from core.modeling.family import FitData, Watch
from core.modeling.metrics import Floats
from core.modeling.prediction_intervals import Difficulty, IntervalRule, with_output
from core.modeling.rows import Rows

FEWEST_ROWS: Final = 300
"""From so many calibration rows on, widths may follow the row."""
_MOST_LEARNED: Final = 2_000
_GAIN: Final = 0.97
"""Widths that follow the row must score this much better than equal ones."""
_FLOOR: Final = 0.1
_SETTINGS: Final = {
    "lightgbm": {
        "iterations": 60, "learning_rate": 0.08, "num_leaves": 7,
        "min_child_samples": 20,
    },
    "histogram_boosting": {
        "iterations": 60, "learning_rate": 0.08, "max_leaf_nodes": 7,
    },
}  # fmt: skip


def learn_intervals(
    frame: pd.DataFrame,
    schema: Schema,
    y: Floats,
    output: Floats,
    weight: Floats | None = None,
    *,
    spans: Rows | None = None,
) -> IntervalRule:
    """Learn interval widths from rows that the model was not fitted on.

    Half of the rows (at most 2,000) teach a small boosted model how large errors are;
    the others calibrate it, so that coverage holds whatever it learned (Lei et al.
    2018, "Distribution-free predictive inference for regression", normalised). It is
    taken only where, cross-fitted on the first half, its intervals score better than
    equally wide ones (Winkler 1972); else all rows calibrate equal widths.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_features)
        Canonical.
    schema : Schema
    y, output : ndarray of shape (n_rows,)
        Truth, and what the model said.
    weight : ndarray of shape (n_rows,), default=None
    spans : ndarray of int, shape (n_rows,), default=None
        Spans of time: what is learned is learned from earlier rows than it is judged
        and calibrated on. None: rows are drawn.
    """
    error = np.abs(y - output)
    equal = IntervalRule(ConformalScores.of(error, weight))
    if len(y) < FEWEST_ROWS or not error.max() > 0:
        return equal
    order = np.random.default_rng(0).permutation(len(y))
    if spans is not None:
        order = np.argsort(spans, kind="stable")
    learned, held = np.split(order, [min(_MOST_LEARNED, len(order) // 2)])
    columns = _Columns(frame, schema, output)
    if not _is_better(columns, error, learned, in_order=spans is not None):
        return equal
    difficulty = columns.learn(error, learned)
    expected = columns.expected(difficulty, held)
    part = None if weight is None else weight[held]
    return IntervalRule(ConformalScores.of(error[held] / expected, part), difficulty)


@dataclass(frozen=True, eq=False)
class _Columns:
    """Calibration rows to learn errors from."""

    frame: pd.DataFrame
    schema: Schema
    output: Floats

    def learn(self, error: Floats, rows: Any) -> Difficulty:
        name = "histogram_boosting" if UNAVAILABLE else "lightgbm"
        part = self.frame.iloc[rows].reset_index(drop=True)
        encoder = FrameEncoder(self.schema, "tree").fit(part)
        X = with_output(encoder.transform(part), self.output[rows])
        data = FitData(X, error[rows], X[:0], error[:0], "regression", 1)
        fitted = FAMILIES[name].fit(data, _SETTINGS[name], 0, Watch(60))
        floor = _FLOOR * float(error[rows].mean()) or float(error.max())
        return Difficulty(encoder, fitted.estimator, floor)

    def expected(self, difficulty: Difficulty, rows: Any) -> Floats:
        part = self.frame.iloc[rows].reset_index(drop=True)
        return difficulty.expected(raw_columns(part, self.schema), self.output[rows])


def _is_better(columns: _Columns, error: Floats, rows: Any, *, in_order: bool) -> bool:
    """Say whether intervals that follow the row score better, cross-fitted.

    In order, only the later half is judged.
    """
    earlier, later = np.array_split(rows, 2)
    equal, following = 0.0, 0.0
    for held, learned in ((later, earlier), (earlier, later))[: 2 - in_order]:
        difficulty = columns.learn(error, learned)
        size = columns.expected(difficulty, held)
        equal += _score(error[held], np.ones(len(held)))
        following += _score(error[held], size)
    return following < _GAIN * equal


def _score(error: Floats, size: Floats, coverage: float = 0.9) -> float:
    """Return the mean interval score: the width, and what lies outside, dearly."""
    half = ConformalScores.of(error / size).quantile(coverage) * size
    outside = np.maximum(error - half, 0.0)
    return float((2 * half + 2 / (1 - coverage) * outside).mean())
