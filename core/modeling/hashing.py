"""Words for models that go on learning: a place for every word, known or new.

A word's place is its CRC-32, so that it is the same in every process and for words
that come later (Weinberger, Dasgupta, Langford, Smola and Attenberg, "Feature Hashing
for Large Scale Multitask Learning", ICML 2009, whose signs keep sums unbiased).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from zlib import crc32

import numpy as np

from core.modeling.numbers import Matrix

PLACES: Final = 64
TEXT_PLACES: Final = 128
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True)
class HashedColumn:
    """Words by their hash: plus or minus 1 in one of some places.

    Nothing is learned, so nothing has to be learned again when new words come. A
    missing value is all 0. A text is the sum of its words, brought to length 1.

    Examples
    --------
    >>> column = HashedColumn("plan", 4)
    >>> column.encode(["basic", None]).tolist()
    [[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]
    """

    name: str
    n_places: int = PLACES
    is_text: bool = False

    def encode(self, values: Sequence[Any]) -> Matrix:
        """Return float32 of shape (n_rows, n_places)."""
        table = np.zeros((len(values), self.n_places), dtype=np.float32)
        for row, value in zip(table, values, strict=True):
            if isinstance(value, str):
                self._put(row, value)
        if self.is_text:
            length = np.linalg.norm(table, axis=1, keepdims=True)
            table /= np.where(length > 0, length, 1)
        return table

    def _put(self, row: Matrix, value: str) -> None:
        for word in _WORD.findall(value.lower()) if self.is_text else (value,):
            code = crc32(word.encode("utf-8", "surrogatepass"))
            row[(code >> 1) % self.n_places] += 1 if code & 1 else -1

    @property
    def parts(self) -> tuple[str, ...]:
        """The places."""
        return tuple(f"place {i + 1}" for i in range(self.n_places))
