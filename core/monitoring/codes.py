"""Rows as bin codes, packed into text: how a sample travels inside JSON."""

import base64
import zlib

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int16]


def pack_codes(codes: Codes) -> str:
    """Return codes of any shape as text.

    Examples
    --------
    >>> unpack_codes(pack_codes(np.array([[1, -1]], dtype=np.int16)), (1, 2)).tolist()
    [[1, -1]]
    """
    raw = np.ascontiguousarray(codes, dtype="<i2").tobytes()
    return base64.b64encode(zlib.compress(raw)).decode("ascii")


def unpack_codes(text: str, shape: tuple[int, int]) -> Codes:
    """Return what `pack_codes` packed, in this shape."""
    raw = zlib.decompress(base64.b64decode(text))
    return np.frombuffer(raw, dtype="<i2").astype(np.int16).reshape(shape)
