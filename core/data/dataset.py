"""Tables at rest: Parquet files that keep canonical dtypes, and content hashes."""

import hashlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.data.frames import as_text, build_frame, canonical, unique_names
from core.data.values import arrow_text
from core.errors import DataError


def content_hash(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of a table's names, dtypes and values, as hex digits.

    Equal for equal tables, whatever file they came from. Rows and columns in
    another order are another table.

    Examples
    --------
    >>> one = pd.DataFrame({"a": [1.0, None]})
    >>> content_hash(one) == content_hash(one.copy())
    True
    >>> content_hash(one) == content_hash(one.fillna(2.0))
    False
    """
    table = canonical(frame)
    digest = hashlib.sha256(f"{len(table)}".encode())
    for name in table.columns:
        column = table[name]
        heading = f"{name!r}:{column.dtype}".encode()
        digest.update(len(heading).to_bytes(8, "little") + heading)
        for part in _column_bytes(column):
            digest.update(part)
    return digest.hexdigest()


def _column_bytes(column: pd.Series) -> list[bytes | memoryview]:
    kind = str(column.dtype)
    if kind == "float64":
        numbers = column.to_numpy()
        plain = np.where(np.isnan(numbers), np.nan, numbers + 0.0)
        return [plain.astype("<f8").data]
    if kind == "datetime64[us]":
        return [column.to_numpy().view("<i8").data]
    if kind == "boolean":
        codes = column.astype("Int8").to_numpy(dtype="int8", na_value=-1)
        return [codes.data]
    if kind != "str":
        return [np.ascontiguousarray(column.to_numpy()).data]
    text = arrow_text(column)
    missing = np.ascontiguousarray(text.is_null().to_numpy(zero_copy_only=False))
    filled = pc.fill_null(text, "")
    lengths = pc.binary_length(filled).to_numpy().astype("<i8")
    return [missing.data, lengths.data, _letters(filled)]


def _letters(text: Any) -> bytes | memoryview:
    _, offsets, letters = text.buffers()
    if letters is None:
        return b""
    bounds = np.frombuffer(offsets, dtype="<i8")[text.offset :]
    first, last = int(bounds[0]), int(bounds[len(text)])
    return memoryview(letters)[first:last]


def write_parquet(frame: pd.DataFrame, path: str | Path | BinaryIO) -> None:
    """Write a table as Parquet (zstd); `read_parquet` gives an equal one back."""
    table = pa.Table.from_pandas(canonical(frame), preserve_index=False)
    pq.write_table(table.replace_schema_metadata(None), path, compression="zstd")


def read_parquet(path: str | Path | BinaryIO) -> pd.DataFrame:
    """Read a Parquet file as a canonical frame.

    Raises
    ------
    DataError
        The file is not Parquet, or is broken.

    Examples
    --------
    >>> import io
    >>> file = io.BytesIO()
    >>> write_parquet(pd.DataFrame({"a": [1, 2]}), file)
    >>> read_parquet(file)["a"].tolist()
    [1, 2]
    """
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise DataError(
            "The file cannot be read as Parquet.",
            hint="It may be cut off; write or upload it again.",
        ) from error
    return from_arrow(table)


def from_arrow(table: Any) -> pd.DataFrame:
    """Return an Arrow table as a canonical frame; repeated names are numbered."""
    names, _ = unique_names(table.column_names)
    columns = {
        name: _from_arrow(table.column(i)).rename(name) for i, name in enumerate(names)
    }
    return canonical(build_frame(columns, table.num_rows))


def _from_arrow(column: Any) -> pd.Series:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _from_arrow(column.cast(kind.value_type))
    if pa.types.is_boolean(kind):
        dtype = "boolean" if column.null_count else "bool"
        return pd.Series(column.to_pandas(), dtype=dtype)
    if pa.types.is_decimal(kind):
        return pd.Series(column.cast(pa.float64()).to_pandas())
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return pd.Series(pc.cast(column, _moment(kind), safe=False).to_pandas())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pd.Series(column.to_pandas(), dtype="str")
    if pa.types.is_null(kind):
        return pd.Series([np.nan] * len(column), dtype="str")
    if pa.types.is_nested(kind) or pa.types.is_binary(kind):
        return as_text(pd.Series(column.to_pylist(), dtype=object))
    return pd.Series(column.to_pandas())


def _moment(kind: Any) -> Any:
    return pa.timestamp("us", tz=getattr(kind, "tz", None))
