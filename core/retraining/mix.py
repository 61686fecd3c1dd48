"""Which rows the next table takes: how many new ones, how many old, and how they count.

Captured rows stand in one fixed order, by moment and within a moment by lot (a hash of
their ids). A *cut* in that order parts rows that may be learned from and rows that are
kept aside, on which champion and challenger are judged.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import WorkspaceError

WEIGHT: Final = "weight by Rondo"
"""Column of weights that the next table gets when old rows count less."""
MOST_ASIDE: Final = 20_000
"""More rows than that would not decide anything sooner."""


@dataclass(frozen=True)
class Mix:
    """What the next table is made of.

    Attributes
    ----------
    newest : int or None
        At most so many captured rows, the newest; None: all.
    old_cycles : int or None
        Rows of the table so far that the last so many cycles brought; None: all,
        0: none.
    old_weight : float or None, in [0, 1]
        How much an old row counts beside a new one; 0 leaves old rows out. None: what
        a trial finds best (see `core.retraining.weighing`).
    kept_aside : float, in [0, 0.9]
        Share of the captured rows, the newest, that nothing learns from: the verdict
        is told on them.
    """

    newest: int | None = None
    old_cycles: int | None = None
    old_weight: float | None = 1.0
    kept_aside: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Mix":
        """Return the mix that `to_dict` wrote; refuse one that makes no sense.

        Raises
        ------
        WorkspaceError
            A number is out of its range.

        Examples
        --------
        >>> Mix.from_dict(Mix(newest=500, old_weight=None).to_dict()).newest
        500
        """
        mix = cls(**values)
        weight = 1.0 if mix.old_weight is None else mix.old_weight
        fits = (
            (mix.newest is None or mix.newest >= 1)
            and (mix.old_cycles is None or mix.old_cycles >= 0)
            and 0 <= weight <= 1
            and 0 <= mix.kept_aside <= 0.9
        )
        if not fits:
            raise WorkspaceError(
                "This mix of rows cannot be drawn.",
                hint="Give at least 1 new row, and shares between 0 and 1.",
            )
        return mix


def places_in_order(meta: pd.DataFrame) -> "pd.Series[str]":
    """Return each captured row's place in the fixed order, as text that sorts.

    Parameters
    ----------
    meta : DataFrame
        With ``id`` and ``at``; see `CapturedPredictions`.

    Examples
    --------
    >>> meta = pd.DataFrame({"id": ["p"], "at": pd.to_datetime(["2026-03-01"])})
    >>> places_in_order(meta)[0][:26]
    '2026-03-01T00:00:00.000000'
    """
    moments = pd.to_datetime(meta["at"]).dt.strftime("%Y-%m-%dT%H:%M:%S.%f")
    lots = [hashlib.sha256(str(each).encode()).hexdigest()[:12] for each in meta["id"]]
    return moments.astype("str") + "|" + pd.Series(lots, index=meta.index, dtype="str")


def choose_cut(places: "pd.Series[str]", mix: Mix) -> str:
    """Return the place from which rows are kept aside; all rows before it if none are.

    Parameters
    ----------
    places : Series of str
        Of the rows whose outcome is known; see `places_in_order`.
    mix : Mix

    Examples
    --------
    >>> choose_cut(pd.Series(["a", "b", "c", "d"]), Mix(kept_aside=0.25))
    'd'
    """
    ordered = np.sort(places.to_numpy(dtype=object))
    n_aside = min(MOST_ASIDE, round(mix.kept_aside * len(ordered)))
    if not len(ordered):
        return ""
    return str(ordered[-n_aside]) if n_aside else f"{ordered[-1]}~"


def taken(places: "pd.Series[str]", cut: str, mix: Mix) -> NDArray[np.bool_]:
    """Say which rows are learned from: before the cut, and the newest of these.

    Examples
    --------
    >>> taken(pd.Series(["c", "a", "b"]), "c", Mix(newest=1)).tolist()
    [False, False, True]
    """
    before: NDArray[np.bool_] = (places < cut).to_numpy(dtype=bool)
    if mix.newest is None or before.sum() <= mix.newest:
        return before
    first = np.sort(places[before].to_numpy(dtype=object))[-mix.newest]
    newest: NDArray[np.bool_] = before & (places >= first).to_numpy(dtype=bool)
    return newest
