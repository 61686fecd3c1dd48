"""All that is told of a challenger: verdict, slices, latency, rows it turned wrong."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from core.data import Cohort
from core.data.frames import cell_text
from core.modeling.model import Model
from core.retraining.verdict import MIN_ROWS, Verdict, verdict

MOST_TURNED: Final = 20
_N_TIMED: Final = 15
_ANSWERS: Final = ("truth", "champion", "challenger")


@dataclass(frozen=True)
class Judged:
    """Champion and challenger on rows that neither was trained on.

    Attributes
    ----------
    verdict : Verdict
    slices : tuple of (cohort's name, Verdict)
        Cohorts with at least 30 of the rows.
    champion_ms, challenger_ms : float
        Median milliseconds for one row, in this process.
    turned : tuple of dict
        Up to 20 rows that turn from right to wrong: the truth, both answers and the
        columns, as text.
    """

    verdict: Verdict
    slices: tuple[tuple[str, Verdict], ...]
    champion_ms: float
    challenger_ms: float
    turned: tuple[dict[str, str], ...]

    @property
    def times_slower(self) -> float:
        """How many times as long as the champion the challenger takes."""
        return self.challenger_ms / self.champion_ms if self.champion_ms > 0 else 1.0

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {
            **vars(self),
            "verdict": self.verdict.to_dict(),
            "slices": [[name, each.to_dict()] for name, each in self.slices],
            "turned": list(self.turned),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Judged":
        """Return what `to_dict` wrote."""
        slices = tuple((n, Verdict.from_dict(each)) for n, each in values["slices"])
        given = {"slices": slices, "turned": tuple(values["turned"])}
        return cls(
            **{**values, **given, "verdict": Verdict.from_dict(values["verdict"])}
        )


def judge(
    champion: tuple[Model, pd.DataFrame],
    challenger: tuple[Model, pd.DataFrame],
    target: str,
    *,
    cohorts: Sequence[Cohort] = (),
    metric: str | None = None,
) -> Judged:
    """Judge a challenger on the newest rows.

    Parameters
    ----------
    champion, challenger : tuple of (Model, DataFrame)
        Each with the same rows in the same order, cleaned as that model takes them,
        the target among the columns.
    target : str
    cohorts : sequence of Cohort, default=()
        Those whose columns the champion's rows have are judged apart.
    metric : str, default=None

    Returns
    -------
    Judged

    Raises
    ------
    EvaluationError
        See `core.retraining.verdict.verdict`.

    Examples
    --------
    >>> from core.modeling import train
    >>> rows = pd.DataFrame({"x": np.arange(60.0), "y": np.arange(60.0) * 2})
    >>> run = train(rows, "y", budget_s=2, families=("linear",), n_jobs=1)
    >>> judge((run.baseline, rows), (run.champion, rows), "y").verdict.decision
    'promote'
    """
    (old, ours), (new, theirs) = champion, challenger
    known = ours[target].notna().to_numpy()
    ours, theirs = (each[known].reset_index(drop=True) for each in (ours, theirs))
    slices = []
    for cohort in cohorts:
        if cohort.missing(ours.columns):
            continue
        inside = cohort.mask(ours)
        if inside.sum() >= MIN_ROWS:
            there = theirs[inside]
            found = verdict(
                old, new, ours[inside], target, metric=metric, challenger_frame=there
            )
            slices.append((cohort.name, found))
    return Judged(
        verdict=verdict(old, new, ours, target, metric=metric, challenger_frame=theirs),
        slices=tuple(slices),
        champion_ms=_one_row_ms(old, ours),
        challenger_ms=_one_row_ms(new, theirs),
        turned=_turned((old, ours), (new, theirs), target),
    )


def _one_row_ms(model: Model, rows: pd.DataFrame) -> float:
    names = list(model.schema.names)
    times = []
    for place in range(min(_N_TIMED, len(rows))):
        one = rows.iloc[[place]][names]
        start = time.perf_counter()
        model.output(one)
        times.append(1000 * (time.perf_counter() - start))
    return round(float(np.median(times)), 3) if times else 0.0


def _turned(
    champion: tuple[Model, pd.DataFrame],
    challenger: tuple[Model, pd.DataFrame],
    target: str,
) -> tuple[dict[str, str], ...]:
    """Return the newest rows that the champion got right and the challenger wrong."""
    (model, rows), other = champion, challenger[0]
    if model.classes_ is None or rows.empty:
        return ()
    truth = np.array([cell_text(each) for each in rows[target]])
    old = np.array([cell_text(each) for each in model.predict(rows)])
    new = np.array([cell_text(each) for each in other.predict(challenger[1])])
    lost = np.flatnonzero((old == truth) & (new != truth))[-MOST_TURNED:][::-1]
    names = [n for n in model.schema.names if n not in _ANSWERS]
    return tuple(
        {
            "truth": str(truth[at]),
            "champion": str(old[at]),
            "challenger": str(new[at]),
            **{name: cell_text(rows[name].iloc[at]) for name in names},
        }
        for at in lost
    )
