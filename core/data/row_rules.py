"""Steps that keep or leave out rows by a formula or by a cohort's rule."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.cohort import Cohort, Condition

DROP: Final = "leave these rows out"
KEEP: Final = "keep only these rows"
WHICH: Final = (DROP, KEEP)

Columns = tuple[str, ...]
Options = Mapping[str, Any]


def not_holding(frame: pd.DataFrame, _: Columns, options: Options) -> pd.Series:
    """Leave out rows where a formula holds; where it is missing, it does not.

    Examples
    --------
    >>> table = pd.DataFrame({"age": [-1.0, 30.0, None]})
    >>> not_holding(table, (), {"condition": "age < 0"}).tolist()
    [False, True, True]
    >>> not_holding(table, (), {"condition": "age < 0", "rows": KEEP}).tolist()
    [True, False, False]
    """
    rule = Condition("", "formula", options["condition"])
    return _kept(rule.mask(frame), frame, options)


def not_in_cohort(frame: pd.DataFrame, _: Columns, options: Options) -> pd.Series:
    """Leave out the rows of a cohort, or all others.

    Examples
    --------
    >>> rule = Cohort("young", (Condition("age", "<", 30),)).to_dict()
    >>> table = pd.DataFrame({"age": [20, 40]})
    >>> not_in_cohort(table, (), {"cohort": rule}).tolist()
    [False, True]
    """
    cohort = Cohort.from_dict(options["cohort"])
    return _kept(cohort.mask(frame), frame, options)


def _kept(fits: NDArray[np.bool_], frame: pd.DataFrame, options: Options) -> pd.Series:
    keep = fits if options.get("rows") == KEEP else ~fits
    return pd.Series(keep, index=frame.index)


def is_cohort(value: Any) -> bool:
    """Say whether a value is what `Cohort.to_dict` gives.

    Raises
    ------
    DataError
        It has that shape, but its rule is none.

    Examples
    --------
    >>> is_cohort(Cohort("young", (Condition("age", "<", 30),)).to_dict())
    True
    >>> is_cohort({"name": "young"}), is_cohort("young")
    (False, False)
    """
    try:
        names = Cohort.from_dict(value).columns
    except (KeyError, TypeError, AttributeError):
        return False
    return all(isinstance(name, str) for name in names)
