"""A family that learns from later batches: hashed words, scaled numbers, SGD."""

import copy
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from sklearn.linear_model import SGDClassifier, SGDRegressor
from sklearn.pipeline import Pipeline

from core.data import coerce
from core.errors import ModelingError
from core.modeling.estimators import Blend, RescaledRegressor, read_output
from core.modeling.family import FitData, Fitted, Interrupted, Params, Watch
from core.modeling.metrics import Floats, log_loss, rmse
from core.modeling.numbers import Matrix
from core.modeling.target import Target, match_target

if TYPE_CHECKING:
    from core.modeling.model import Model

_MOST_EPOCHS: Final = 60
_PATIENCE: Final = 6
ONLINE: Final = "online"
"""Name of the family."""


def fit_online(
    data: FitData, params: Params, random_state: int, watch: Watch
) -> Fitted:
    """Learn in passes over the rows until validation rows no longer improve.

    With ``params["iterations"]`` so many passes are made, and validation rows are not
    looked at.

    Raises
    ------
    Interrupted
        No time was left for a single pass.
    """
    settings = dict(params)
    n_passes = settings.pop("iterations", None)
    reader, y = _untrained(data, settings, random_state)
    held_out = data.watched()
    best, best_loss, best_pass = None, np.inf, 0
    for done in range(n_passes or _MOST_EPOCHS):
        if watch.due():
            if n_passes is not None or best is None:
                raise Interrupted
            break
        learn(reader, data.X, y, data.n_outputs, weight=data.weight)
        if n_passes is not None:
            continue
        loss = _loss(reader, data, *held_out)
        if best is None or loss < best_loss:
            best, best_loss, best_pass = copy.deepcopy(reader), loss, done
        if done - best_pass >= _PATIENCE:
            break
    return Fitted(reader if best is None else best)


def _untrained(
    data: FitData, settings: Params, random_state: int
) -> tuple[Any, Floats]:
    """Return the estimator before its first pass, and the target in its units."""
    if data.task != "regression":
        classifier = SGDClassifier(
            loss="log_loss", average=False, random_state=random_state, **settings
        )
        return classifier, data.y
    reader = RescaledRegressor(SGDRegressor(random_state=random_state, **settings))
    reader.offset = float(np.average(data.y, weights=data.weight))
    reader.scale = float(data.y.std()) or 1.0
    return reader, reader.forward(data.y)


def learn(
    reader: Any, X: Matrix, y: Floats, n_outputs: int, *, weight: Floats | None = None
) -> None:
    """Make one pass over rows; the estimator is changed.

    Parameters
    ----------
    reader : SGDClassifier, or RescaledRegressor of an SGDRegressor
    X : ndarray of shape (n_rows, n_features_out)
    y : ndarray of shape (n_rows,)
        Class codes, or numbers in the estimator's units.
    n_outputs : int
        Number of classes, all of which it will know; 1 for numbers.
    weight : ndarray of shape (n_rows,), default=None
    """
    if isinstance(reader, RescaledRegressor):
        reader.estimator.partial_fit(X, y, sample_weight=weight)
        reader.estimator.passes_ = getattr(reader.estimator, "passes_", 0) + 1
        return
    reader.partial_fit(X, y, classes=np.arange(float(n_outputs)), sample_weight=weight)
    reader.passes_ = getattr(reader, "passes_", 0) + 1


def can_learn_on(pipeline: Any) -> bool:
    """Return whether a fitted pipeline, or a blend, can learn from more rows."""
    if isinstance(pipeline, Blend):
        return all(can_learn_on(part) for part in pipeline.pipelines)
    return hasattr(getattr(pipeline[-1], "estimator", pipeline[-1]), "passes_")


def learned_from(model: "Model", frame: pd.DataFrame) -> Any:
    """Return a model's pipeline after one more pass; see `Model.update`."""
    nothing = np.empty(0), np.empty(0, dtype=np.int64)
    known = match_target(
        frame, Target(model.target, model.task, *nothing, model.classes_)
    )
    if not len(known.rows):
        raise ModelingError(
            f"No row has a usable value in {model.target!r}.",
            hint="Bring rows whose outcome is known.",
        )
    table = coerce(frame.iloc[known.rows], model.schema)
    return learned_on(model.pipeline, table, known.y, model.n_outputs)


def learned_on(pipeline: Any, table: pd.DataFrame, y: Floats, n_outputs: int) -> Any:
    """Return a pipeline that has learned from more rows; the given one is unchanged.

    Raises
    ------
    ModelingError
        It cannot, or the rows threw it off: its answers are no longer finite.
    """
    if not can_learn_on(pipeline):
        raise ModelingError(
            "This model cannot learn from later rows.",
            hint="Choose a candidate of the family “Online linear model”, or retrain.",
        )
    if isinstance(pipeline, Blend):
        parts = [learned_on(part, table, y, n_outputs) for part in pipeline.pipelines]
        return Blend(parts, list(pipeline.weights), n_outputs)
    (encoder_name, encoder), (name, _) = pipeline.steps
    X, reader = encoder.transform(table), copy.deepcopy(pipeline[-1])
    moved = reader.forward(y) if isinstance(reader, RescaledRegressor) else y
    order = np.random.default_rng(0).permutation(len(y))
    learn(reader, X[order], moved[order], n_outputs)
    if not np.isfinite(read_output(reader, X, n_outputs)).all():
        raise ModelingError(
            "These rows throw the model off: its answers are no longer numbers.",
            hint="Look for values far outside the usual ones, or retrain.",
        )
    return Pipeline([(encoder_name, encoder), (name, reader)])


def _loss(
    reader: Any, data: FitData, X_valid: Matrix, y_valid: Floats, weight: Floats | None
) -> float:
    output = read_output(reader, X_valid, data.n_outputs)
    if not np.isfinite(output).all():
        return float("inf")
    return (rmse if data.n_outputs == 1 else log_loss)(y_valid, output, weight)


def draw_online(rng: np.random.Generator) -> dict[str, Any]:
    """Draw one setting."""
    return {
        "alpha": float(f"{10 ** rng.uniform(-6, -2):.3g}"),
        "learning_rate": "constant",
        "eta0": float(f"{10 ** rng.uniform(-3.5, -1.5):.3g}"),
    }
