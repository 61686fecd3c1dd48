"""From columns of text to columns of numbers, booleans, dates and words.

A type is proposed on different values of a sample, and then cast over the whole
column; a cast that fails leaves the column as text.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.data.frames import ColumnKind, as_text
from core.data.reading.dates import guess_dates, parse_dates
from core.data.reading.numbers import (
    INTEGER,
    LEADING_ZERO,
    LONG_DIGITS,
    PLAIN,
    all_match,
    any_match,
    as_float,
    guess_style,
    plain_numbers,
)

MISSING: Final = (
    "", "NA", "N/A", "n/a", "NaN", "nan", "NAN", "NULL", "null", "Null", "#N/A",
    "#NA", "<NA>", "?",
)  # fmt: skip
"""Always read as missing."""

MISSING_AMONG_VALUES: Final = (
    *MISSING, "-", "--", "---", ".", "..", "na", "None", "none", "missing", "Missing",
    "unknown", "Unknown", "#DIV/0!", "#VALUE!", "#REF!", "inf", "-inf", "Inf", "-Inf",
    "0000-00-00", "0000-00-00 00:00:00",
)  # fmt: skip
"""Read as missing where the other values are numbers, dates or booleans."""

_PAIRS: Final = (
    ("true", "false"), ("yes", "no"), ("y", "n"), ("t", "f"), ("on", "off"),
)  # fmt: skip
_N_SAMPLE, _N_LOOK = 5_000, 20
_ID_NAME: Final = re.compile(r"(^|[\W_])(id|ID|Id|uuid|UUID|guid|GUID)$|[a-z](ID|Id)$")


@dataclass(frozen=True, eq=False)
class TypedColumn:
    """A column with its type.

    Attributes
    ----------
    values : Series, canonical
    kind : ColumnKind or None
        None where counting the words will tell.
    note : str
        The rest of a sentence on the column, or "".
    words : tuple of (str, str) or None
        How false and true were written, where the column holds booleans.
    """

    values: pd.Series
    kind: ColumnKind | None = None
    note: str = ""
    words: tuple[str, str] | None = None


def type_column(name: str, text: Any) -> TypedColumn:
    """Give one column of text its type.

    Parameters
    ----------
    name : str
    text : pyarrow text array of shape (n_rows,)

    Examples
    --------
    >>> type_column("n", pa.array(["1", "", "3"])).values.tolist()
    [1.0, nan, 3.0]
    >>> type_column("zip", pa.array(["01234", "99999"])).values.tolist()
    ['01234', '99999']
    """
    present = _different(text)
    for propose in (_booleans, _whole_numbers, _numbers, _dressed_numbers, _dates):
        proposal = propose(name, text, present)
        if proposal is not None:
            return proposal
    return _words(text, present)


def _different(text: Any) -> Any:
    """Return the different values of a sample, without missing ones."""
    n_rows = len(text)
    if n_rows > 2 * _N_SAMPLE:
        spread = np.linspace(0, n_rows - 1, _N_SAMPLE).astype(np.int64)
        head = pa.array(np.arange(_N_SAMPLE))
        text = pc.take(text, pa.concat_arrays([head, pa.array(spread)]))
    values = pc.utf8_trim_whitespace(pc.unique(text).drop_null())
    missing = pc.is_in(values, pa.array(MISSING_AMONG_VALUES, values.type))
    return values.filter(pc.invert(missing))


def _without_missing(text: Any) -> Any:
    trimmed = pc.utf8_trim_whitespace(text)
    missing = pc.is_in(trimmed, pa.array(MISSING_AMONG_VALUES, trimmed.type))
    return pc.if_else(missing, pa.scalar(None, trimmed.type), trimmed)


def _one_piece(values: Any) -> Any:
    chunked = isinstance(values, pa.ChunkedArray)
    return values.combine_chunks() if chunked else values


def _floats(values: Any) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Return Arrow numbers as float64, NaN for missing."""
    floats = _one_piece(pc.cast(values, pa.float64()))
    return np.array(floats.to_numpy(zero_copy_only=False), dtype=np.float64)


def _flags(values: Any) -> pd.Series:
    """Return Arrow booleans as a canonical column."""
    known = pc.fill_null(values, False).to_numpy(zero_copy_only=False)
    if not values.null_count:
        return pd.Series(known)
    missing = pc.is_null(values).to_numpy(zero_copy_only=False)
    return pd.Series(pd.arrays.BooleanArray(known, missing))


def _booleans(_: str, text: Any, present: Any) -> TypedColumn | None:
    if not 1 <= len(present) <= 6:
        return None
    words = {str(word).lower() for word in present.to_pylist()}
    for true, false in _PAIRS:
        whole_pair = words == {true, false}
        if whole_pair or (true == "true" and words <= {true, false}):
            lower = pc.utf8_lower(_without_missing(text))
            known = pc.is_in(lower, pa.array([true, false], lower.type))
            if pc.all(pc.or_(known, pc.is_null(lower)), min_count=0).as_py():
                values = pc.if_else(pc.is_null(lower), None, pc.equal(lower, true))
                written = _spellings(present, (false, true))
                flags = _flags(_one_piece(values))
                return TypedColumn(flags, "boolean", words=written)
    return None


def _spellings(present: Any, pair: tuple[str, str]) -> tuple[str, str]:
    """Return how each word of a pair is written first; the word itself if it is not."""
    written = [str(word) for word in present.to_pylist()]
    found = [next((w for w in written if w.lower() == word), word) for word in pair]
    return found[0], found[1]


def _whole_numbers(name: str, text: Any, present: Any) -> TypedColumn | None:
    if not len(present) or not all_match(present, INTEGER):
        return None
    if any_match(present, LEADING_ZERO):
        return None
    signed = any_match(present, r"^\+")
    bare = pc.replace_substring_regex(text, r"^\s*\+", "") if signed else text
    numbers = _cast(bare, lambda values: pc.cast(values, pa.int64()))
    if numbers is None:
        return None
    if numbers.null_count:
        return TypedColumn(pd.Series(_floats(numbers)), "integer")
    values = pd.Series(_one_piece(numbers).to_numpy())
    if _is_identifier(name, values):
        return TypedColumn(as_text(values), "id", "whole numbers name the rows")
    return TypedColumn(values, "integer")


def _cast(text: Any, cast: Callable[[Any], Any]) -> Any:
    """Cast as it is, or without missing values; None when neither works."""
    try:
        return cast(text)
    except pa.ArrowInvalid:
        pass
    try:
        return cast(_without_missing(text))
    except pa.ArrowInvalid:
        return None


def _is_identifier(name: str, values: pd.Series) -> bool:
    named = bool(_ID_NAME.search(name))
    numbers = values.to_numpy()
    nameless = name == "column_1" and bool((numbers == np.arange(len(numbers))).all())
    return len(numbers) > 2 and (named or nameless) and bool(values.is_unique)


def _numbers(_: str, text: Any, present: Any) -> TypedColumn | None:
    if not len(present) or not all_match(present, PLAIN):
        return None
    if any_match(present, LEADING_ZERO) or all_match(present, LONG_DIGITS):
        return None
    return _finite(_cast(text, as_float), "")


def _finite(numbers: Any, note: str) -> TypedColumn | None:
    if numbers is None:
        return None
    values = _floats(numbers)
    infinite = np.isinf(values)
    if infinite.any():
        values = np.where(infinite, np.nan, values)
        note = "; ".join(filter(None, [note, "infinite numbers became missing"]))
    return TypedColumn(pd.Series(values), "number", note)


def _dressed_numbers(_: str, text: Any, present: Any) -> TypedColumn | None:
    look = present[:_N_LOOK].to_pylist()
    if not look or guess_style(look) is None or any_match(present, LEADING_ZERO):
        return None
    style = guess_style(present.to_pylist())
    if style is None:
        return None
    plain = plain_numbers(_without_missing(text), style)
    return _finite(_cast(plain, as_float), style.note)


def _dates(_: str, text: Any, present: Any) -> TypedColumn | None:
    look = present[:_N_LOOK].to_pylist()
    style = guess_dates(look) and guess_dates(present.to_pylist())
    if style is None:
        return None
    moments = _cast(text, lambda values: parse_dates(values, style))
    if moments is None:
        return None
    values = pd.Series(_one_piece(moments).to_pandas(), dtype="datetime64[us]")
    return TypedColumn(values, "date", style.note)


def _words(text: Any, present: Any) -> TypedColumn:
    if _all_indented(text):
        text = pc.utf8_ltrim_whitespace(text)
    trimmed = pc.utf8_trim_whitespace(text)
    missing = pc.is_in(trimmed, pa.array(MISSING, trimmed.type))
    words = pc.if_else(missing, pa.scalar(None, text.type), text)
    return TypedColumn(
        pd.Series(words.to_pandas(), dtype="str"), None, _mixture(present)
    )


def _all_indented(text: Any) -> bool:
    """Say whether a blank stands before every value, as after ", "."""
    start = pc.unique(pc.utf8_slice_codeunits(text[:_N_SAMPLE], 0, 1)).to_pylist()
    return bool(start == [" "])


def _mixture(present: Any) -> str:
    """Say that a column of words is nearly one of numbers."""
    if len(present) < _N_LOOK:
        return ""
    share = pc.mean(pc.cast(pc.match_substring_regex(present, PLAIN), "int8")).as_py()
    if not 0.5 <= share < 1 or any_match(present, LEADING_ZERO):
        return ""
    return "most values are numbers, some are not; it was left as text"


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
