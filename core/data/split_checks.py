"""Whether three sets can be trusted: what each holds, and what they share."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.frames import as_text, canonical, kind_of_dtype
from core.data.repeats import among, row_keys
from core.data.scored import QuickScore
from core.data.split_trials import (
    different_rows,
    kinds_of,
    near_repeats_across,
    shared_entities,
    tell_apart,
)
from core.data.target import MOST_CLASSES
from core.findings import Finding

SETS: Final = ("train", "validation", "test")
FEWEST_TEST_ROWS: Final = 100
_MIX_DIFFERENCE, _SHARED_SHARE = 0.1, 0.001


@dataclass(frozen=True)
class SetSummary:
    """What one set holds.

    Attributes
    ----------
    name : {"train", "validation", "test"}
    n_rows : int
    share : float
        Of the rows that are in any set.
    target_mix : dict of str to float
        Share of each class (at most twenty, most frequent first); for a number
        its ``mean`` and ``sd``.
    earliest, latest : str or None
        First and last date of the splitting column, ISO 8601.
    """

    name: str
    n_rows: int
    share: float
    target_mix: dict[str, float]
    earliest: str | None = None
    latest: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return dict(vars(self))


@dataclass(frozen=True)
class SplitDiagnosis:
    """The three sets side by side, and what is wrong with them.

    Attributes
    ----------
    sets : tuple of three SetSummary
    findings : tuple of Finding
    apart : QuickScore or None
        How well a quick model tells train from test rows; 0.5 is good.
    """

    sets: tuple[SetSummary, ...]
    findings: tuple[Finding, ...]
    apart: QuickScore | None = None

    @property
    def sound(self) -> bool:
        """Whether no finding is a problem."""
        return all(finding.severity != "problem" for finding in self.findings)

    def frame(self) -> pd.DataFrame:
        """Return one row per set, for a table or a download."""
        rows = [
            {"set": s.name, "rows": s.n_rows, "share": s.share, **s.target_mix}
            for s in self.sets
        ]
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {
            "sets": [item.to_dict() for item in self.sets],
            "findings": [finding.to_dict() for finding in self.findings],
            "apart": self.apart.to_dict() if self.apart else None,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "SplitDiagnosis":
        """Return the diagnosis that `to_dict` wrote."""
        apart = values["apart"]
        return cls(
            tuple(SetSummary(**item) for item in values["sets"]),
            tuple(map(Finding.from_dict, values["findings"])),
            QuickScore.from_dict(apart) if apart else None,
        )


def diagnose(
    codes: NDArray[np.int8],
    frame: pd.DataFrame,
    target: str | None = None,
    *,
    column: str | None = None,
    group: str | None = None,
    on_progress: Callable[[float, str], None] = lambda _share, _message: None,
) -> SplitDiagnosis:
    """Compare three sets.

    Parameters
    ----------
    codes : int8 ndarray of shape (n_rows,)
        0 train, 1 validation, 2 test, -1 in no set.
    frame : DataFrame of shape (n_rows, n_columns)
    target : str, default None
    column, group : str, default None
        The columns that order or group the sets.
    on_progress : callable(fraction, message), default: nobody is told

    Examples
    --------
    >>> table = pd.DataFrame({"x": range(4), "y": [0, 1, 0, 1]})
    >>> report = diagnose(np.array([0, 0, 1, 2], dtype=np.int8), table, "y")
    >>> [item.n_rows for item in report.sets]
    [2, 1, 1]
    """
    table = canonical(frame)
    on_progress(0.0, "Describing the sets")
    sets = tuple(_summarise(codes, code, table, target, column) for code in range(3))
    kinds = kinds_of(table)
    made_by = tuple(name for name in (column, group) if name is not None)
    on_progress(0.2, "Letting a quick model tell test from train")
    apart = tell_apart(codes, table, kinds, made_by)
    checks: list[Iterator[Finding]] = [
        _few_rows(sets),
        _missing_classes(sets, table, target),
        _different_mix(sets, table, target),
        _watched(0.3, "Looking for rows in two sets", on_progress),
        _shared_rows(codes, table, target),
        _watched(0.5, "Looking for rows that are nearly in two sets", on_progress),
        near_repeats_across(codes, table, kinds, target),
        _watched(0.8, "Looking for the same things in two sets", on_progress),
        shared_entities(codes, table, kinds, target),
        different_rows(apart),
        _left_out(codes),
    ]
    findings = tuple(finding for check in checks for finding in check)
    return SplitDiagnosis(sets, findings, apart)


def _watched(
    share: float, message: str, on_progress: Callable[[float, str], None]
) -> Iterator[Finding]:
    """Tell how far it is, when its turn comes; find nothing."""
    on_progress(share, message)
    yield from ()


def _summarise(
    codes: NDArray[np.int8],
    code: int,
    table: pd.DataFrame,
    target: str | None,
    column: str | None,
) -> SetSummary:
    rows = np.flatnonzero(codes == code)
    n_used = int((codes >= 0).sum())
    mix = _target_mix(table[target], rows) if target else {}
    earliest = latest = None
    if column is not None and rows.size and kind_of_dtype(table[column]) == "date":
        dates = table[column].iloc[rows]
        earliest, latest = dates.min().isoformat(), dates.max().isoformat()
    share = rows.size / n_used if n_used else 0.0
    return SetSummary(SETS[code], int(rows.size), share, mix, earliest, latest)


def _is_number(target: pd.Series) -> bool:
    return (
        kind_of_dtype(target) in ("number", "integer")
        and target.nunique() > MOST_CLASSES
    )


def _target_mix(target: pd.Series, rows: NDArray[np.int64]) -> dict[str, float]:
    chosen = target.iloc[rows].dropna()
    if _is_number(target):
        spread = chosen.std(ddof=0) if len(chosen) else 0.0
        mean = chosen.mean() if len(chosen) else 0.0
        return {"mean": float(mean), "sd": float(spread)}
    order = as_text(target).value_counts().index[:MOST_CLASSES]
    shares = as_text(chosen).value_counts(normalize=True)
    return {str(level): float(shares.get(level, 0.0)) for level in order}


def _few_rows(sets: tuple[SetSummary, ...]) -> Iterator[Finding]:
    n_test = sets[2].n_rows
    if n_test < FEWEST_TEST_ROWS:
        yield Finding(
            "DATA-101", "warning", "The test set is small",
            f"{n_test:,} rows are held out for the final test.",
            f"With under {FEWEST_TEST_ROWS} rows every final figure is vague; "
            "give the test set a larger share, or bring more rows.",
        )  # fmt: skip


def _missing_classes(
    sets: tuple[SetSummary, ...], table: pd.DataFrame, target: str | None
) -> Iterator[Finding]:
    if target is None or _is_number(table[target]):
        return
    for item in sets:
        absent = [level for level, share in item.target_mix.items() if not share]
        if absent and item.n_rows:
            yield Finding(
                "DATA-102",
                "problem" if item.name == "train" else "warning",
                f"The {item.name} set lacks a class",
                f"No row of it has the target {', '.join(absent[:5])}.",
                "Split stratified by the target, or merge rare classes.",
                (target,),
            )


def _different_mix(
    sets: tuple[SetSummary, ...], table: pd.DataFrame, target: str | None
) -> Iterator[Finding]:
    if target is None:
        return
    train, *others = (item for item in sets if item.n_rows)
    for item in others:
        if _is_number(table[target]):
            spread = train.target_mix["sd"] or 1.0
            gap = abs(item.target_mix["mean"] - train.target_mix["mean"]) / spread
            limit, unit = 0.25, "standard deviations"
        else:
            mix, other = train.target_mix, item.target_mix
            gap = max((abs(mix[k] - other[k]) for k in mix), default=0.0)
            limit, unit = _MIX_DIFFERENCE, "of its rows"
        noise = 2 / np.sqrt(max(item.n_rows, 1))
        if gap > max(limit, noise):
            yield Finding(
                "DATA-103", "warning", f"The {item.name} set has another target mix",
                f"It differs from the training set by {gap:.2f} {unit}.",
                "Expected when splitting by time or group; then it shows what "
                "production may bring. Otherwise split stratified.",
                (target,),
            )  # fmt: skip


def _shared_rows(
    codes: NDArray[np.int8], table: pd.DataFrame, target: str | None
) -> Iterator[Finding]:
    inputs = table.drop(columns=[target]) if target else table
    if not inputs.shape[1]:
        return
    held = (codes == 1) | (codes == 2)
    n_held = int(held.sum())
    keys = row_keys(inputs)
    near = held & among(keys, keys[codes == 0])
    rows = np.flatnonzero(near | ((codes == 0) & among(keys, keys[near])))
    exact = pd.util.hash_pandas_object(inputs.iloc[rows], index=False).to_numpy()
    n_shared = int(among(exact[near[rows]], exact[~near[rows]]).sum())
    if n_shared:
        share = n_shared / n_held
        yield Finding(
            "DATA-104", "problem" if share > _SHARED_SHARE else "warning",
            "Rows are in two sets",
            f"{n_shared:,} of {n_held:,} held-out rows repeat a training row.",
            "Drop repeated rows before splitting, or the model is judged on what "
            "it has learned by heart.",
        )  # fmt: skip


def _left_out(codes: NDArray[np.int8]) -> Iterator[Finding]:
    n_left_out = int((codes < 0).sum())
    if n_left_out:
        yield Finding(
            "DATA-105", "note", "Some rows are in no set",
            f"{n_left_out:,} of {codes.size:,} rows lack a target, a time or a "
            "set's name.",
            "They are not used. Fill that column to use them.",
        )  # fmt: skip
