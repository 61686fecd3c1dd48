"""How much old rows should count: tried, on new rows that the trial did not learn from.

After a change of the relation between inputs and target old rows mislead; after a
change of the inputs alone they still help. Which of the two it is, outcomes tell.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data import Task
from core.errors import RondoError
from core.modeling import Model, Progress, train
from core.retraining.mix import WEIGHT
from core.retraining.verdict import verdict
from core.wording import counted, percent

WEIGHTS: Final = (1.0, 0.2, 0.0)
LEAST_NEW: Final = 90
"""With fewer new rows the trial could not tell the weights apart."""
MOST_SECONDS: Final = 20.0
"""For each weight; two candidates rarely take as long."""


@dataclass(frozen=True)
class Weighing:
    """What the trial found.

    Attributes
    ----------
    weight : float
        How much an old row counts beside a new one.
    sentence : str
    """

    weight: float
    sentence: str


def weigh_old_rows(
    frame: pd.DataFrame,
    is_old: NDArray[np.bool_],
    target: str,
    task: Task,
    *,
    family: str = "linear",
    metric: str | None = None,
) -> Weighing:
    """Try to learn with old rows full, at a fifth, and left out.

    The last third of the new rows judges. An old row counts less only where that is
    better by more than one standard error of the paired difference.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        Cleaned, the target among the columns; new rows in the order of time.
    is_old : bool ndarray of shape (n_rows,)
    target : str
    task : {"binary", "multiclass", "regression"}
    family : str, default="linear"
        Family of the models that are tried.
    metric : str, default=None

    Returns
    -------
    Weighing

    Examples
    --------
    >>> frame = pd.DataFrame({"x": np.arange(40.0), "y": np.arange(40.0)})
    >>> weigh_old_rows(frame, np.arange(40) < 30, "y", "regression").weight
    1.0
    """
    new = frame[~is_old]
    if len(new) < LEAST_NEW or not is_old.any():
        return Weighing(1.0, f"{counted('new row', len(new))}: old rows count fully.")
    n_judged = len(new) // 3
    judged, learned = new.tail(n_judged), new.head(len(new) - n_judged)
    trial = _Trial(target, task, family, metric)
    models = {weight: trial.fit(frame[is_old], learned, weight) for weight in WEIGHTS}
    best = 1.0
    for weight in WEIGHTS[1:]:
        if _is_better(models[best], models[weight], judged, target, metric):
            best = weight
    how = {1.0: "count fully", 0.0: "are left out"}.get(best, f"count {percent(best)}")
    said = f"Old rows {how}: tried on the last {counted('new row', n_judged)}"
    return Weighing(best, f"{said} before those kept aside.")


@dataclass(frozen=True)
class _Trial:
    target: str
    task: Task
    family: str
    metric: str | None

    def fit(self, old: pd.DataFrame, new: pd.DataFrame, weight: float) -> Model | None:
        """Train two candidates; None where that weight cannot be learned with."""
        kept = old.iloc[:0] if weight == 0 else old
        parts = [kept.assign(**{WEIGHT: weight}), new.assign(**{WEIGHT: 1.0})]
        try:
            run = train(
                pd.concat(parts, ignore_index=True),
                self.target,
                task=self.task,
                metric=self.metric,
                weight=WEIGHT,
                families=(self.family,),
                n_jobs=1,
                budget_s=MOST_SECONDS,
                **_two_candidates(),
            )
        except RondoError:
            return None
        return run.champion


def _two_candidates() -> dict[str, Any]:
    """Return what ends a run once two candidates beside the baseline are done."""
    n_done = 0

    def see(progress: Progress) -> None:
        nonlocal n_done
        n_done = sum(row["state"] == "done" for row in progress.leaderboard)

    return {"on_progress": see, "should_stop": lambda: n_done > 2}


def _is_better(
    known: Model | None,
    other: Model | None,
    judged: pd.DataFrame,
    target: str,
    metric: str | None,
) -> bool:
    if known is None or other is None:
        return known is None and other is not None
    found = verdict(known, other, judged, target, metric=metric)
    if found.low is None or found.high is None:
        return False
    return found.difference > (found.high - found.low) / 4
