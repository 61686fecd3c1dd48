"""The groups of a column: its values, the quartiles of numbers, the years of dates."""

from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from core.data.frames import kind_of_dtype
from core.wording import score_text

MOST_GROUPS: Final = 12
MISSING: Final = "(missing)"
OTHERS: Final = "(all others)"
_BANDS: Final = 4


def group_names(values: pd.Series) -> pd.Series:
    """Return the name of each row's group.

    Examples
    --------
    >>> group_names(pd.Series(np.arange(100.0))).unique().tolist()
    ['up to 24', '24 to 49', '49 to 74', 'above 74']
    >>> group_names(pd.Series(["a", None])).tolist()
    ['a', '(missing)']
    """
    kind = kind_of_dtype(values)
    many = values.nunique() > MOST_GROUPS
    if kind in ("number", "integer") and many:
        return _bands(values)
    if kind == "date":
        years: pd.Series = values.dt.strftime("%Y").astype("object")
        return years.where(values.notna(), MISSING)
    named: pd.Series = values.astype("object").map(str, na_action="ignore")
    named = named.where(values.notna(), MISSING)
    kept = named.value_counts().index
    if len(kept) > MOST_GROUPS:
        named = named.where(named.isin(kept[: MOST_GROUPS - 1]), OTHERS)
    return named


def _bands(values: pd.Series) -> pd.Series:
    """Cut numbers at their quartiles."""
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    at = np.arange(1, _BANDS) / _BANDS
    edges = np.unique(np.nanquantile(numbers, at, method="lower"))
    edges = edges[edges < np.nanmax(numbers)]
    shown = [_edge(edge) for edge in edges]
    names = [f"up to {shown[0]}"] if shown else ["all"]
    names += [f"{a} to {b}" for a, b in pairwise(shown)]
    names += [f"above {shown[-1]}"] if shown else []
    codes = np.searchsorted(edges, np.where(np.isnan(numbers), 0, numbers), "left")
    words = np.array(names, dtype=object)[codes]
    words[np.isnan(numbers)] = MISSING
    return pd.Series(words, index=values.index, name=values.name)


def _edge(edge: float) -> str:
    return f"{edge:,.0f}" if float(edge).is_integer() else score_text(edge)
