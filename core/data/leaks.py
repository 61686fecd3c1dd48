"""Columns that know the answer: what a model must not be given.

A column is accused when its cross-fitted AUC alone has a lower bound of .97 or more,
when the mere absence of its values or the order of its ids has one of .75 or more,
or when leaving it out multiplies the error of a good model by three. docs/findings.md
says more.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from core.data.facts import Facts
from core.data.profiled import Relation
from core.data.ranking import feature, fold_numbers, relate
from core.data.values import as_numbers
from core.findings import Finding, Severity

ALONE_AUC, ALONE_R2, CERTAIN_R2 = 0.97, 0.98, 0.999
ABSENCE_AUC: Final = 0.75
ERROR_RATIO: Final = 3.0

_FEWEST_ROWS: Final = 100
_SUSPECT_POWER, _GOOD_MODEL, _N_SUSPECTS = 0.8, 0.1, 3
_DIGITS: Final = r"(\d{1,15})\D*$"


def decides_alone(facts: Facts) -> Iterator[Finding]:
    """Find columns that alone nearly decide the target (DATA-014)."""
    for item in facts.relation:
        certain = item.low >= (ALONE_AUC if item.metric == "AUC" else CERTAIN_R2)
        if certain or (item.metric == "R²" and item.score >= ALONE_R2):
            severity: Severity = "problem" if certain else "warning"
            yield Finding(
                "DATA-014", severity, "A column nearly decides the target alone",
                f"{item.column!r} alone reaches {item.metric} {item.score:.3f} on "
                f"held-out rows of a sample of {item.n_rows:,}.",
                "Ask whether it is known at the moment of prediction. If it is filled "
                "in afterwards, or is the target in other words, drop it.",
                (item.column,),
            )  # fmt: skip


def absence_tells(facts: Facts) -> Iterator[Finding]:
    """Find columns whose missing values tell the target (DATA-015)."""
    known = facts.known
    if known is None or not known.classes.shape[1]:
        return
    for column in facts.inputs:
        schema = column.schema
        if not 0 < schema.n_missing < schema.n_rows:
            continue
        absent = facts.frame[schema.name].iloc[known.rows].isna().to_numpy()
        found = relate(schema.name, absent.astype(np.int64), known.classes, known.folds)
        if found.low >= ABSENCE_AUC:
            yield Finding(
                "DATA-015", "problem", "Missing values tell the target",
                f"Whether {schema.name!r} is missing reaches AUC {found.score:.3f} on "
                f"held-out rows of a sample of {found.n_rows:,}.",
                "It may be filled in only once the outcome is known. If so, drop it.",
                (schema.name,),
            )  # fmt: skip


def ids_tell(facts: Facts) -> Iterator[Finding]:
    """Find identifiers whose order tells the target (DATA-016)."""
    known = facts.known
    if known is None or not known.classes.shape[1]:
        return
    for name in facts.counters:
        tried = [
            relate(name, order, known.classes, known.folds)
            for order in id_orders(facts.frame[name].iloc[known.rows])
        ]
        found = max(tried, key=lambda item: item.low)
        if found.low >= ABSENCE_AUC:
            yield Finding(
                "DATA-016", "problem", "The order of an id tells the target",
                f"{name!r}, put in order, reaches AUC {found.score:.3f} on "
                f"held-out rows of a sample of {found.n_rows:,}.",
                "The rows were numbered by outcome. Drop the column, and do not split "
                "by its order.",
                (name,),
            )  # fmt: skip


def cannot_be_left_out(facts: Facts) -> Iterator[Finding]:
    """Find columns without which a good model is three times as wrong (DATA-017)."""
    known = facts.known
    suspects = [item for item in facts.relation if item.power >= _SUSPECT_POWER]
    accused = {found.columns[0] for found in decides_alone(facts)}
    suspects = [item for item in suspects if item.column not in accused]
    if known is None or not suspects or known.rows.size < _FEWEST_ROWS:
        return
    names = [item.column for item in facts.relation]
    x = np.column_stack([_as_feature(facts, name, known.rows) for name in names])
    goal = known.goal[:, 0]
    whole = _error(x, goal)
    if whole > _GOOD_MODEL * goal.var():
        return
    for item in suspects[:_N_SUSPECTS]:
        without = _error(np.delete(x, names.index(item.column), axis=1), goal)
        if without >= ERROR_RATIO * whole:
            yield _needed(item, without / max(whole, 1e-12))


def _needed(item: Relation, ratio: float) -> Finding:
    return Finding(
        "DATA-017", "warning", "Everything hangs on one column",
        f"Without {item.column!r} a quick model's squared error is {ratio:.0f} times "
        "as large.",
        "Make sure that it is known at the moment of prediction.",
        (item.column,),
    )  # fmt: skip


def id_orders(values: pd.Series) -> list[NDArray[np.float64]]:
    """Return ids as numbers: by their last digits, and by their order as text."""
    if str(values.dtype) != "str":
        return [as_numbers(values)]
    digits = values.str.extract(_DIGITS)[0]
    as_text = as_numbers(values.rank())
    if digits.notna().mean() > 0.9:
        return [as_numbers(digits.astype("float64")), as_text]
    return [as_text]


def _as_feature(
    facts: Facts, name: str, rows: NDArray[np.int64]
) -> NDArray[np.float64]:
    return np.asarray(
        feature(facts.frame[name].iloc[rows], facts.kinds[name]), dtype=np.float64
    )


def _error(x: NDArray[np.float64], goal: NDArray[np.float64]) -> float:
    """Return the mean squared error of a quick model on rows it has not seen."""
    if not x.shape[1]:
        return float(goal.var())
    half = fold_numbers(goal.size) % 2 == 0
    predicted = np.zeros_like(goal)
    with threadpool_limits(1):
        for inside in (half, ~half):
            model = HistGradientBoostingRegressor(
                max_iter=60, min_samples_leaf=5, early_stopping=False, random_state=0
            )
            predicted[~inside] = model.fit(x[inside], goal[inside]).predict(x[~inside])
    return float(((goal - predicted) ** 2).mean())


LEAK_CHECKS: Final = (decides_alone, absence_tells, ids_tell, cannot_be_left_out)
