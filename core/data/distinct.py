"""Columns of words that are nearly all different: counted without a dictionary."""

from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.data.values import MOST_KEPT, Levels, arrow_text, encode_words

_SAMPLED, _LEAST_ROWS, _MANY = 4_096, 100_000, 0.9
_GLANCE: Final = 256
_BLOCK: Final = 1 << 14
_WORD: Final = 8
_ASCII: Final = 128
_ONE, _FIRST, _SECOND = (
    np.uint64(1), np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F),
)  # fmt: skip

Hashes = NDArray[np.uint64]


def looks_distinct(values: pd.Series) -> bool:
    """Say whether a look at 256, then at 4,096 rows, finds mostly different words.

    Always no under 100,000 rows, where a dictionary costs little.
    """
    if str(values.dtype) != "str" or len(values) < _LEAST_ROWS:
        return False
    return all(_mostly_different(values, n_rows) for n_rows in (_GLANCE, _SAMPLED))


def _mostly_different(values: pd.Series, n_rows: int) -> bool:
    """Say whether so many rows, evenly spread, hold nearly as many different words."""
    rows = np.linspace(0, len(values) - 1, n_rows).astype(np.int64)
    words = encode_words(values.iloc[rows])
    n_present = int(words.sizes.sum())
    return n_present > n_rows // 2 and len(words.dictionary) > _MANY * n_present


def count_levels(values: pd.Series) -> tuple[Levels, tuple[int, int, int]] | None:
    """Count words that are nearly all different, and measure their lengths.

    Each is hashed to 64 bits and the hashes are sorted: of n words, the chance that
    two different ones are taken for the same is below n² / 2^65 (3e-8 of a million).

    Parameters
    ----------
    values : Series of dtype str

    Returns
    -------
    (Levels, (shortest, median, longest)) or None
        None where many words repeat after all: a dictionary is the better way.

    Examples
    --------
    >>> levels, lengths = count_levels(pd.Series(["bb", "a", "ccc"], dtype="str"))
    >>> levels.top(2), len(levels), lengths
    ((('a', 'bb'), (1, 1)), 3, (1, 2, 3))
    """
    words = arrow_text(values)
    if words.null_count:
        words = words.drop_null()
    hashes = hash_text(words)
    ordered = np.sort(hashes)
    again = ordered[1:] == ordered[:-1]
    n_distinct = ordered.size - int(np.count_nonzero(again))
    if n_distinct < ordered.size / 2:
        return None
    levels = _levels(words, hashes, ordered[1:][again], n_distinct)
    lengths = text_lengths(words)
    middle = (lengths.size - 1) // 2
    median = np.partition(lengths, middle)[middle]
    return levels, (int(lengths.min()), int(median), int(lengths.max()))


def _levels(words: Any, hashes: Hashes, repeated: Hashes, n_distinct: int) -> Levels:
    """Return the most frequent words: those that repeat, then others by their text."""
    kept, sizes = words[:0], np.array([], dtype=np.int64)
    if repeated.size:
        at = np.minimum(np.searchsorted(repeated, hashes), repeated.size - 1)
        often = repeated[at] == hashes
        counted = pc.value_counts(words.filter(pa.array(often)))
        table = pa.table({"n": counted.field(1), "value": counted.field(0)})
        table = table.sort_by([("n", "descending"), ("value", "ascending")])
        table = table.slice(0, MOST_KEPT)
        kept = table["value"].combine_chunks()
        sizes = table["n"].to_numpy()
        words = words.filter(pa.array(~often))
    n_more = min(MOST_KEPT - len(kept), len(words))
    if n_more:
        order = [("", "ascending")]
        first = words.take(pc.select_k_unstable(words, n_more, sort_keys=order))
        kept = pa.concat_arrays([kept, first])
        sizes = np.append(sizes, np.ones(n_more, dtype=np.int64))
    return Levels(kept, sizes, n_distinct, int(hashes.size))


def text_lengths(words: Any) -> NDArray[np.int64]:
    """Return the length of every text, in characters.

    Plain ASCII has a character a byte, which the offsets tell without another look.
    """
    offsets = _offsets(words)
    content = words.buffers()[2]
    if content is not None:
        letters = np.frombuffer(content, dtype=np.uint8)[offsets[0] : offsets[-1]]
        if letters.max(initial=0) >= _ASCII:
            counted = pc.utf8_length(words).to_numpy(zero_copy_only=False)
            return np.asarray(counted, dtype=np.int64)
    return np.diff(offsets)


def _offsets(words: Any) -> NDArray[np.int64]:
    """Return where each text begins, and where the last one ends."""
    offsets = np.frombuffer(words.buffers()[1], dtype=np.int64)
    return offsets[words.offset : words.offset + len(words) + 1]


def hash_text(words: Any) -> Hashes:
    """Hash every text to 64 bits, eight bytes at a time.

    Parameters
    ----------
    words : pyarrow LargeStringArray of shape (n,), without nulls

    Returns
    -------
    uint64 ndarray of shape (n,)
    """
    n_rows = len(words)
    offsets = _offsets(words)
    content = words.buffers()[2]
    size = content.size if content is not None else 0
    if size < _WORD:
        content, size = bytes(content or b"") + bytes(_WORD), size + _WORD
    # every run of eight bytes as one number: overlapping views, nothing is copied
    eights = np.ndarray((size - _WORD + 1,), dtype="<u8", buffer=content, strides=(1,))
    hashes = np.empty(n_rows, dtype=np.uint64)
    for first in range(0, n_rows, _BLOCK):
        part = offsets[first : first + _BLOCK + 1]
        hashes[first : first + _BLOCK] = _hash_block(eights, part[:-1], part[1:])
    return hashes


def _hash_block(
    eights: Hashes, start: NDArray[np.int64], end: NDArray[np.int64]
) -> Hashes:
    size = end - start
    at = np.maximum(end - _WORD, 0)
    tail = eights[at]  # the last eight bytes, or all of a shorter text
    short = size < _WORD
    if short.any():
        skipped = np.maximum(start - at, 0).astype(np.uint64) * np.uint64(_WORD)
        kept = np.minimum(size, _WORD).astype(np.uint64) * np.uint64(_WORD)
        cut = (tail >> skipped) & ((_ONE << kept) - _ONE)
        tail = np.where(short, cut, tail)
    # stirred apart, or "b" would be taken for "a" with a NUL behind it
    hashes = _mix(size.astype(np.uint64) * _SECOND, tail)
    for done in range(0, int(size.max(initial=0)) - _WORD, _WORD):
        longer = size > done + _WORD
        if longer.all():
            hashes = _mix(hashes, eights[start + done])
        else:
            rows = np.flatnonzero(longer)
            hashes[rows] = _mix(hashes[rows], eights[start[rows] + done])
    return hashes


def _mix(hashes: Hashes, more: Hashes) -> Hashes:
    """Stir eight more bytes in, in the manner of splitmix64 (Steele et al. 2014)."""
    hashes ^= more
    hashes *= _FIRST
    hashes ^= hashes >> np.uint64(29)
    hashes *= _SECOND
    hashes ^= hashes >> np.uint64(32)
    return hashes
