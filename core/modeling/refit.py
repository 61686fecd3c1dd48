"""The champion, learned once more from all rows when a part was held out."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Final

import numpy as np
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from core.errors import ModelingError
from core.modeling.encoder import FrameEncoder
from core.modeling.entry import Entry
from core.modeling.estimators import Blend, iterations_of, read_output
from core.modeling.families import FAMILIES
from core.modeling.family import FitData, Interrupted, Watch
from core.modeling.fitting import FIT_ERRORS, quiet
from core.modeling.material import Material
from core.modeling.metrics import Floats
from core.modeling.model import Model
from core.modeling.numbers import Matrix, Style

_CHECKED_ROWS: Final = 1_000
_SLACK: Final = 1.5
_GIVES_UP: Final[tuple[type[BaseException], ...]] = (
    Interrupted,
    ModelingError,
    *FIT_ERRORS,
)


@dataclass(frozen=True)
class Refitted:
    """A model that learned from all rows.

    Attributes
    ----------
    model : Model
    n_rows : int
        Rows it learned from.
    n_members, n_refitted : int
        Parts of the model, and how many of them had the time.
    seconds : float
    places : tuple of int
        Which parts those were, in the order of the model.
    """

    model: Model
    n_rows: int
    n_members: int
    n_refitted: int
    seconds: float
    places: tuple[int, ...] = ()


def expected_refit_s(
    entries: Sequence[Entry], material: Material, n_jobs: int = 1
) -> float:
    """Estimate the seconds of refitting these candidates, so many at a time."""
    if material.scheme.averaged:
        return 0.0
    seconds = [_expected_s(entry, material) for entry in entries]
    return _SLACK * max([*seconds, sum(seconds) / n_jobs], default=0.0)


def _expected_s(entry: Entry, material: Material) -> float:
    return (entry.fit_s or 0.0) * len(material.y) / material.scheme.n_fitted


def refit(
    material: Material,
    members: Sequence[Entry],
    model: Model,
    watch: Watch,
    *,
    random_state: int = 0,
    n_jobs: int = 1,
) -> Refitted | None:
    """Learn again from training and validation rows, as long as each fit took.

    Boosting, forests and networks take the number of iterations that the first fit
    found by validation. Calibration, threshold and the interval's half width stay
    those of the first fit: only that one was asked about rows it had not seen.

    Parameters
    ----------
    material : Material
    members : sequence of Entry
        The candidates the model is made of, in the order of its parts.
    model : Model
        Fitted on the training rows.
    watch : Watch
        Parts for which time is too short keep their first fit.
    random_state : int, default=0
    n_jobs : int, default=1
        Parts at a time, each in a thread of its own; libraries let go of Python's
        lock while they fit.

    Returns
    -------
    Refitted or None
        None when the model is a mean of folds, or no part had the time.
    """
    if material.scheme.averaged:
        return None
    start = time.perf_counter()
    rows, weights = _AllRows(material), [weight for weight, _ in model.members]
    parts = [pipeline for _, pipeline in model.members]

    def again(place: int) -> Pipeline | None:
        entry = members[place]
        if watch.left_s < _expected_s(entry, material):
            return None
        params = {**entry.params, **iterations_of(parts[place][-1])}
        return _fit(rows, entry, params, watch, random_state + entry.index)

    order = sorted(range(len(parts)), key=lambda place: -weights[place])
    with threadpool_limits(1), quiet(), ThreadPoolExecutor(n_jobs) as threads:
        found = dict(zip(order, threads.map(again, order), strict=True))
    fitted = {place: part for place, part in found.items() if part is not None}
    if not fitted:
        return None
    parts = [fitted.get(place, part) for place, part in enumerate(parts)]
    pipeline = parts[0]
    if isinstance(model.pipeline, Blend):
        pipeline = Blend(parts, weights, material.n_outputs)
    seconds = time.perf_counter() - start
    new = replace(model, pipeline=pipeline)
    places = tuple(sorted(fitted))
    return Refitted(new, len(material.y), len(parts), len(fitted), seconds, places)


class _AllRows:
    """Every row of the material, encoded once for each style."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self._encoded: dict[Style, tuple[FrameEncoder, Matrix]] = {}
        self._one_at_a_time = Lock()

    def encoded(self, style: Style) -> tuple[FrameEncoder, Matrix]:
        with self._one_at_a_time:
            if style not in self._encoded:
                self._encoded[style] = self.material.encoded_whole(style)
            return self._encoded[style]

    def data(self, encoder: FrameEncoder, X: Matrix) -> FitData:
        material, every = self.material, np.arange(len(self.material.y))
        none: Floats = material.y[:0]
        return FitData(
            X, material.y, X[:0], none, material.task, material.n_outputs,
            quantile=material.quantile, weight=material.fit_weights(every, every)[0],
            monotonic=material.directions(encoder),
        )  # fmt: skip


def _fit(
    rows: _AllRows, entry: Entry, params: dict[str, Any], watch: Watch, seed: int
) -> Pipeline | None:
    family = FAMILIES[entry.family]
    try:
        encoder, X = rows.encoded(family.style)
        fitted = family.fit(rows.data(encoder, X), params, seed, watch)
        some = X[:_CHECKED_ROWS]
        output = read_output(fitted.estimator, some, rows.material.n_outputs)
    except _GIVES_UP:
        return None
    if not np.isfinite(output).all():
        return None
    return Pipeline([("encoder", encoder), ("estimator", fitted.estimator)])
