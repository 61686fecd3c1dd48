"""What each kind of cleaning step does: canonical frame in, canonical frame out.

The functions take the columns and options that a `core.data.recipe.Step` holds;
the recipe has already checked that the columns are there.
"""

import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from core.data.by_word import by_word
from core.data.coerce import cast_column
from core.data.frames import (
    as_text,
    canonical_column,
    kind_of_dtype,
)
from core.data.repeats import repeated_rows
from core.errors import DataError

Columns = tuple[str, ...]
Options = Mapping[str, Any]

_COMPARISONS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
OPERATORS: Final = (*_COMPARISONS, "is missing")
CASES: Final = ("keep", "lower", "upper", "title")


def drop_columns(frame: pd.DataFrame, columns: Columns, _: Options) -> pd.DataFrame:
    """Leave columns out."""
    return frame.drop(columns=list(columns))


def not_repeated(frame: pd.DataFrame, columns: Columns, _: Options) -> pd.Series:
    """Keep the first of equal rows; equal in all columns when none is named."""
    compared = frame[list(columns)] if columns else frame
    return pd.Series(~repeated_rows(compared), index=frame.index)


def not_missing(frame: pd.DataFrame, columns: Columns, _: Options) -> pd.Series:
    """Leave out rows that lack a value in one of the columns, or in any."""
    return frame[list(columns or frame.columns)].notna().all(axis=1)


def not_fitting(frame: pd.DataFrame, columns: Columns, options: Options) -> pd.Series:
    """Leave out rows whose value fits the rule; a missing value fits only its own."""
    values = frame[columns[0]]
    if options["operator"] == "is missing":
        return values.notna()
    compare = _COMPARISONS[options["operator"]]
    value = _as_value(options.get("value"), values)
    fits: pd.Series = compare(values, value).fillna(False).astype(bool)
    return ~(fits & values.notna())


def not_outside(frame: pd.DataFrame, columns: Columns, options: Options) -> pd.Series:
    """Leave out rows with a number outside the limits; missing ones stay."""
    return ~_outside(frame, columns, options).any(axis=1)


def _outside(frame: pd.DataFrame, columns: Columns, options: Options) -> pd.DataFrame:
    low, high = _limits(frame, columns, options)
    numbers = frame[list(columns)]
    beyond = pd.DataFrame(False, index=frame.index, columns=numbers.columns)
    if low is not None:
        beyond |= numbers < low
    if high is not None:
        beyond |= numbers > high
    return beyond


def blank_outside(
    frame: pd.DataFrame, columns: Columns, options: Options
) -> pd.DataFrame:
    """Make numbers outside the limits missing."""
    beyond = _outside(frame, columns, options)
    masked = {n: canonical_column(frame[n].mask(beyond[n])) for n in columns}
    return _changed(frame, masked)


def set_type(frame: pd.DataFrame, columns: Columns, options: Options) -> pd.DataFrame:
    """Cast columns to a kind; what does not fit becomes missing."""
    kind = options["to"]

    def cast(values: pd.Series) -> pd.Series:
        return cast_column(values, kind)[0]

    return _changed(frame, {name: by_word(frame[name], cast) for name in columns})


def rename(frame: pd.DataFrame, columns: Columns, options: Options) -> pd.DataFrame:
    """Give one column another name."""
    new = str(options["to"]).strip()
    if not new or (new in frame.columns and new != columns[0]):
        raise DataError(
            f"A column cannot be renamed to {new!r}.",
            hint="Choose a name that is not empty and not taken.",
        )
    return frame.rename(columns={columns[0]: new})


def trim_text(frame: pd.DataFrame, columns: Columns, options: Options) -> pd.DataFrame:
    """Remove needless blanks; optionally write all words in one case."""
    case = options.get("case") or "keep"

    def trim(values: pd.Series) -> pd.Series:
        text = values.str.strip().str.replace(r"\s+", " ", regex=True)
        if case != "keep":
            text = getattr(text.str, case)()
        return text.mask(text == "")

    words = [name for name in columns if str(frame[name].dtype) == "str"]
    return _changed(frame, {name: by_word(frame[name], trim) for name in words})


def merge_levels(
    frame: pd.DataFrame, columns: Columns, options: Options
) -> pd.DataFrame:
    """Write some values as another one."""
    mapping = {str(old): str(new) for old, new in dict(options["mapping"]).items()}

    def merge(values: pd.Series) -> pd.Series:
        text = as_text(values)
        merged = text.map(lambda value: mapping.get(value, value), na_action="ignore")
        return _back(merged.astype("str"), values)

    return _changed(frame, {columns[0]: by_word(frame[columns[0]], merge)})


def blank_values(
    frame: pd.DataFrame, columns: Columns, options: Options
) -> pd.DataFrame:
    """Make certain values missing."""
    changed = {}
    for name in columns:
        values = frame[name]
        blanks = [_as_value(item, values, lenient=True) for item in options["values"]]
        blanks = [item for item in blanks if item is not None]
        hit = values.isin(blanks)
        changed[name] = canonical_column(values.mask(hit)) if hit.any() else values
    return _changed(frame, changed)


def fill_missing(
    frame: pd.DataFrame, columns: Columns, options: Options
) -> pd.DataFrame:
    """Write one value wherever one is missing."""
    changed = {}
    for name in columns:
        values = frame[name]
        whole = kind_of_dtype(values) == "integer"
        filled = values.fillna(_as_value(options["value"], values))
        kind = "integer" if whole else kind_of_dtype(values)
        changed[name] = cast_column(filled, kind)[0]
    return _changed(frame, changed)


def clip(frame: pd.DataFrame, columns: Columns, options: Options) -> pd.DataFrame:
    """Write values outside the limits as the limit."""
    low, high = _limits(frame, columns, options)
    clipped = {n: canonical_column(frame[n].clip(low, high)) for n in columns}
    return _changed(frame, clipped)


def _limits(
    frame: pd.DataFrame, columns: Columns, options: Options
) -> tuple[float | None, float | None]:
    """Return the limits, once it is sure that they fit the columns."""
    low, high = options.get("minimum"), options.get("maximum")
    if low is not None and high is not None and low > high:
        raise DataError(
            f"The lowest value {low} is above the highest {high}.",
            hint="Swap the two limits.",
        )
    for name in columns:
        if kind_of_dtype(frame[name]) not in ("number", "integer"):
            raise DataError(
                f"The column {name!r} holds no numbers to limit.",
                hint="Choose columns of numbers, or set their type first.",
            )
    if low is None and high is None:
        raise DataError("The range has no limit.", hint="Give the lowest or highest.")
    return low, high


def _as_value(value: Any, like: pd.Series, *, lenient: bool = False) -> Any:
    """Read an option's value as the column's own kind; None when lenient."""
    kind = kind_of_dtype(like)
    if kind == "integer":
        kind = "number"
    cell, refused = cast_column(pd.Series([value], dtype=object), kind)
    if not refused[0] and cell.notna()[0]:
        return cell.iloc[0]
    if lenient:
        return None
    raise DataError(
        f"{value!r} is not a value of the column {like.name!r}.",
        hint=f"Write a value of its type, {kind}.",
    )


def _back(text: pd.Series, like: pd.Series) -> pd.Series:
    """Return text in the column's own kind, if all of it fits."""
    cast, refused = cast_column(text, kind_of_dtype(like))
    return text if refused.any() else cast


def _changed(frame: pd.DataFrame, columns: Mapping[str, pd.Series]) -> pd.DataFrame:
    return frame.assign(**columns) if columns else frame


def count_changed(before: pd.DataFrame, after: pd.DataFrame) -> int:
    """Count cells that differ; a column added or dropped counts all its cells.

    Tables of different length share no row positions: then only columns count.
    """
    old, new = set(before.columns), set(after.columns)
    n_cells = len(after) * len(new - old) + len(before) * len(old - new)
    if len(before) != len(after):
        return n_cells
    for name in old & new:
        n_cells += int(changed_cells(before[name], after[name]).sum())
    return n_cells


def changed_cells(before: pd.Series, after: pd.Series) -> NDArray[np.bool_]:
    """Say which cells of a column differ; missing equals missing."""
    if before is after or same_memory(before, after):
        return np.zeros(len(before), dtype=bool)
    if before.dtype != after.dtype:
        before, after = as_text(before), as_text(after)
    same = (before == after).fillna(False).to_numpy(dtype=bool)
    both_missing = before.isna().to_numpy() & after.isna().to_numpy()
    changed: NDArray[np.bool_] = ~(same | both_missing)
    return changed


def same_memory(one: pd.Series, two: pd.Series) -> bool:
    """Say whether two columns are the same bytes, so that nothing can differ.

    A step that leaves a column alone hands it on without a copy. False may also mean
    that it cannot be told.

    Examples
    --------
    >>> table = pd.DataFrame({"a": ["x", "y"], "b": [1, 2]})
    >>> changed = table.assign(b=[1, 3])
    >>> same_memory(table["a"], changed["a"]), same_memory(table["b"], changed["b"])
    (True, False)
    """
    if one.dtype != two.dtype or len(one) != len(two) or str(one.dtype) == "boolean":
        return False
    if str(one.dtype) == "str":
        return _buffers(one) == _buffers(two)
    first, second = one.to_numpy(), two.to_numpy()
    place = (first.__array_interface__["data"], first.strides)
    return bool(place == (second.__array_interface__["data"], second.strides))


def _buffers(words: pd.Series) -> list[tuple[int, ...]]:
    """Return where each piece of a column of words lies."""
    array = pa.array(words, from_pandas=True)
    chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    return [
        (len(c), c.offset, *(b.address if b else 0 for b in c.buffers()))
        for c in chunks
    ]
