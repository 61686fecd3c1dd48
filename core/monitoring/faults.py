"""Faults as they happen to deliveries, to see which check would catch them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from core.data.schema import Schema

Rows = tuple[pd.DataFrame, "pd.Series[Any]"]
"""Inputs, and what came true, row by row."""


@dataclass(frozen=True)
class Fault:
    """One way in which a delivery breaks.

    Attributes
    ----------
    name, title : str
    choose : callable
        Takes the schema and the columns, weightiest first, and returns those that
        the fault needs; empty where it cannot happen to this table.
    apply : callable
        Takes rows, the chosen columns and a generator, and returns the broken rows.
    """

    name: str
    title: str
    choose: Callable[[Schema, Sequence[str]], tuple[str, ...]]
    apply: Callable[[Rows, tuple[str, ...], np.random.Generator], Rows]


def _of_kind(n: int, *kinds: str) -> Callable[[Schema, Sequence[str]], tuple[str, ...]]:
    def choose(schema: Schema, ranked: Sequence[str]) -> tuple[str, ...]:
        fitting = [name for name in ranked if schema[name].kind in kinds]
        return tuple(fitting[:n]) if len(fitting) >= n else ()

    return choose


def _any_column(_: Schema, ranked: Sequence[str]) -> tuple[str, ...]:
    return tuple(ranked[:1])


def _no_column(_: Schema, ranked: Sequence[str]) -> tuple[str, ...]:
    return ("outcome",) if ranked else ()


def _unit(rows: Rows, names: tuple[str, ...], _: np.random.Generator) -> Rows:
    frame, truth = rows
    moved = frame[names[0]].astype("float64") * 1000
    return frame.assign(**{names[0]: moved}), truth


def _swapped(rows: Rows, names: tuple[str, ...], _: np.random.Generator) -> Rows:
    frame, truth = rows
    one, other = names
    return frame.assign(**{one: frame[other], other: frame[one]}), truth


def _new_level(rows: Rows, names: tuple[str, ...], rng: np.random.Generator) -> Rows:
    frame, truth = rows
    words = frame[names[0]].astype("str")
    renamed = words.where(rng.random(len(frame)) >= 0.25, "never seen")
    return frame.assign(**{names[0]: renamed}), truth


def _missing(rows: Rows, names: tuple[str, ...], _: np.random.Generator) -> Rows:
    return rows[0].drop(columns=list(names)), rows[1]


def _frozen(rows: Rows, names: tuple[str, ...], _: np.random.Generator) -> Rows:
    frame, truth = rows
    known = frame[names[0]].dropna()
    last = known.iloc[0] if len(known) else None
    return frame.assign(**{names[0]: last}), truth


def _label_shift(rows: Rows, _: tuple[str, ...], rng: np.random.Generator) -> Rows:
    """Draw the rarer outcome (or the upper half of numbers) three times as often."""
    frame, truth = rows
    if pd.api.types.is_float_dtype(truth) or truth.nunique() > 20:
        often = (truth > truth.median()).to_numpy()
    else:
        often = (truth == truth.value_counts().index[-1]).to_numpy()
    weight = np.where(often, 3.0, 1.0)
    drawn = rng.choice(len(frame), len(frame), p=weight / weight.sum())
    return frame.iloc[drawn].reset_index(drop=True), truth.iloc[drawn].reset_index(
        drop=True
    )


_NUMBERS: Final = ("number", "integer")

FAULTS: Final[Mapping[str, Fault]] = {
    fault.name: fault
    for fault in (
        Fault("unit", "Another unit (times 1000)", _of_kind(1, *_NUMBERS), _unit),
        Fault("swapped", "Two columns swapped", _of_kind(2, *_NUMBERS), _swapped),
        Fault("category", "A new category", _of_kind(1, "category"), _new_level),
        Fault("missing", "A column is missing", _any_column, _missing),
        Fault("frozen", "A frozen sensor", _of_kind(1, *_NUMBERS), _frozen),
        Fault("labels", "Another mix of outcomes", _no_column, _label_shift),
    )
}
