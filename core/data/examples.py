"""Rows that show what a finding means."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.facts import Facts
from core.data.fixes import RARE_SHARE
from core.data.impossible import impossible_rows
from core.data.missing_checks import stand_in
from core.data.profiled import Profile
from core.data.row_checks import near_repeats
from core.data.spelling import spelling_variants
from core.data.values import as_numbers
from core.findings import Finding

N_EXAMPLES: Final = 5
_MOST_COLUMNS: Final = 8
_WITHOUT: Final = ("DATA-001", "DATA-003", "DATA-019")


@dataclass(frozen=True, eq=False)
class ExampleRows:
    """Some of the rows that a finding is about.

    Attributes
    ----------
    rows : DataFrame of shape (n_examples, n_shown)
        At most five, with the columns concerned; its index holds row positions.
        Empty where rows would show nothing.
    n_rows : int or None
        Rows concerned in all; None where the finding is about columns as a whole.
    """

    rows: pd.DataFrame
    n_rows: int | None


def example_rows(
    finding: Finding, frame: pd.DataFrame, report: Profile
) -> pd.DataFrame:
    """Return the rows of `examples_of` alone."""
    return examples_of(finding, frame, report).rows


def examples_of(finding: Finding, frame: pd.DataFrame, report: Profile) -> ExampleRows:
    """Return at most five rows that a finding is about, and how many there are.

    Parameters
    ----------
    finding : Finding
        One of the profile's.
    frame : DataFrame of shape (n_rows, n_columns), canonical
        The table that was profiled.
    report : Profile

    Returns
    -------
    ExampleRows
    """
    if finding.code in _WITHOUT:
        return ExampleRows(frame.iloc[:0], None)
    facts = Facts(
        frame, report.columns, report.n_duplicates, report.target, report.task,
        report.associations, report.relation,
    )  # fmt: skip
    choose = _CHOICES.get(finding.code, _with_values)
    rows = np.flatnonzero(choose(finding, facts))
    n_rows = rows.size if finding.code in _CHOICES else None
    if finding.code == "DATA-021":
        rows = rows[np.argsort(-as_numbers(frame[finding.columns[0]].iloc[rows]))]
    if finding.code in ("DATA-002", "DATA-023"):
        rows = _side_by_side(frame, rows)
    named = [*finding.columns, *([report.target] if report.target else [])]
    names = list(dict.fromkeys(named if finding.columns else frame.columns))
    return ExampleRows(frame[names[:_MOST_COLUMNS]].iloc[rows[:N_EXAMPLES]], n_rows)


Chosen = NDArray[np.bool_]


def _side_by_side(frame: pd.DataFrame, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Put rows that are alike next to each other."""
    if not rows.size:
        return rows
    first = str(frame.columns[int(frame.iloc[rows[:1000]].nunique().argmax())])
    values = frame[first].iloc[rows[:1000]]
    order = values.reset_index(drop=True).sort_values(kind="stable").index.to_numpy()
    return np.asarray(rows[:1000][order])


def _with_values(finding: Finding, facts: Facts) -> Chosen:
    columns = list(finding.columns or facts.frame.columns)
    return facts.frame[columns].notna().all(axis=1).to_numpy()


def _without_values(finding: Finding, facts: Facts) -> Chosen:
    return facts.frame[list(finding.columns)].isna().any(axis=1).to_numpy()


def _repeated(_: Finding, facts: Facts) -> Chosen:
    return facts.frame.duplicated(keep=False).to_numpy()


def _nearly_repeated(_: Finding, facts: Facts) -> Chosen:
    return near_repeats(facts, all_of_them=True)


def _no_numbers(finding: Finding, facts: Facts) -> Chosen:
    values = facts.frame[finding.columns[0]]
    return (pd.to_numeric(values, errors="coerce").isna() & values.notna()).to_numpy()


def _variants(finding: Finding, facts: Facts) -> Chosen:
    name = finding.columns[0]
    schema = next(c.schema for c in facts.columns if c.name == name)
    return facts.frame[name].isin(list(spelling_variants(schema))).to_numpy()


def _far_out(finding: Finding, facts: Facts) -> Chosen:
    found = np.zeros(facts.n_rows, dtype=bool)
    for column in facts.columns:
        low, high = column.outlier_low, column.outlier_high
        if column.name in finding.columns and low is not None and high is not None:
            values = facts.frame[column.name]
            found |= ((values < low) | (values > high)).to_numpy(dtype=bool)
    return found


def _stand_ins(finding: Finding, facts: Facts) -> Chosen:
    name = finding.columns[0]
    same: Chosen = (facts.frame[name] == stand_in(facts, name)).to_numpy(dtype=bool)
    return same


def _impossible(finding: Finding, facts: Facts) -> Chosen:
    return impossible_rows(facts, facts.schema(finding.columns[0]))


def _rarest(finding: Finding, facts: Facts) -> Chosen:
    values = facts.frame[finding.columns[0]]
    rare: pd.Series = values == values.value_counts().index[-1]
    chosen: Chosen = rare.fillna(False).to_numpy(dtype=bool)
    return chosen


def _rarely_seen(finding: Finding, facts: Facts) -> Chosen:
    """Choose rows with values that fewer than 1 % of the rows have."""
    values = facts.frame[finding.columns[0]]
    sizes = values.map(values.value_counts(), na_action="ignore")
    rare: Chosen = (sizes < RARE_SHARE * values.notna().sum()).to_numpy(dtype=bool)
    return rare


_CHOICES: Final[Mapping[str, Callable[[Finding, Facts], Chosen]]] = {
    "DATA-002": _repeated,
    "DATA-005": _without_values,
    "DATA-006": _without_values,
    "DATA-008": _rarely_seen,
    "DATA-009": _no_numbers,
    "DATA-010": _variants,
    "DATA-011": _far_out,
    "DATA-012": _stand_ins,
    "DATA-018": _without_values,
    "DATA-020": _rarest,
    "DATA-022": _without_values,
    "DATA-023": _nearly_repeated,
    "DATA-026": _impossible,
}
