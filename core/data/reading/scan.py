"""Passes over the bytes of a large file, a piece at a time."""

import hashlib
import mmap
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_PIECE = 2**22


def pieces(
    data: bytes | mmap.mmap, start: int = 0, size: int = _PIECE
) -> Iterator[memoryview]:
    """Yield views of the bytes from `start` on; a mapped file leaves memory behind."""
    with memoryview(data) as view:
        for position in range(start, len(data), size):
            with view[position : position + size] as piece:
                yield piece
            release(data, position + size)


def release(data: bytes | mmap.mmap, until: int) -> None:
    """Give back the memory of a mapped file's first bytes; they can be read again."""
    if isinstance(data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        whole = min(until, len(data)) // mmap.PAGESIZE * mmap.PAGESIZE
        if whole:
            data.madvise(mmap.MADV_DONTNEED, 0, whole)


def sha256(data: bytes | mmap.mmap) -> str:
    """Return the SHA-256 of all bytes as hex digits."""
    digest = hashlib.sha256()
    for piece in pieces(data):
        digest.update(piece)
    return digest.hexdigest()


def contains(data: bytes | mmap.mmap, mark: bytes, start: int = 0) -> bool:
    """Say whether one byte occurs from `start` on.

    Examples
    --------
    >>> contains(b"a,b", b","), contains(b"a,b", b",", start=2)
    (True, False)
    """
    for position in range(start, len(data), _PIECE):
        if data.find(mark, position, position + _PIECE) >= 0:
            return True
        release(data, position + _PIECE)
    return False


def is_utf8(data: bytes | mmap.mmap) -> bool:
    """Say whether all bytes are valid UTF-8.

    Examples
    --------
    >>> is_utf8("Käse".encode()), is_utf8("Käse".encode("cp1252"))
    (True, False)
    """
    position = 0
    while position < len(data):
        end = min(position + _PIECE, len(data))
        if end < len(data):
            end = _letter_start(data, end)
        piece = pa.py_buffer(data).slice(position, end - position)
        if not _is_valid(piece):
            return False
        position = end
        release(data, position)
    return True


def _letter_start(data: bytes | mmap.mmap, position: int) -> int:
    """Return where the letter begins that has a byte at `position`."""
    for back in range(4):
        if data[position - back] & 0xC0 != 0x80:
            return position - back
    return position


def _is_valid(piece: pa.Buffer) -> bool:
    bounds = pa.py_buffer(np.array([0, piece.size], dtype=np.int64))
    raw = pa.Array.from_buffers(pa.large_binary(), 1, [None, bounds, piece])
    try:
        pc.cast(raw, pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True
