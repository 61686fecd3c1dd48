"""Cells that a spreadsheet would run, made harmless."""

from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_FORMULA: Final = r"^[=+\-@\t\r]"
_NUMBER: Final = r"^[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?$"


def neutralise_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table with text that a spreadsheet would run set behind a quote.

    Text that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end gets an
    apostrophe in front, in cells and in column names; numbers stay as they are.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": ["=1+1", "-5", "-x", "plain"]})
    >>> neutralise_formulas(frame)["a"].tolist()
    ["'=1+1", '-5', "'-x", 'plain']
    """
    safe = frame.copy()
    for name in frame.columns:
        values = frame[name]
        if not pd.api.types.is_string_dtype(values.dtype):
            continue
        text = pa.array(values.astype("str"), pa.large_string(), from_pandas=True)
        harmless = neutral_text(text)
        if harmless is not text:
            safe[name] = pd.Series(
                harmless.to_pandas().to_numpy(), index=frame.index, dtype="str"
            )
    safe.columns = pd.Index(neutral_names([str(name) for name in frame.columns]))
    return safe


def neutral_text(text: Any) -> Any:
    """Return an Arrow array of text, harmless; the same array where all of it is."""
    suspect = pc.match_substring_regex(text, _FORMULA)
    if not pc.any(suspect, min_count=0).as_py():
        return text
    runs = pc.and_not(suspect, pc.match_substring_regex(text, _NUMBER))
    quote, nothing = (pa.scalar(mark, text.type) for mark in ("'", ""))
    quoted = pc.binary_join_element_wise(quote, text, nothing)
    return pc.if_else(pc.fill_null(runs, False), quoted, text)


def neutral_names(names: list[str]) -> list[str]:
    """Return column names that no spreadsheet runs.

    Examples
    --------
    >>> neutral_names(["=1+1", "age"])
    ["'=1+1", 'age']
    """
    return [f"'{name}" if name[:1] in tuple("=+-@\t\r") else name for name in names]


def neutral_table(table: Any) -> Any:
    """Return an Arrow table whose cells of text and whose names are harmless."""
    columns = [
        neutral_text(column)
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        else column
        for column in table.columns
    ]
    return pa.table(columns, names=neutral_names(table.column_names))
