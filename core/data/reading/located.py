"""A table that was found in a text."""

import mmap
from dataclasses import dataclass

from core.data.reading.layout import Layout


@dataclass(frozen=True, eq=False)
class Located:
    """A table found in a text: the bytes from `start` on are its rows.

    Attributes
    ----------
    data : bytes or mmap
        UTF-8.
    start : int
    layout : Layout
    """

    data: "bytes | mmap.mmap"
    start: int
    layout: Layout
