"""The sealed test rows: opened on purpose, and counted."""

from collections.abc import Callable
from typing import NoReturn

import pandas as pd


class SealedTest:
    """Test rows that can only be read by an opening that was counted.

    Training, tuning and the choice of a threshold get this object at most: it tells
    how many rows there are, and has no other way to them than `open`.

    Parameters
    ----------
    read : callable
        Reads the rows; called by `open` alone.
    n_rows : int
        How many there are.
    record : callable
        Counts an opening where it lasts, and raises when it could not. It is called
        first, each time: without it nothing is read.

    Examples
    --------
    >>> counted = []
    >>> sealed = SealedTest(
    ...     lambda: pd.DataFrame({"a": [1, 2]}), n_rows=2,
    ...     record=lambda: counted.append("once"))
    >>> sealed.n_rows, counted
    (2, [])
    >>> len(sealed.open()), counted
    (2, ['once'])
    """

    __slots__ = ("__open", "__weakref__", "n_rows")

    n_rows: int
    __open: Callable[[], pd.DataFrame]

    def __init__(
        self,
        read: Callable[[], pd.DataFrame],
        *,
        n_rows: int,
        record: Callable[[], object],
    ) -> None:
        def counted() -> pd.DataFrame:
            record()
            return read()

        object.__setattr__(self, "n_rows", n_rows)
        object.__setattr__(self, "_SealedTest__open", counted)

    def open(self) -> pd.DataFrame:
        """Count the opening, then return the test rows."""
        return self.__open()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise TypeError("The test rows are sealed.")

    def __reduce__(self) -> NoReturn:
        raise TypeError("The test rows are sealed; they are not copied or sent.")

    def __repr__(self) -> str:
        return f"SealedTest(n_rows={self.n_rows})"
