"""One candidate from settings to a scored model on disk."""

import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from core.errors import ModelingError
from core.modeling.boosting import LIGHTGBM_ERRORS
from core.modeling.checkpoint import Checkpoint
from core.modeling.conformal import ConformalScores
from core.modeling.encoder import raw_columns
from core.modeling.entry import Candidate, Entry
from core.modeling.estimators import Blend, iterations_of, read_output
from core.modeling.families import FAMILIES
from core.modeling.family import FitData, Interrupted, Watch
from core.modeling.folds import Fold
from core.modeling.material import Material, load_material
from core.modeling.metrics import Floats
from core.modeling.model import Model
from core.modeling.numbers import Matrix
from core.modeling.prediction_intervals import IntervalRule
from core.modeling.prediction_sets import SetRule, learn_sets
from core.modeling.rows import Rows
from core.modeling.scoring import Metric, score_interval
from core.modeling.served import ServedForm
from core.modeling.thresholds import decided, tune_threshold

FIT_ERRORS: Final[tuple[type[BaseException], ...]] = (
    ValueError,  # scikit-learn refuses settings or data; singular matrices
    ArithmeticError,
    MemoryError,
    RuntimeError,
    *LIGHTGBM_ERRORS,
)
"""What libraries raise when a candidate does not suit the data."""

_SCORED_TRAIN_ROWS: Final = 5_000
_TIMED_ROWS: Final = 1_000
_LONG_S: Final = 0.1


@dataclass
class _Parts:
    """What the folds of one candidate gave so far."""

    pipelines: list[Pipeline] = field(default_factory=list)
    outputs: list[Floats] = field(default_factory=list)
    train_scores: list[float] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    fit_s: float = 0.0


def fit_in_worker(
    directory: Path, store: Path, candidate: Candidate, limit_s: float
) -> Entry:
    """Fit a candidate of the run whose material lies in a folder."""
    material = load_material(directory)
    return fit_candidate(material, Checkpoint(store), candidate, limit_s)


def fit_candidate(
    material: Material,
    checkpoint: Checkpoint,
    candidate: Candidate,
    limit_s: float,
    tick: Callable[[], bool] | None = None,
) -> Entry:
    """Fit, score and time one candidate, and keep it in the checkpoint.

    Parameters
    ----------
    material : Material
    checkpoint : Checkpoint
    candidate : Candidate
    limit_s : float
        Seconds it may take; boosting and forests then stop with what they have.
    tick : callable, default=None
        Called several times a second; true means stop at once.

    Returns
    -------
    Entry
        With state "failed" and a message when a library refuses the data.

    Raises
    ------
    Interrupted
        Stop was asked.
    """
    watch = Watch(limit_s, tick)
    entry = Entry(
        candidate.name, candidate.family, candidate.index, dict(candidate.params)
    )
    try:
        with threadpool_limits(1), quiet():
            parts = _fit_folds(material, candidate, watch)
            return _finish(material, checkpoint, entry, parts)
    except Interrupted:
        if tick is not None and tick():
            raise
        failed = replace(
            entry, state="failed", message="Its share of time was too short."
        )
    except ModelingError as error:
        failed = replace(entry, state="skipped", message=str(error))
    except FIT_ERRORS as error:
        words = " ".join(str(error).split()) or type(error).__name__
        failed = replace(entry, state="failed", message=words[:300])
    return checkpoint.write(failed, None, None)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep still about what a fit warns of and its caller looks at itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", RuntimeWarning)  # overflow: seen in the output
        yield


def _fit_folds(material: Material, candidate: Candidate, watch: Watch) -> _Parts:
    parts, folds = _Parts(), material.scheme.folds
    for position, fold in enumerate(folds):
        share = watch.part(0.95 / (len(folds) - position))
        _fit_fold(material, candidate, (position, fold), share, parts)
    return parts


def _fit_fold(
    material: Material,
    candidate: Candidate,
    place: tuple[int, Fold],
    watch: Watch,
    parts: _Parts,
) -> None:
    family = FAMILIES[candidate.family]
    position, fold = place
    encoder, X, X_valid = material.encoded(position, family.style)
    data = FitData(
        X, material.y[fold.train], X_valid, material.y[fold.valid], material.task,
        material.n_outputs, material.scheme.share, material.quantile,
        *material.fit_weights(fold.train, fold.valid), material.directions(encoder),
    )  # fmt: skip
    start = time.perf_counter()
    fitted = family.fit(data, candidate.params, candidate.random_state, watch)
    parts.fit_s += time.perf_counter() - start
    output = read_output(fitted.estimator, X_valid, data.n_outputs)
    if not np.isfinite(output).all():
        raise ValueError("It predicts numbers that are not finite.")
    parts.train_scores.append(_train_score(material, fold.train, X, fitted.estimator))
    parts.outputs.append(output)
    if fitted.note and fitted.note not in parts.notes:
        parts.notes.append(fitted.note)
    steps = [("encoder", encoder), ("estimator", fitted.estimator)]
    parts.pipelines.append(Pipeline(steps))


def _train_score(material: Material, train: Rows, X: Matrix, estimator: Any) -> float:
    """Return the score on at most 5,000 of the rows it was fitted on."""
    drawn = np.random.default_rng(0).permutation(len(train))[:_SCORED_TRAIN_ROWS]
    some = np.sort(drawn)
    metric, y = material.scoring, material.y[train[some]]
    weight = None if material.weight is None else material.weight[train[some]]
    known = read_output(estimator, X[some], material.n_outputs)
    return metric.score(y, decided(metric, y, known, weight=weight), weight=weight)


def _finish(
    material: Material, checkpoint: Checkpoint, entry: Entry, parts: _Parts
) -> Entry:
    pipelines, metric = parts.pipelines, material.scoring
    pipeline: Pipeline | Blend = pipelines[-1]
    if material.scheme.averaged:
        pipeline = Blend(pipelines, [1.0] * len(pipelines), material.n_outputs)
    output = np.concatenate(parts.outputs)
    model = build_model(material, entry, pipeline, output)
    entry = replace(
        entry,
        train_score=float(np.mean(parts.train_scores)),
        fit_s=parts.fit_s,
        message="; ".join(parts.notes),
        iterations=tuple(iterations_of(p[-1]).get("iterations") for p in pipelines),
    )
    entry = scored(entry, material, metric, model, output)
    return checkpoint.write(entry, model, output)


def build_model(
    material: Material, entry: Entry, pipeline: Pipeline | Blend, output: Floats
) -> Model:
    """Put a model together from its pipeline and its validation output."""
    return Model(
        name=entry.candidate,
        family=entry.family,
        task=material.task,
        target=material.target,
        metric=material.metric,
        metric_options=dict(material.metric_options),
        schema=material.schema,
        pipeline=pipeline,
        classes_=material.classes_,
        threshold=_threshold(material, output),
        interval_quantile=conformal_quantile(material, output),
        uncertainty=_uncertainty(material, output),
    )


def _uncertainty(material: Material, output: Floats) -> IntervalRule | SetRule:
    y, weight = material.y_valid, material.weight_valid
    if material.task != "regression":
        return learn_sets(y, output, weight)
    return IntervalRule(ConformalScores.of(np.abs(y - output), weight))


def _threshold(material: Material, output: Floats) -> float | None:
    if material.task != "binary":
        return None
    weight = material.weight_valid
    return tune_threshold(material.scoring, material.y_valid, output, weight)


def conformal_quantile(
    material: Material, output: Floats, coverage: float = 0.9
) -> float | None:
    """Return the half width that covers this share of new rows; None for classes."""
    if material.task != "regression":
        return None
    residuals = np.abs(material.y_valid - output)
    order, weight = np.argsort(residuals), material.weight_valid
    weight = np.ones(len(order)) if weight is None else weight
    reached = np.cumsum(
        weight[order]
    )  # the row to come weighs 1, as they do on average
    rank = int(np.searchsorted(reached, (len(order) + 1) * coverage - 1e-9))
    return float(residuals[order[rank]]) if rank < len(order) else None


def scored(
    entry: Entry, material: Material, metric: Metric, model: Model, output: Floats
) -> Entry:
    """Return the entry with score, interval and the time to answer."""
    y, weight = material.y_valid, material.weight_valid
    output = decided(metric, y, output, weight=weight, together=material.together)
    low, high = score_interval(metric, y, output, weight=weight)
    rows = np.arange(_TIMED_ROWS) % len(material.frame)
    one, many = material.frame.iloc[:1], material.frame.iloc[rows]
    return replace(
        entry,
        score=metric.score(y, output, weight=weight),
        low=low,
        high=high,
        row_ms=1000 * _row_s(model, one),
        rows_ms=1000 * _best_time(partial(model.output, many), 2),
    )


def _row_s(model: Model, one: pd.DataFrame) -> float:
    """Return the seconds for one record in the served form.

    Of a candidate's folds, which are alike, the first one is timed.
    """
    pipeline, n_alike = model.pipeline, 1
    if isinstance(pipeline, Blend) and model.family != "ensemble":
        n_alike = len(pipeline.pipelines)
        model = replace(model, pipeline=pipeline.pipelines[0])
    raw, form = raw_columns(one, model.schema), model.served_form
    ask = partial(_answer_one, model, form, raw)
    return n_alike * _best_time(ask, 25)


def _answer_one(model: Model, form: ServedForm, raw: dict[str, Any]) -> None:
    model.calibrated(form.output(raw))


def _best_time(ask: Callable[[], object], repeats: int) -> float:
    """Return the least processor time of a few answers; slow ones are asked once.

    Processor time, because other work on the machine is no property of the model.
    """
    times: list[float] = []
    while len(times) < repeats and sum(times) < _LONG_S:
        start = time.process_time()
        ask()
        times.append(time.process_time() - start)
    return min(times)
