"""What was read, and how: every guess and every refused row is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Final

import pandas as pd

from core.data.frames import ColumnKind
from core.data.reading.questions import Question
from core.data.schema import Schema, describe_schema


@dataclass(frozen=True)
class RefusedRow:
    """A row of a file that is not in the table.

    Attributes
    ----------
    line : int or None
        Its number in the file, the first being 1 and blank lines not counted, as
        far as that is known.
    reason : str
        For example "4 values instead of 3".
    text : str
        The row as written, cut after 200 characters.
    """

    line: int | None
    reason: str
    text: str


MOST_REFUSED: Final = 100
"""So many refused rows are kept in full; all are counted."""


@dataclass(eq=False)
class Refusals:
    """Rows that were refused while a file was read.

    Attributes
    ----------
    count : int
    rows : list of RefusedRow
        The first of them.
    swallowed : bool
        Whether one runs over many lines, as behind a quote that is not closed.
    n_padded : int
        Rows that lacked empty cells at their end, and got them.
    """

    count: int = 0
    rows: list[RefusedRow] = field(default_factory=list)
    swallowed: bool = False
    n_padded: int = 0

    def add(
        self, line: int | None, found: int, expected: int, text: str,
        reason: str | None = None,
    ) -> None:  # fmt: skip
        """Count one row, and keep it when there are few."""
        self.count += 1
        self.swallowed = self.swallowed or text.count("\n") > 2
        if len(self.rows) < MOST_REFUSED:
            why = reason or f"{found} values instead of {expected}"
            self.rows.append(RefusedRow(line, why, text[:200]))


@dataclass(frozen=True)
class SourceFile:
    """One of several files that make up a table; SHA-256 is of its raw bytes."""

    name: str
    sha256: str
    size_bytes: int
    n_rows: int


@dataclass(frozen=True)
class ReadReport:
    """How a file was read.

    Attributes
    ----------
    name : str
        Of the file, as it was given.
    sha256 : str
        Of the file's bytes, as hex digits.
    size_bytes : int
    format : {"csv", "json", "json lines", "parquet", "excel"}
    encoding, delimiter, quote : str or None
        As guessed or given; None where the format has none.
    header : bool
        Whether the first row was taken as names.
    n_rows, n_columns : int
        Of the table.
    n_refused : int
        Rows of the file that are not in the table.
    refused : tuple of RefusedRow
        The first 100 of them.
    notes : tuple of str
        What else a person should know, in whole sentences.
    questions : tuple of Question
        What could be read in another way; the answers re-read the file.
    sheet : str or None
        The sheet, the file in an archive, or the key of JSON that was read.
    sheets : tuple of str
        What else there is to choose from.
    sources : tuple of SourceFile
        The files that were appended; empty where it is one. `sha256` is then that
        of their SHA-256 in hex digits, one a line.
    source_column : str or None
        The column that says which of them a row came from.
    given : mapping
        What a person said about the file, by the names of `ReadOptions`.
    origin : str or None
        The address or the database it was fetched from, without any password.
    """

    name: str
    sha256: str
    size_bytes: int
    format: str
    encoding: str | None
    delimiter: str | None
    quote: str | None
    header: bool
    n_rows: int
    n_columns: int
    n_refused: int = 0
    refused: tuple[RefusedRow, ...] = ()
    notes: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    sources: tuple[SourceFile, ...] = ()
    source_column: str | None = None
    origin: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        rows = [dict(vars(row)) for row in self.refused]
        asked = [question.to_dict() for question in self.questions]
        return {
            **vars(self),
            "refused": rows,
            "notes": list(self.notes),
            "questions": asked,
            "given": dict(self.given),
            "sheets": list(self.sheets),
            "sources": [dict(vars(file)) for file in self.sources],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ReadReport":
        """Return the report that `to_dict` wrote; unknown keys are left out."""
        known = {item.name for item in fields(cls)}
        taken = {key: value for key, value in values.items() if key in known}
        taken["refused"] = tuple(RefusedRow(**row) for row in values["refused"])
        taken["notes"] = tuple(values["notes"])
        taken["sheets"] = tuple(values.get("sheets", ()))
        files = values.get("sources", ())
        taken["sources"] = tuple(SourceFile(**file) for file in files)
        asked = values.get("questions", ())
        taken["questions"] = tuple(Question.from_dict(item) for item in asked)
        return cls(**taken)


@dataclass(frozen=True, eq=False)
class Table:
    """A table with what it holds and where it came from.

    Attributes
    ----------
    frame : DataFrame of shape (n_rows, n_columns), canonical
    report : ReadReport
    kinds : mapping of str to kind
        Of the columns whose kind was told while reading.
    words : mapping of str to (str, str)
        How the file wrote false and true, for columns of booleans.
    """

    frame: pd.DataFrame
    report: ReadReport
    kinds: Mapping[str, ColumnKind] = field(default_factory=dict)
    words: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @cached_property
    def schema(self) -> Schema:
        """What each column holds; counted when first asked for, then kept."""
        described = describe_schema(self.frame, self.kinds)
        return Schema(
            tuple(replace(c, words=self.words.get(c.name)) for c in described)
        )
