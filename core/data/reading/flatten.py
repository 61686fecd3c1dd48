"""Records of JSON as columns of text, nested objects one level deep."""

import json
from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from core.data.frames import unique_names
from core.data.reading.report import Refusals
from core.errors import DataError

_BLOCK: Final = 20_000


class RecordColumns:
    """Takes records one by one, and makes columns of text of them.

    Text goes to Arrow in blocks, so that only one block is ever kept as Python
    objects. A key that a record lacks is a missing value.

    Parameters
    ----------
    max_rows, max_columns : int or None
        More are refused while reading.
    """

    def __init__(self, max_rows: int | None, max_columns: int | None) -> None:
        self.n_rows = 0
        self.refusals = Refusals()
        self._limits = (max_rows, max_columns)
        self._open: dict[str, list[str | None]] = {}
        self._done: dict[str, list[Any]] = {}
        self._n_open = 0
        self._opened: set[str] = set()
        self._as_text: set[str] = set()
        self._n_cells = 0

    def add(self, record: Any, line: int) -> None:
        """Take one record; anything but an object is refused and counted."""
        if not isinstance(record, Mapping):
            self.refusals.add(line, 0, 0, json.dumps(record), "not an object")
            return
        cells = self._flat(record)
        for name in cells:
            if name not in self._open:
                self._open[name] = [None] * self._n_open
                self._done[name] = [pa.nulls(self.n_rows - self._n_open, pa.string())]
        self._check_size()
        for name, column in self._open.items():
            column.append(cells.get(name))
        self._n_cells += len(cells)
        self.n_rows += 1
        self._n_open += 1
        if self._n_open == _BLOCK:
            self._flush()

    def _flat(self, record: Mapping[str, Any]) -> dict[str, str | None]:
        cells: dict[str, str | None] = {}
        for written, value in record.items():
            key = whole_letters(written)
            if not isinstance(value, Mapping):
                self._put(cells, key, value)
                continue
            self._opened.add(key)
            for inner, below in value.items():
                self._put(cells, f"{key}.{whole_letters(inner)}", below)
        return cells

    def _put(self, cells: dict[str, str | None], name: str, value: Any) -> None:
        while name in cells:
            name += "_2"
        if isinstance(value, Mapping | list):
            self._as_text.add(name)
        cells[name] = cell_of(value)

    def _check_size(self) -> None:
        counts = (self.n_rows + 1, len(self._open))
        for count, limit, what in zip(
            counts, self._limits, ("rows", "columns"), strict=True
        ):
            if limit is not None and count > limit:
                raise DataError(
                    f"The table has more than the {limit:,} {what} that are taken.",
                    hint=f"Bring fewer {what}, or raise RONDO_MAX_{what.upper()}.",
                )

    def _flush(self) -> None:
        for name, column in self._open.items():
            self._done[name].append(pa.array(column, pa.string()))
            column.clear()
        self._n_open = 0

    def finish(self) -> tuple[tuple[str, ...], tuple[Any, ...], list[str]]:
        """Return names, columns of text, and notes."""
        self._flush()
        names, _ = unique_names(self._done)
        columns = tuple(
            pa.chunked_array(parts, pa.string()).combine_chunks()
            for parts in self._done.values()
        )
        return tuple(names), columns, self._notes()

    def _notes(self) -> list[str]:
        notes = []
        if self._opened:
            listed = _listed(self._opened)
            notes.append(f"Objects in {listed} became columns with dotted names.")
        if self._as_text:
            listed = _listed(self._as_text)
            notes.append(f"Lists and deeper objects in {listed} were kept as text.")
        if self._n_cells < self.n_rows * len(self._done):
            notes.append(
                "Not every record has every key; what a record lacks was left empty."
            )
        return notes


def cell_of(value: Any) -> str | None:
    """Return a value of JSON as the text of one cell; None for null.

    Examples
    --------
    >>> cell_of(True), cell_of(None), cell_of(["a", "1"])
    ('true', None, '["a", "1"]')
    """
    if value is None:
        return None
    if isinstance(value, str):
        return whole_letters(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return whole_letters(json.dumps(value, ensure_ascii=False))


def whole_letters(text: str) -> str:
    r"""Replace halves of letters, which JSON can write and no file can hold.

    Examples
    --------
    >>> whole_letters("a\ud800") == "a\ufffd", whole_letters("ä🙂")
    (True, 'ä🙂')
    """
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _listed(names: set[str]) -> str:
    some = ", ".join(repr(name) for name in sorted(names)[:5])
    return f"{some} and {len(names) - 5} more" if len(names) > 5 else some
