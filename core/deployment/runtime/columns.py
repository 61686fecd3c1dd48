"""Plain columns as one matrix, by the tables that were learned in training."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from .cells import Columns

Matrix = NDArray[np.float32]
Floats = NDArray[np.float64]

_FAR = 1e6
_LARGEST = float(np.finfo(np.float32).max)
_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"(?u)\b\w\w+\b")


def encode(encoder: Mapping[str, Any], raw: Columns, n_rows: int) -> Matrix:
    """Return the matrix that estimators take, shape (n_rows, n_features_out).

    Parameters
    ----------
    encoder : mapping
        "numbers" (a block of number columns) and "columns" (the others, in order).
    raw : dict of str to values of shape (n_rows,)
    n_rows : int
    """
    names = encoder["numbers"]["names"]
    numbers = np.empty((n_rows, len(names)))
    for position, name in enumerate(names):
        numbers[:, position] = raw[name]
    blocks = [_encode_numbers(encoder["numbers"], numbers)]
    blocks.extend(
        _KINDS[column["kind"]](column, raw[column["name"]])
        for column in encoder["columns"]
    )
    return np.ascontiguousarray(np.hstack(blocks))


def _encode_numbers(block: Mapping[str, Any], values: Floats) -> Matrix:
    """Fill, scale and clip numbers; behind them stand the marks of missing ones."""
    missing = ~np.isfinite(values)
    with np.errstate(over="ignore"):
        filled = np.where(missing, block["fill"], values)
        scaled = (filled - block["offset"]) / block["scale"]
    if block["bend"]:
        far = np.clip(scaled, -_FAR, _FAR)
        scaled = far / np.hypot(1, far / 3)
    top = _FAR if np.isfinite(block["fill"]).all() else _LARGEST
    narrow = np.clip(scaled, -top, top).astype(np.float32)
    marks = missing[:, block["marked"]].astype(np.float32)
    return np.hstack([narrow, marks]) if marks.shape[1] else narrow


def _encode_codes(column: Mapping[str, Any], values: Sequence[Any]) -> Matrix:
    """Give each word the rank of its frequency; missing ones stay missing."""
    get, other, nan = column["codes"].get, column["other"], float("nan")
    other = nan if other is None else other
    found = [nan if value is None else get(value, other) for value in values]
    return np.asarray(found, dtype=np.float32).reshape(-1, 1)


def _encode_indicators(column: Mapping[str, Any], values: Sequence[Any]) -> Matrix:
    """Give each frequent word a column of 0 and 1, and one to all the others."""
    get, other = column["codes"].get, len(column["codes"])
    found = [other + 1 if value is None else get(value, other) for value in values]
    table = np.eye(other + 2, other + 1 + column["mark"], dtype=np.float32)
    return np.asarray(table[found], dtype=np.float32)


def _encode_means(column: Mapping[str, Any], values: Sequence[Any]) -> Matrix:
    """Give each word what the target was like where it stood in training."""
    get, other = column["codes"].get, len(column["codes"])
    found = [other + 1 if value is None else get(value, other) for value in values]
    return np.asarray(column["table"][found], dtype=np.float32)


def _encode_moments(column: Mapping[str, Any], values: Floats) -> Matrix:
    """Take moments apart into the parts of the calendar that training needed."""
    known = np.isfinite(values)
    moments = np.where(known, values, 0.0).astype("datetime64[s]")
    days = moments.astype("datetime64[D]")
    months, years = days.astype("datetime64[M]"), days.astype("datetime64[Y]")
    parts: dict[str, Any] = {
        "days": (values - column["start_s"]) / 86_400.0,
        "year": years.astype(np.int64) + 1970,
        "month": months.astype(np.int64) % 12 + 1,
        "day": (days - months).astype(np.int64) + 1,
        "weekday": (days.astype(np.int64) + 3) % 7,
        "day of year": (days - years).astype(np.int64) + 1,
        "hour": (moments - days).astype(np.int64) // 3600,
    }
    for part, length in (("month", 12), ("weekday", 7), ("hour", 24)):
        angle = 2 * np.pi * parts[part] / length
        parts[f"{part} sine"], parts[f"{part} cosine"] = np.sin(angle), np.cos(angle)
    names = column["numbers"]["names"]
    table = np.column_stack([np.where(known, parts[name], np.nan) for name in names])
    return _encode_numbers(column["numbers"], table)


def _encode_texts(column: Mapping[str, Any], values: Sequence[Any]) -> Matrix:
    """Measure sentences, and weigh their words by topic (TF-IDF, then SVD)."""
    texts = [value or "" for value in values]
    sizes = [(len(text), len(text.split())) for text in texts]
    table = np.asarray(sizes, dtype=np.float64).reshape(-1, 2)
    blocks = [_encode_numbers(column["numbers"], table)]
    if column["words"]:
        topics = np.zeros((len(texts), column["topics"].shape[0]))
        for row, text in enumerate(texts):
            topics[row] = _topics(column, text)
        blocks.append(topics.astype(np.float32))
    return np.hstack(blocks)


def _encode_hashes(column: Mapping[str, Any], values: Sequence[Any]) -> Matrix:
    """Put each word at the place of its checksum, with the checksum's sign."""
    table = np.zeros((len(values), column["places"]), dtype=np.float32)
    for row, value in zip(table, values, strict=True):
        found = [] if value is None else [value]
        if column["is_text"] and value is not None:
            found = _WORD.findall(value.lower())
        for word in found:
            code = crc32(word.encode("utf-8", "surrogatepass"))
            row[(code >> 1) % column["places"]] += 1 if code & 1 else -1
    if column["is_text"]:
        length = np.linalg.norm(table, axis=1, keepdims=True)
        table /= np.where(length > 0, length, 1)
    return table


def _topics(column: Mapping[str, Any], text: str) -> Floats:
    words = _TOKEN.findall(text.lower())
    pairs = [f"{first} {second}" for first, second in pairwise(words)]
    places = column["words"]
    counts = Counter(places[word] for word in [*words, *pairs] if word in places)
    if not counts:
        return np.zeros(column["topics"].shape[0])
    # One word after the other, in the order of training's tables: sums in another
    # order differ in their last digit, and a tree may have split just there.
    at = np.array(sorted(counts))
    weights = np.log([float(counts[place]) for place in sorted(counts)]) + 1.0
    weights *= column["weights"][at]
    weights /= np.sqrt(sum(weight * weight for weight in weights))
    found = np.zeros(column["topics"].shape[0])
    for place, weight in zip(at, weights, strict=True):
        found += weight * column["topics"][:, place]
    return found


_KINDS: dict[str, Callable[[Mapping[str, Any], Any], Matrix]] = {
    "codes": _encode_codes,
    "indicators": _encode_indicators,
    "means": _encode_means,
    "moments": _encode_moments,
    "texts": _encode_texts,
    "hashes": _encode_hashes,
}
