"""Candidates, what became of them, and the leaderboard that they make."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, Literal

import pandas as pd

from core.modeling.scoring import Metric

State = Literal["done", "skipped", "failed"]

COLUMNS: Final = (
    "candidate", "family", "score", "low", "high", "train_score", "fit_s", "row_ms",
    "rows_ms", "size_bytes", "state", "message", "finished_s", "refit_rows",
)  # fmt: skip
"""Columns of the leaderboard."""


@dataclass(frozen=True)
class Candidate:
    """A family with settings, to be trained.

    Attributes
    ----------
    index : int
        Place in the order of the run; 0 is the baseline.
    name : str
        Unique in the run, for example "LightGBM 2".
    family : str
    params : dict
        JSON-ready settings of the family.
    random_state : int
    """

    index: int
    name: str
    family: str
    params: Mapping[str, Any] = field(default_factory=dict)
    random_state: int = 0


@dataclass(frozen=True)
class Entry:
    """One line of the leaderboard.

    Attributes
    ----------
    candidate, family : str
    index : int
        Place in the order of the run.
    params : dict
    state : {"done", "skipped", "failed"}
    message : str
        Why it was skipped or failed, or what to know about it.
    score, low, high : float or None
        On validation rows, in the run's metric, with its 95% interval.
    train_score : float or None
        The same metric on training rows; the gap to `score` shows overfitting.
    fit_s : float or None
        Seconds of fitting, all folds together.
    row_ms, rows_ms : float or None
        Milliseconds of one processor to answer a single row, and 1,000 rows, raw
        columns in.
    size_bytes : int or None
        As a file.
    finished_s : float or None
        Seconds after the start of the run.
    iterations : tuple of (int or None)
        What the fit of each fold found by validation, for example the number of trees;
        None where none count.
    refit_rows : int or None
        Rows that the model was fitted on once more after it was chosen; the score is
        that of the fit before.
    """

    candidate: str
    family: str
    index: int
    params: Mapping[str, Any] = field(default_factory=dict)
    state: State = "done"
    message: str = ""
    score: float | None = None
    low: float | None = None
    high: float | None = None
    train_score: float | None = None
    fit_s: float | None = None
    row_ms: float | None = None
    rows_ms: float | None = None
    size_bytes: int | None = None
    finished_s: float | None = None
    refit_rows: int | None = None
    iterations: tuple[int | None, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values; a number that is not finite becomes None."""
        return {key: _plain(value) for key, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Entry":
        """Return the entry that `to_dict` wrote; unknown keys are left out."""
        known = {item.name for item in fields(cls)}
        taken = {key: value for key, value in values.items() if key in known}
        return cls(**{**taken, "iterations": tuple(taken.get("iterations", ()))})


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return dict(value) if isinstance(value, Mapping) else value


def ranked(entries: Sequence[Entry], metric: Metric) -> list[Entry]:
    """Return the entries, best score first; those without a score last.

    Equal scores stand in the order of the run.

    Examples
    --------
    >>> from core.modeling.scoring import METRICS
    >>> entries = [Entry("a", "linear", 1, score=0.7), Entry("b", "lightgbm", 2)]
    >>> [entry.candidate for entry in ranked(entries[::-1], METRICS["roc_auc"])]
    ['a', 'b']
    """
    sign = -1.0 if metric.higher_is_better else 1.0

    def place(entry: Entry) -> tuple[bool, float, int]:
        usable = entry.state == "done" and entry.score is not None
        return (not usable, sign * (entry.score or 0.0) if usable else 0.0, entry.index)

    return sorted(entries, key=place)


def leaderboard_rows(entries: Sequence[Entry], metric: Metric) -> list[dict[str, Any]]:
    """Return the ranked entries as dicts with the keys `COLUMNS`, JSON-ready."""
    rows = [entry.to_dict() for entry in ranked(entries, metric)]
    return [{key: row[key] for key in COLUMNS} for row in rows]


def leaderboard_frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return leaderboard rows as a frame with the columns `COLUMNS`.

    Examples
    --------
    >>> leaderboard_frame([]).columns[0]
    'candidate'
    """
    words = {"candidate", "family", "state", "message"}
    return pd.DataFrame(
        {
            key: pd.Series(
                [row.get(key) for row in rows],
                dtype="str" if key in words else "float64",
            )
            for key in COLUMNS
        }
    )
