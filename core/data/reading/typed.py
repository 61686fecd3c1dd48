"""Columns of text given their types, one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from core.data.reading.collect import Collector, TypedColumn
from core.data.reading.dialect import Dialect
from core.data.reading.options import ReadOptions
from core.data.reading.plans import GUESS, plans
from core.data.reading.report import Refusals


@dataclass(frozen=True, eq=False)
class TypedTable:
    """A table whose values have types; the other attributes as in `TextTable`."""

    names: tuple[str, ...]
    columns: list[TypedColumn]
    n_rows: int
    header: bool
    dialect: Dialect | None
    refusals: Refusals
    notes: tuple[str, ...]
    unsure_of_header: bool = False
    sheet: str | None = None
    sheets: tuple[str, ...] = ()


def type_column(name: str, text: Any, options: ReadOptions = GUESS) -> TypedColumn:
    """Give one column of text its type.

    Parameters
    ----------
    name : str
    text : pyarrow text array of shape (n_rows,)
    options : ReadOptions
        What is known about decimal sign and order of dates.

    Examples
    --------
    >>> type_column("n", pa.array(["1", "", "3"])).values.tolist()
    [1.0, nan, 3.0]
    >>> type_column("zip", pa.array(["01234", "99999"])).values.tolist()
    ['01234', '99999']
    """
    for plan in plans(text, options):
        try:
            column = Collector(plan, len(text))
            column.put(plan.cast(text))
            return column.finish(name)
        except pa.ArrowInvalid:
            continue
    raise AssertionError("any text can be read as words")


def type_notes(names: Sequence[str], columns: Sequence[TypedColumn]) -> list[str]:
    """Gather the columns' notes into sentences: one for each kind of note."""
    concerned: dict[str, list[str]] = {}
    for name, column in zip(names, columns, strict=True):
        if column.note:
            concerned.setdefault(column.note, []).append(name)
    sentences = []
    for note, members in concerned.items():
        listed = ", ".join(repr(name) for name in members[:5])
        more = f" and {len(members) - 5} more" if len(members) > 5 else ""
        sentences.append(f"In {listed}{more}: {note}.")
    return sentences
