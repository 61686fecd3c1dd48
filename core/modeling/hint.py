"""How long a run will take, told before it starts, from a timed sample.

Each family is fitted once on at most 1,000 rows, for a few iterations. That time is
taken to grow with rows and iterations; how many iterations a fit ends up with is not
known before, so a usual number is taken. It is a guess for a person to plan by.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from joblib import cpu_count
from threadpoolctl import threadpool_limits

from core.data import Task, canonical, describe_schema
from core.modeling.encoder import FrameEncoder, choose_features
from core.modeling.families import FAMILIES, UNAVAILABLE
from core.modeling.family import FitData, Interrupted, Watch
from core.modeling.fitting import FIT_ERRORS, quiet
from core.modeling.numbers import Matrix, Style
from core.modeling.schedule import Schedule
from core.modeling.scoring import find_metric
from core.modeling.target import prepare_target

_SAMPLE_ROWS: Final = 1_000
_LONGEST_S: Final = 1.0
_EACH_S: Final = 0.3
_START_S: Final = 2.0
_GIVES_UP: Final[tuple[type[BaseException], ...]] = (Interrupted, *FIT_ERRORS)
_USUAL: Final = {
    "lightgbm": (10, 200), "catboost": (10, 500), "histogram_boosting": (10, 120),
    "extra_trees": (4, 160), "random_forest": (4, 160), "neural_network": (1, 30),
}  # fmt: skip
"""Iterations on the sample, and the usual number of a whole fit."""


@dataclass(frozen=True)
class TimeHint:
    """What a run will have time for.

    Attributes
    ----------
    n_listed : int
        Candidates that every such run tries first, before it searches.
    n_done : int
        How many of them the budget is likely to be enough for.
    seconds : float
        For all of them, without a budget.
    """

    n_listed: int
    n_done: int
    seconds: float


def time_families(
    frame: pd.DataFrame, target: str, task: Task | None = None
) -> dict[str, float]:
    """Time each family on a sample; return seconds of a whole fit, by family.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        Training rows with their target.
    target : str
    task : {"binary", "multiclass", "regression"}, default=None

    Returns
    -------
    dict
        Seconds of one fit on all these rows, on this machine as busy as it is.
        Families that cannot be fitted on the sample are left out.

    Raises
    ------
    ModelingError
        The target cannot be learned.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": range(80), "y": ["low", "high"] * 40})
    >>> 0 < time_families(frame, "y")["linear"] < 10
    True
    """
    drawn = np.random.default_rng(0).permutation(len(frame))[:_SAMPLE_ROWS]
    sample = frame.iloc[np.sort(drawn)].reset_index(drop=True)
    known = prepare_target(sample, target, task)
    table = canonical(sample.iloc[known.rows].drop(columns=target))
    table = table.reset_index(drop=True)
    schema, _ = choose_features(describe_schema(table))
    if not len(schema):
        return {}
    matrices: dict[Style, tuple[Matrix, float]] = {}
    found = {}
    for name, family in FAMILIES.items():
        if name == "baseline" or name in UNAVAILABLE:
            continue
        if family.style not in matrices:
            start = time.perf_counter()
            X = FrameEncoder(schema, family.style).fit_transform(table)
            matrices[family.style] = (X, time.perf_counter() - start)
        X, encode_s = matrices[family.style]
        data = FitData(X, known.y, X[:0], known.y[:0], known.task, known.n_outputs)
        fit_s = _timed(name, data)
        if fit_s is not None:
            found[name] = (fit_s + encode_s) * len(frame) / len(sample)
    return found


def _timed(name: str, data: FitData) -> float | None:
    family = FAMILIES[name]
    params: dict[str, Any] = dict(family.fixed[0])
    few, usual = _USUAL.get(name, (0, 0))
    if few:
        params["iterations"] = few
    start = time.perf_counter()
    try:
        with threadpool_limits(1), quiet():
            family.fit(data, params, 0, Watch(_LONGEST_S))
    except _GIVES_UP:
        return None
    return (time.perf_counter() - start) * (usual / few if few else 1.0)


def hint_time(  # noqa: PLR0913 each is known to the page
    family_s: Mapping[str, float],
    families: Sequence[str],
    budget_s: float,
    *,
    n_rows: int,
    task: Task,
    n_jobs: int | None = None,
    n_folds: int = 1,
) -> TimeHint:
    """Say how many of the listed candidates a budget is enough for.

    Parameters
    ----------
    family_s : mapping of str to float
        From `time_families`.
    families : sequence of str
        To be tried.
    budget_s : float
    n_rows : int
        Training rows.
    task : {"binary", "multiclass", "regression"}
    n_jobs : int, default=None
        Candidates at a time; None: one for each core.
    n_folds : int, default=1

    Examples
    --------
    >>> rows = {"n_rows": 5_000, "task": "binary", "n_jobs": 1}
    >>> hint_time({"linear": 1.0}, ["linear"], 60, **rows)
    TimeHint(n_listed=2, n_done=2, seconds=4.6)
    """
    schedule = Schedule(tuple(families), find_metric(None, task), n_rows)
    names = [name for name, _ in schedule.listed if name in family_s]
    costs = [_EACH_S + n_folds * family_s[name] for name in names]
    ends = _START_S + np.cumsum(costs) / (n_jobs or cpu_count())
    n_done = int((ends <= 0.9 * budget_s).sum())
    return TimeHint(len(names), n_done, round(float(ends[-1]) if names else 0.0, 3))
