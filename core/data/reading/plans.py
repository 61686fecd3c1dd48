"""From columns of text to columns of numbers, booleans, dates and words.

A type is proposed on different values of a sample, and then cast over the whole
column; a cast that fails leaves the column as text.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.data.frames import ColumnKind
from core.data.reading.dates import guess_dates, parse_dates
from core.data.reading.letters import maybe_missing, without_empty
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
    refuse_leading_zeros,
)
from core.data.reading.options import ReadOptions

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
_MOST_SPELLINGS = 60

GUESS: Final = ReadOptions()
"""Nothing is known."""


@dataclass(frozen=True, eq=False)
class Plan:
    """How the text of one column becomes values, piece by piece.

    Attributes
    ----------
    kind : {"boolean", "integer", "number", "date"} or None
        None for words.
    cast : callable
        From a pyarrow text array to an array of values, null for missing; raises
        pyarrow.ArrowInvalid when some value does not fit.
    note, words, open_point
        As in `TypedColumn`.
    """

    kind: ColumnKind | None
    cast: Callable[[Any], Any]
    note: str = ""
    words: tuple[str, str] | None = None
    open_point: tuple[str, Any] | None = None


def plans(text: Any, options: ReadOptions = GUESS) -> Iterator[Plan]:
    """Propose how a column can be read, the narrowest way first, words last.

    Parameters
    ----------
    text : pyarrow text array
        The column, or a sample of it.
    options : ReadOptions
        What is known about decimal sign and order of dates.
    """
    present = _different(text)
    proposals: tuple[Callable[[Any], Plan | None], ...] = (
        _booleans,
        _whole_numbers,
        _numbers,
        partial(_dressed_numbers, decimal=options.decimal),
        partial(_dates, day_first=options.day_first),
    )
    for propose in proposals:
        plan = propose(present)
        if plan is not None:
            yield plan
    indented = _all_indented(text)
    yield Plan(None, lambda piece: _words(piece, indented), _mixture(present))


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
    return _blanked(trimmed, MISSING_AMONG_VALUES)


def _blanked(text: Any, missing: Sequence[str]) -> Any:
    found = pc.is_in(text, pa.array(missing, text.type))
    return pc.if_else(found, pa.scalar(None, text.type), text)


def _one_piece(values: Any) -> Any:
    chunked = isinstance(values, pa.ChunkedArray)
    return values.combine_chunks() if chunked else values


def _booleans(present: Any) -> Plan | None:
    if not 1 <= len(present) <= 6:
        return None
    words = {str(word).lower() for word in present.to_pylist()}
    for true, false in _PAIRS:
        whole_pair = words == {true, false}
        if whole_pair or (true == "true" and words <= {true, false}):
            written = _spellings(present, (false, true))
            cast = partial(_as_flags, pair=(true, false))
            return Plan("boolean", cast, "", written)
    return None


def _as_flags(text: Any, pair: tuple[str, str]) -> Any:
    """Cast words to booleans by way of their few different spellings."""
    coded = _one_piece(pc.dictionary_encode(text))
    if len(coded.dictionary) > _MOST_SPELLINGS:
        raise pa.ArrowInvalid("There are too many different words.")
    lower = pc.utf8_lower(_without_missing(coded.dictionary))
    known = pc.is_in(lower, pa.array(pair, lower.type))
    if not pc.all(pc.or_(known, pc.is_null(lower)), min_count=0).as_py():
        raise pa.ArrowInvalid("Some words are neither true nor false.")
    values = pc.if_else(pc.is_null(lower), None, pc.equal(lower, pair[0]))
    return values.take(coded.indices)


def _spellings(present: Any, pair: tuple[str, str]) -> tuple[str, str]:
    """Return how each word of a pair is written first; the word itself if it is not."""
    written = [str(word) for word in present.to_pylist()]
    found = [next((w for w in written if w.lower() == word), word) for word in pair]
    return found[0], found[1]


def _whole_numbers(present: Any) -> Plan | None:
    if not len(present) or not all_match(present, INTEGER):
        return None
    if any_match(present, LEADING_ZERO):
        return None
    signed = any_match(present, r"^\+")

    def cast(text: Any) -> Any:
        if signed:
            text = pc.replace_substring_regex(text, r"^\s*\+", "")
        return _cast(text, lambda values: pc.cast(values, pa.int64()))

    return Plan("integer", cast)


def _cast(text: Any, cast: Callable[[Any], Any]) -> Any:
    """Cast text as it is, or without missing values.

    Raises
    ------
    pyarrow.ArrowInvalid
        A value does not fit, or is a number with leading zeros.
    """
    refuse_leading_zeros(text)
    if not isinstance(text, pa.ChunkedArray):
        text = without_empty(text)
    for prepare in (None, _blanked_values):
        try:
            return cast(text if prepare is None else prepare(text))
        except pa.ArrowInvalid:
            continue
    return cast(_without_missing(text))


def _blanked_values(text: Any) -> Any:
    return _blanked(text, MISSING_AMONG_VALUES)


def _numbers(present: Any) -> Plan | None:
    if not len(present) or not all_match(present, PLAIN):
        return None
    if any_match(present, LEADING_ZERO) or _are_long_names(present):
        return None
    if all_match(present, r"^[-+]?[1-9]\d{0,2}(\.\d{3})?$"):
        return None
    return Plan("number", lambda text: _cast(text, as_float))


def _are_long_names(present: Any) -> bool:
    """Say whether whole numbers are so long that a number would lose digits."""
    if all_match(present, LONG_DIGITS):
        return True
    return all_match(present, r"^[-+]?\d+$") and any_match(present, r"\d{16}")


def _dressed_numbers(present: Any, decimal: str | None) -> Plan | None:
    if _are_long_names(present):
        return None
    look = present[:_N_LOOK].to_pylist()
    if (
        not look
        or guess_style(look, decimal) is None
        or any_match(present, LEADING_ZERO)
    ):
        return None
    style = guess_style(present.to_pylist(), decimal)
    if style is None:
        return None

    def cast(text: Any) -> Any:
        refuse_leading_zeros(text)
        return as_float(plain_numbers(_without_missing(text), style))

    point = ("decimal", style.decimal) if style.ambiguous else None
    return Plan("number", cast, style.note, open_point=point)


def _dates(present: Any, day_first: bool | None) -> Plan | None:
    look = present[:_N_LOOK].to_pylist()
    style = guess_dates(look, day_first) and guess_dates(present.to_pylist(), day_first)
    if style is None:
        return None

    def cast(text: Any) -> Any:
        try:
            return parse_dates(text, style)
        except pa.ArrowInvalid:
            return parse_dates(_without_missing(text), style)

    point = ("day_first", style.day_first) if style.ambiguous else None
    return Plan("date", cast, style.note, open_point=point)


def _words(text: Any, indented: bool) -> Any:
    if indented:
        text = pc.utf8_ltrim_whitespace(text)
    text = pc.cast(text, pa.large_string())
    if not isinstance(text, pa.ChunkedArray):
        return _present_words(text)
    chunks = [_present_words(chunk) for chunk in text.chunks]
    return pa.chunked_array(chunks, pa.large_string())


def _present_words(text: Any) -> Any:
    """Make those values null that always mean missing, after a look at their ends."""
    if not len(text):
        return text
    doubtful = maybe_missing(text)
    looked = text if doubtful.all() else text.filter(pa.array(doubtful))
    few = len(pc.unique(looked[:_N_SAMPLE])) < _N_SAMPLE // 10 < len(looked)
    if not text.null_count and not _has_missing(pc.unique(looked) if few else looked):
        return text
    missing = pc.is_in(pc.utf8_trim_whitespace(text), pa.array(MISSING, text.type))
    return pc.if_else(missing, pa.scalar(None, text.type), text)


def _has_missing(values: Any) -> bool:
    found = pc.is_in(pc.utf8_trim_whitespace(values), pa.array(MISSING, values.type))
    return bool(pc.any(found, min_count=0).as_py()) or values.null_count > 0


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
