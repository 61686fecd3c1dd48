"""What rows tell beside the numbers of an evaluation, for the checks that need it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from core.data.associations import sample_rows
from core.data.profiled import Relation
from core.data.ranking import feature, fold_numbers, outcome, relate
from core.data.split_trials import tell_apart
from core.evaluation.checking.evidence import Evidence
from core.evaluation.held_out import Glance
from core.evaluation.slicing.slices import Slice

MOST_LEVELS: Final = 20
_FEWEST: Final = 100
_SAMPLED: Final = 20_000


def gather(
    evidence: Evidence,
    glance: Glance,
    *,
    train: pd.DataFrame | None = None,
    cohorts: tuple[Slice, ...] = (),
) -> Evidence:
    """Return the evidence with what the rows add to it.

    Parameters
    ----------
    evidence : Evidence
    glance : Glance
        The model's held-out rows.
    train : DataFrame of shape (n_train, any), default=None
        The rows that it learned from.
    cohorts : tuple of Slice, default=()
        Saved cohorts, measured on the held-out rows.
    """
    apart, n_each = None, None
    if train is not None:
        names = [name for name in glance.model.schema.names if name in train.columns]
        tables = [train[names], glance.rows.features[names]]
        n_each = min(len(table) for table in tables)
        both = pd.concat(tables, ignore_index=True)
        codes = np.repeat(np.array([0, 2], np.int8), [len(t) for t in tables])
        kinds = glance.model.schema.kinds
        apart = tell_apart(codes, both, kinds, ()) if names else None
    return replace(
        evidence,
        alone=columns_alone(glance),
        apart=apart,
        n_each=n_each,
        groups={**_levels(glance), **{one.name: one.n_rows for one in cohorts}},
    )


def columns_alone(glance: Glance) -> tuple[Relation, ...] | None:
    """Judge each column alone, cross-fitted; None under 100 rows or one outcome."""
    held, features = glance.held, glance.rows.features
    if held.n_rows < _FEWEST or not np.ptp(held.y):
        return None
    rows = sample_rows(held.n_rows, _SAMPLED)
    goal = outcome(pd.Series(held.y[rows]), held.task)
    folds = fold_numbers(rows.size)
    found = []
    for column in glance.model.schema:
        if column.kind not in ("id", "text"):
            values = feature(features[column.name].iloc[rows], column.kind)
            found.append(relate(column.name, values, goal, folds))
    return tuple(found)


def _levels(glance: Glance) -> Mapping[str, int]:
    """Return the rows of each category that training knew, of columns with few."""
    counted = {}
    for column in glance.model.schema:
        few = 1 < column.n_distinct <= MOST_LEVELS
        if column.kind not in ("category", "boolean") or not few:
            continue
        counts = glance.rows.features[column.name].astype("str").value_counts()
        for level in column.levels:
            counted[f"{column.name} {level}"] = int(counts.get(level, 0))
    return counted
