"""Whether intervals and sets hold the truth as often as they promise."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from core.evaluation.held_out import HeldOut, Rows
from core.evaluation.intervals import wilson
from core.modeling.encoder import raw_columns
from core.modeling.metrics import Floats
from core.modeling.model import Model
from core.modeling.prediction_sets import SetKind

LEVELS: Final = (0.5, 0.8, 0.9, 0.95, 0.99)
"""Coverages that a person can choose between."""

Promise = Literal["interval", "small", "adaptive"]


@dataclass(frozen=True)
class CoverageCheck:
    """A promised coverage, and what came of it on held-out rows.

    Attributes
    ----------
    kind : {"interval", "small", "adaptive"}
        Interval around a number; small or adaptive sets of classes.
    asked : float
    n_rows, n_covered : int
        Rows, and those whose truth lies within.
    value, low, high : float
        Share covered, with its interval.
    size : float
        Mean width in the target's unit, or mean number of classes.
    small, large : float
        The size that one row in ten stays below, and above.
    """

    kind: Promise
    asked: float
    n_rows: int
    n_covered: int
    value: float
    low: float
    high: float
    size: float
    small: float
    large: float

    @property
    def is_kept(self) -> bool:
        """Whether the rows leave the promise possible: the interval reaches it."""
        return self.high >= self.asked


def check_promises(
    model: Model, rows: Rows, held: HeldOut, confidence: float = 0.95
) -> tuple[CoverageCheck, ...]:
    """Compare every coverage that can be chosen with held-out rows.

    Parameters
    ----------
    model : Model
    rows : Rows
    held : HeldOut
        The model's answers for them.
    confidence : float, default=0.95
        Of the interval of each share, by Wilson's method.

    Returns
    -------
    tuple of CoverageCheck
        By kind and rising coverage; empty for models without a promise.
    """
    if model.uncertainty is None:
        return ()
    found = _intervals if model.classes_ is None else _sets
    return tuple(
        _check(kind, asked, covered, size, confidence)
        for kind, asked, covered, size in found(model, rows, held)
    )


_Seen = tuple[Promise, float, Floats, Floats]


def _intervals(model: Model, rows: Rows, held: HeldOut) -> Iterator[_Seen]:
    raw = raw_columns(rows.features, model.schema)
    missed = np.abs(held.error)
    for asked in LEVELS:
        half = model.with_coverage(asked).half_widths(raw, held.output)
        if half is not None:
            yield "interval", asked, (missed <= half).astype(float), 2 * half


def _sets(model: Model, rows: Rows, held: HeldOut) -> Iterator[_Seen]:
    del rows
    kinds: tuple[SetKind, ...] = ("small", "adaptive")
    for kind in kinds:
        for asked in LEVELS:
            inside = model.with_coverage(asked, kind).label_sets(held.output)
            if inside is not None:
                own = inside[np.arange(held.n_rows), held.codes]
                size = inside.sum(axis=1).astype(float)
                yield kind, asked, own.astype(float), size


def _check(
    kind: Promise, asked: float, covered: Floats, size: Floats, confidence: float
) -> CoverageCheck:
    n_rows, n_covered = len(covered), int(covered.sum())
    ends = wilson(n_covered / n_rows, n_rows, confidence)
    small, large = np.quantile(size, [0.1, 0.9])
    return CoverageCheck(
        kind, asked, n_rows, n_covered, n_covered / n_rows, ends.low, ends.high,
        float(size.mean()), float(small), float(large),
    )  # fmt: skip
