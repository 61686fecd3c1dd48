"""Steps that add columns, or read a column anew: canonical frame in and out."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from core.data.by_word import by_word
from core.data.formula import parse_formula
from core.data.frames import (
    as_text,
    build_frame,
    canonical_column,
    kind_of_dtype,
)
from core.data.plain import read_numbers
from core.data.reckoning import kind_of_piece, run_formula
from core.errors import DataError

Columns = tuple[str, ...]
Options = Mapping[str, Any]

PARTS: Final = ("year", "month", "day", "weekday", "hour", "days")
TEXT_FEATURES: Final = ("length", "words")
OTHER: Final = "(other)"


def flag_missing(frame: pd.DataFrame, columns: Columns, _: Options) -> pd.DataFrame:
    """Add a boolean column that says where a value was missing."""
    flags = {f"{name} is missing": frame[name].isna() for name in columns}
    return _added(frame, flags)


def add_date_parts(
    frame: pd.DataFrame, columns: Columns, options: Options
) -> pd.DataFrame:
    """Add parts of a date; "days" counts from 1970-01-01, weekday from Monday 0."""
    name = columns[0]
    if kind_of_dtype(frame[name]) != "date":
        raise DataError(
            f"The column {name!r} holds no dates.", hint="Set its type to date first."
        )
    parts = {f"{name} {part}": _part(frame[name], part) for part in options["parts"]}
    return _added(frame, parts)


def _part(moments: pd.Series, part: str) -> pd.Series:
    if part == "days":
        days = (moments - pd.Timestamp(0)).dt.days
        return canonical_column(pd.Series(days))
    attribute = "day_of_week" if part == "weekday" else part
    return canonical_column(getattr(moments.dt, attribute))


def add_formula(frame: pd.DataFrame, _: Columns, options: Options) -> pd.DataFrame:
    """Add a column that a formula gives."""
    name = str(options["to"]).strip()
    return _added(frame, {name: formula_column(str(options["formula"]), frame)})


def formula_column(text: str, table: pd.DataFrame) -> pd.Series:
    """Return the column that a formula gives, canonical; undefined is missing.

    Raises
    ------
    DataError
        A column is not there, or holds words where numbers are needed.

    Examples
    --------
    >>> table = pd.DataFrame({"fee": [2.0, 0.0], "paid": [1.0, 3.0]})
    >>> formula_column("paid / fee", table).tolist()
    [0.5, nan]
    """
    piece = parse_formula(text)
    absent = [name for name in piece.columns if name not in table.columns]
    if absent:
        raise DataError(
            f"The formula needs the column {absent[0]!r}, which is not there.",
            hint="Write the name as in the table, between backticks.",
        )
    kind_of_piece(piece, table)
    return canonical_column(pd.Series(run_formula(piece, table), index=table.index))


def add_text_features(
    frame: pd.DataFrame, columns: Columns, options: Options
) -> pd.DataFrame:
    """Add the length of a text, or the number of its words."""
    added = {}
    for name in columns:
        text = as_text(frame[name]).str
        for feature in options["features"]:
            counted = text.len() if feature == "length" else text.count(r"\S+")
            added[f"{name} {feature}"] = counted
    return _added(frame, added)


def group_rare(frame: pd.DataFrame, columns: Columns, options: Options) -> pd.DataFrame:
    """Write every value that is not among the levels to keep as one other."""
    name = columns[0]
    text = as_text(frame[name])
    kept = text.isin([str(level) for level in options["keep"]]) | text.isna()
    return frame.assign(**{name: text.where(kept, options.get("other") or OTHER)})


def frequent_levels(
    values: pd.Series, *, n_rows: int = 0, share: float = 0.0
) -> tuple[str, ...]:
    """Return the values that are frequent enough to keep, most frequent first.

    A step that groups rare values is made from them: they are named in it, and
    nothing is counted again on other rows.

    Parameters
    ----------
    values : Series of shape (n_rows,)
        Missing ones are not counted.
    n_rows : int, default 0
        Fewest rows of a value.
    share : float, default 0
        Smallest share among the rows that have a value, in [0, 1].

    Examples
    --------
    >>> plans = pd.Series(["a", "a", "a", "b", "b", "c"])
    >>> frequent_levels(plans, n_rows=2), frequent_levels(plans, share=0.5)
    (('a', 'b'), ('a',))
    """
    counts = as_text(values).value_counts()
    least = max(n_rows, share * float(counts.sum()))
    return tuple(str(level) for level in counts.index[counts >= least])


def parse_number(
    frame: pd.DataFrame, columns: Columns, options: Options
) -> pd.DataFrame:
    """Read numbers that carry a currency or per cent sign, or groups of thousands."""

    def read(values: pd.Series) -> pd.Series:
        return read_numbers(values, options["decimal"])

    return frame.assign(**{name: by_word(frame[name], read) for name in columns})


def parse_date(frame: pd.DataFrame, columns: Columns, options: Options) -> pd.DataFrame:
    """Read dates that are written in one given format."""
    written = str(options["format"])

    def read(values: pd.Series) -> pd.Series:
        text = as_text(values).str.strip()
        return pd.to_datetime(text, format=written, errors="coerce")

    try:
        return frame.assign(**{name: by_word(frame[name], read) for name in columns})
    except ValueError as error:
        raise DataError(
            f"{written!r} is no format of dates.",
            hint="Write it as %d/%m/%Y for 31/12/2024, or %d.%m.%y for 31.12.24.",
        ) from error


def _added(frame: pd.DataFrame, columns: Mapping[str, pd.Series]) -> pd.DataFrame:
    taken = [name for name in columns if name in frame.columns]
    if taken:
        raise DataError(
            f"There is a column {taken[0]!r} already.",
            hint="Rename it, or leave this step out.",
        )
    existing = {str(name): frame[name] for name in frame.columns}
    added = {name: canonical_column(v) for name, v in columns.items()}
    return build_frame({**existing, **added}, len(frame))
