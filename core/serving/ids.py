"""Permanent ids of predictions: sorted by time, and by row within a call."""

import secrets
import time

_ROW_BYTES, _RANDOM_BYTES = 3, 7


def new_ids(n: int) -> list[str]:
    """Return ids of 32 hexadecimal digits that sort in the order they were made.

    Twelve digits are the moment in milliseconds, six the row within the call,
    fourteen are random: no two processes give the same, and none can be guessed.

    Parameters
    ----------
    n : int
        At most 16,777,216, one call.

    Examples
    --------
    >>> first, second = new_ids(2)
    >>> len(first), first < second
    (32, True)
    """
    moment = f"{time.time_ns() // 1_000_000:012x}"
    noise = secrets.token_hex(_RANDOM_BYTES * n)
    width = 2 * _RANDOM_BYTES
    return [
        f"{moment}{row:0{2 * _ROW_BYTES}x}{noise[row * width : (row + 1) * width]}"
        for row in range(n)
    ]
