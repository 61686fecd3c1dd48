"""What each column of a table holds: the promise that models and forms rely on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

import pandas as pd
import pyarrow.compute as pc

from core.data.frames import (
    KINDS,
    TEXT_KINDS,
    ColumnKind,
    canonical,
    kind_of_dtype,
)
from core.data.values import (
    Levels,
    count_distinct,
    encode_words,
    quantiles,
    sorted_numbers,
)
from core.errors import DataError

MOST_LEVELS: Final = 200
"""So many of the most frequent levels are kept for each column."""

_ID_SHARE, _ID_ROWS = 0.95, 20
_TEXT_WORDS, _TEXT_SHARE = 4, 0.5


@dataclass(frozen=True)
class ColumnSchema:
    """What one column holds.

    Attributes
    ----------
    name : str
    kind : {"number", "integer", "category", "boolean", "date", "text", "id"}
    n_rows, n_missing, n_distinct : int
        Missing values are not counted as a distinct one.
    minimum, maximum, low, high, median : float or None
        Of numbers, and of dates as POSIX seconds in UTC; `low` and `high` are the
        1st and 99th percentile. None for words, and when all values are missing.
    levels : tuple of str
        Of words and booleans ("False", "True"): at most the 200 most frequent
        values, most frequent first, ties in the order of their text.
    counts : tuple of int
        How often each level occurs.
    words : tuple of (str, str) or None
        How the file that was read wrote false and true ("no", "yes").
    """

    name: str
    kind: ColumnKind
    n_rows: int
    n_missing: int
    n_distinct: int
    minimum: float | None = None
    maximum: float | None = None
    low: float | None = None
    high: float | None = None
    median: float | None = None
    levels: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()
    words: tuple[str, str] | None = None

    @property
    def missing_share(self) -> float:
        """Share of the rows without a value, in [0, 1]."""
        return self.n_missing / self.n_rows if self.n_rows else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {
            **asdict(self),
            "levels": list(self.levels),
            "counts": list(self.counts),
            "words": list(self.words) if self.words else None,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ColumnSchema":
        """Return the column that `to_dict` wrote; unknown keys are left out."""
        known = {field.name for field in fields(cls)}
        taken = {key: value for key, value in values.items() if key in known}
        taken["levels"] = tuple(values.get("levels", ()))
        taken["counts"] = tuple(values.get("counts", ()))
        taken["words"] = tuple(values["words"]) if values.get("words") else None
        return cls(**taken)


@dataclass(frozen=True)
class Schema:
    """The columns of a table, in order.

    Examples
    --------
    >>> schema = describe_schema(pd.DataFrame({"age": [30, 41], "plan": ["a", "b"]}))
    >>> schema.names, schema["age"].kind, "plan" in schema
    (('age', 'plan'), 'integer', True)
    >>> schema.without("age").names
    ('plan',)
    """

    columns: tuple[ColumnSchema, ...]

    def in_words(self, frame: pd.DataFrame, name: str) -> pd.DataFrame:
        """Return a frame whose boolean column is written as its file wrote it.

        What a model predicts is then "yes" and "no", as the person knows it, and
        not True and False. Other columns, and other frames, stay as they are.
        """
        words = self[name].words if name in self else None
        if words is None or kind_of_dtype(frame[name]) != "boolean":
            return frame
        written = frame[name].map({False: words[0], True: words[1]})
        return frame.assign(**{name: written.astype("str")})

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in the order of the table."""
        return tuple(column.name for column in self.columns)

    @property
    def kinds(self) -> dict[str, ColumnKind]:
        """Kind of each column, by name."""
        return {column.name: column.kind for column in self.columns}

    def __getitem__(self, name: str) -> ColumnSchema:
        for column in self.columns:
            if column.name == name:
                return column
        raise DataError(
            f"There is no column {name!r}.",
            hint="Choose one of the table's columns.",
        )

    def __contains__(self, name: object) -> bool:
        return any(column.name == name for column in self.columns)

    def __iter__(self) -> Iterator[ColumnSchema]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def without(self, *names: str) -> "Schema":
        """Return the schema without these columns; unknown names are ignored."""
        return Schema(tuple(c for c in self.columns if c.name not in names))

    def select(self, names: Iterable[str]) -> "Schema":
        """Return the schema of these columns, in the order given."""
        return Schema(tuple(self[name] for name in names))

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {"columns": [column.to_dict() for column in self.columns]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Schema":
        """Return the schema that `to_dict` wrote."""
        return cls(tuple(ColumnSchema.from_dict(item) for item in values["columns"]))


def describe_schema(
    frame: pd.DataFrame, kinds: Mapping[str, ColumnKind] | None = None
) -> Schema:
    """Describe every column of a table.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        Any pandas table; it is read as `canonical` would write it.
    kinds : mapping of str to kind, default None
        Kinds that are known, by column name; the others are told from dtype and
        values. Words that are nearly all different (95 % of at least 20) are "id",
        or "text" when they are sentences (over four words on average).

    Returns
    -------
    Schema

    Raises
    ------
    DataError
        A kind is unknown, or is "number" or "date" where the values are words.

    Examples
    --------
    >>> column = describe_schema(pd.DataFrame({"age": [30, 41, None]})).columns[0]
    >>> column.kind, column.n_missing, column.minimum, column.maximum
    ('integer', 1, 30.0, 41.0)
    """
    table = canonical(frame)
    given = kinds or {}
    return Schema(
        tuple(
            describe_column(table[name], given.get(str(name))) for name in table.columns
        )
    )


def describe_column(values: pd.Series, kind: ColumnKind | None = None) -> ColumnSchema:
    """Describe one canonical column; see `describe_schema`."""
    by_dtype = kind_of_dtype(values)
    _refuse_impossible(values, by_dtype, kind)
    words = kind in TEXT_KINDS or (kind is None and by_dtype == "category")
    if words or (kind or by_dtype) == "boolean":
        return _describe_words(values, kind, by_dtype)
    ordered = sorted_numbers(values)
    return describe_numbers(str(values.name), kind or by_dtype, len(values), ordered)


def describe_numbers(
    name: str, kind: ColumnKind, n_rows: int, ordered: Any
) -> ColumnSchema:
    """Describe a column of numbers or dates from its sorted values."""
    n_missing = n_rows - len(ordered)
    if not len(ordered):
        return ColumnSchema(name, kind, n_rows, n_missing, 0)
    minimum, low, median, high, maximum = quantiles(ordered, (0, 0.01, 0.5, 0.99, 1))
    return ColumnSchema(
        name, kind, n_rows, n_missing, count_distinct(ordered),
        minimum=minimum, maximum=maximum, low=low, high=high, median=median,
    )  # fmt: skip


def describe_levels(
    name: str, kind: ColumnKind | None, n_rows: int, levels: Levels
) -> ColumnSchema:
    """Describe a column of words from its counted levels."""
    values, counts = levels.top(MOST_LEVELS)
    return ColumnSchema(
        name, kind or kind_of_words(levels), n_rows, n_rows - levels.n_present,
        levels.n_distinct,
        levels=values, counts=counts,
    )  # fmt: skip


def _describe_words(
    values: pd.Series, kind: ColumnKind | None, by_dtype: ColumnKind
) -> ColumnSchema:
    if by_dtype == "boolean" and kind is None:
        kind = "boolean"
    levels = encode_words(values).levels
    return describe_levels(str(values.name), kind, len(values), levels)


def kind_of_words(levels: Levels) -> ColumnKind:
    """Tell categories, identifiers and sentences apart by their counts.

    Examples
    --------
    >>> kind_of_words(encode_words(pd.Series(["red", "blue", "red"])).levels)
    'category'
    """
    n_present = levels.n_present
    if not n_present:
        return "category"
    share = levels.n_distinct / n_present
    sample = levels.values[:1000]
    n_words = pc.mean(pc.list_value_length(pc.utf8_split_whitespace(sample))).as_py()
    if n_words >= _TEXT_WORDS and share > _TEXT_SHARE:
        return "text"
    return "id" if share >= _ID_SHARE and n_present >= _ID_ROWS else "category"


def _refuse_impossible(
    values: pd.Series, by_dtype: ColumnKind, kind: ColumnKind | None
) -> None:
    if kind is None or kind in TEXT_KINDS:
        return
    numeric = by_dtype in ("number", "integer", "boolean")
    fits = kind == by_dtype or (kind in ("number", "integer") and numeric)
    empty = bool(values.isna().all())
    if kind in KINDS and (fits or (empty and kind != "boolean")):
        return
    if kind == "boolean" and (empty or numeric):
        return
    raise DataError(
        f"The column {values.name!r} cannot be read as {kind!r}.",
        hint=f"Choose one of {', '.join(KINDS)} that its values allow.",
    )
