"""Looks at the letters of Arrow text in place, without making new text."""

from typing import Any, Final

import numpy as np
import pyarrow as pa

_BLANK, _ASCII_END, _NINE, _ZERO = 32, 128, 57, 48
_LONGEST_MISSING: Final = 4
"""No word that always means missing is longer (`plans.MISSING`)."""


def _bounds(text: Any) -> Any:
    wide = pa.types.is_large_string(text.type)
    offsets = np.frombuffer(text.buffers()[1], np.int64 if wide else np.int32)
    return offsets[text.offset : text.offset + len(text) + 1]


def only_digits(text: Any) -> bool:
    """Say whether Arrow text (one piece) holds no letter but 0 to 9.

    Examples
    --------
    >>> only_digits(pa.array(["1", "20"])), only_digits(pa.array(["1", "-2"]))
    (True, False)
    """
    if text.null_count or not len(text):
        return False
    bounds, letters = _bounds(text), text.buffers()[2]
    if letters is None or not (np.diff(bounds) > 0).all():
        return False
    read = np.frombuffer(letters, np.uint8)[bounds[0] : bounds[-1]]
    return bool(read.min() >= _ZERO and read.max() <= _NINE)


def without_empty(text: Any) -> Any:
    """Return Arrow text (one piece) with null for empty values; nothing is copied."""
    if text.null_count or not len(text):
        return text
    present = np.diff(_bounds(text)) > 0
    if present.all():
        return text
    if text.offset:
        text = pa.concat_arrays([text])
    known = pa.py_buffer(np.packbits(present, bitorder="little"))
    _, offsets, letters = text.buffers()
    return pa.Array.from_buffers(text.type, len(text), [known, offsets, letters])


def maybe_zero_first(text: Any) -> Any:
    """Mark values that start with a zero and a digit, or with a blank."""
    bounds, letters = _bounds(text), text.buffers()[2]
    if letters is None or not letters.size or not len(text):
        return np.zeros(len(text), dtype=bool)
    read = np.frombuffer(letters, np.uint8)
    last, start, end = len(read) - 1, bounds[:-1], bounds[1:]
    first: Any = read[np.minimum(start, last)]
    signed = (first == 43) | (first == 45)
    if signed.any():
        start = start + signed
        first = read[np.minimum(start, last)]
    second: Any = read[np.minimum(start + 1, last)]
    zero_first = (first == 48) & (second >= 48) & (second <= 57)
    return (end - start > 1) & (zero_first | (first <= 32))


def maybe_missing(text: Any) -> Any:
    """Mark values so short, or with such ends, that they may mean missing.

    Parameters
    ----------
    text : pyarrow text array, one piece

    Returns
    -------
    boolean ndarray of shape (n_rows,)
        False where a value surely is none of `plans.MISSING`, blanks around it or not.

    Examples
    --------
    >>> maybe_missing(pa.array(["NA", "Berlin", " NULL  ", "pro"])).tolist()
    [True, False, True, True]
    """
    bounds, letters = _bounds(text), text.buffers()[2]
    short = np.diff(bounds) <= _LONGEST_MISSING
    if letters is None or not letters.size or short.all():
        return short
    read = np.frombuffer(letters, np.uint8)
    first: Any = read[np.minimum(bounds[:-1], len(read) - 1)]
    last: Any = read[np.maximum(bounds[1:], 1) - 1]
    for end in (first, last):
        short |= (end <= _BLANK) | (end >= _ASCII_END)
    return short
