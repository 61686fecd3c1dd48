"""The fits behind a learning curve: one candidate on growing shares of the rows."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from core.errors import EvaluationError, ModelingError
from core.evaluation.learning import LearningCurve, SizePoint, sizes_of
from core.modeling.entry import Entry
from core.modeling.estimators import read_output
from core.modeling.families import FAMILIES
from core.modeling.family import FitData, Watch
from core.modeling.fitting import FIT_ERRORS, quiet
from core.modeling.material import Material
from core.modeling.model import Model
from core.modeling.plan import TrainingPlan, check_families
from core.modeling.preparation import Request, prepare
from core.modeling.thresholds import decided

REPEATS: Final = 4
FEWEST_ROWS: Final = 200
_HELD_OUT: Final = 0.2
_ALL: Final = 2
_SLACK: Final = 3.0

_GIVES_UP: Final[tuple[type[BaseException], ...]] = (ModelingError, *FIT_ERRORS)

Tell = Callable[[float, str], object]


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows to learn from, and those to score on."""

    train: pd.DataFrame
    validation: pd.DataFrame


def rows_to_learn(train: pd.DataFrame, validation: pd.DataFrame | None) -> Rows:
    """Return the rows; a fifth of the training rows is scored on where none are given.

    Raises
    ------
    EvaluationError
        There are under 200 rows to learn from.
    """
    if len(train) < FEWEST_ROWS:
        raise EvaluationError(
            f"{len(train):,} training rows are too few for a learning curve.",
            hint=f"At least {FEWEST_ROWS} are needed.",
        )
    if validation is not None:
        return Rows(train, validation)
    order = np.random.default_rng(0).permutation(len(train))
    n_held = int(_HELD_OUT * len(train))
    held, kept = np.sort(order[:n_held]), np.sort(order[n_held:])
    return Rows(train.iloc[kept], train.iloc[held])


def leading_part(name: str, entries: Sequence[Mapping[str, Any]]) -> Entry:
    """Return the candidate of a run; of an ensemble, its weightiest member.

    Raises
    ------
    EvaluationError
        The run does not know how it was made.
    """
    known = {entry.candidate: entry for entry in map(Entry.from_dict, entries)}
    found = known.get(name)
    if found is not None and found.family == "ensemble":
        shares = found.params.get("members", {})
        found = known.get(max(shares, key=lambda n: shares[n], default=""))
    if found is None:
        raise EvaluationError(
            f"It is not known any more how {name!r} was made.",
            hint="Train again; runs keep the settings of every candidate.",
        )
    return found


def learn(
    rows: Rows, plan: TrainingPlan, model: Model, entry: Entry, on_progress: Tell
) -> LearningCurve:
    """Fit a candidate on growing shares of the rows, four times each.

    Each fit gets its own draw of the rows and its own seed; all are scored on the same
    rows, in the model's own metric. A draw that cannot be fitted is left out.

    Parameters
    ----------
    rows : Rows
    plan : TrainingPlan
        Of the run.
    model : Model
        The evaluated one: its metric is followed.
    entry : Entry
        See `leading_part`.
    on_progress : callable
        Takes the share that is done, and what is done in words.
    """
    n_rows, sizes = len(rows.train), sizes_of(len(rows.train))
    limit_s = max(10.0, _SLACK * (entry.fit_s or 0.0))
    rng = np.random.default_rng(0)
    metric, points = None, []
    for place, size in enumerate(sizes):
        scores = []
        for repeat in range(_ALL if size == n_rows else REPEATS):
            on_progress(_done(place, repeat, sizes), f"{size:,} rows, fit {repeat + 1}")
            drawn = np.sort(rng.choice(n_rows, size, replace=False))
            part = replace(rows, train=rows.train.iloc[drawn].reset_index(drop=True))
            found = _score(part, plan, model, replace(entry, index=repeat), limit_s)
            if found is not None:
                metric, score = found
                scores.append(score)
        points.append(SizePoint(size, tuple(scores)))
    if metric is None:
        raise EvaluationError(
            f"{entry.candidate} could not be fitted on parts of the rows.",
            hint="Choose another candidate.",
        )
    return LearningCurve(
        entry.candidate, metric.name, metric.title, metric.higher_is_better,
        1.0 if metric.higher_is_better else 0.0, len(rows.validation), tuple(points),
    )  # fmt: skip


def _done(place: int, repeat: int, sizes: Sequence[int]) -> float:
    """Return the share of all rows to learn from that are done."""
    behind = REPEATS * sum(sizes[:place]) + repeat * sizes[place]
    return min(1.0, behind / (REPEATS * sum(sizes)))


def _score(
    rows: Rows, plan: TrainingPlan, model: Model, entry: Entry, limit_s: float
) -> tuple[Any, float] | None:
    request = Request(
        rows.train, plan.target, model.task, rows.validation, None, model.metric,
        plan.budget_s, check_families(plan.families), plan.random_state + entry.index,
        dict(model.metric_options), plan.weight, plan.balanced, dict(plan.monotonic),
        None, plan.largest,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="rondo-learning-") as folder:
        try:
            material, _ = prepare(request, Path(folder))
            with threadpool_limits(1), quiet():
                return material.scoring, _fit(material, entry, Watch(limit_s))
        except _GIVES_UP:
            return None


def _fit(material: Material, entry: Entry, watch: Watch) -> float:
    family, fold = FAMILIES[entry.family], material.scheme.folds[0]
    encoder, X, X_valid = material.encoded(0, family.style)
    y, y_valid = material.y[fold.train], material.y[fold.valid]
    data = FitData(
        X, y, X_valid, y_valid, material.task, material.n_outputs, 1.0,
        material.quantile, *material.fit_weights(fold.train, fold.valid),
        material.directions(encoder),
    )  # fmt: skip
    fitted = family.fit(data, entry.params, 1_000 + entry.index, watch)
    output = read_output(fitted.estimator, X_valid, data.n_outputs)
    metric, weight = material.scoring, material.weight_valid
    said = decided(metric, y_valid, output, weight=weight)
    return float(metric.score(y_valid, said, weight=weight))
