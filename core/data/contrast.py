"""How the target differs between some rows and the rest."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from core.data.frames import as_text
from core.data.target import Task
from core.data.values import as_numbers

MOST_CLASSES: Final = 10
_Z: Final = 1.959964

Ends = tuple[float, float]


@dataclass(frozen=True)
class Side:
    """One figure of the target among some rows and among the rest.

    Attributes
    ----------
    label : str
        The class whose share it is; "" for the mean of a number.
    inside, rest : float
    inside_range, rest_range : (low, high)
        95 % intervals: Wilson's of a share, Student's of a mean.
    difference : float
        `inside` minus `rest`.
    difference_range : (low, high)
        95 %: Newcombe's score interval, or Welch's.
    """

    label: str
    inside: float
    inside_range: Ends
    rest: float
    rest_range: Ends
    difference: float
    difference_range: Ends

    @property
    def is_clear(self) -> bool:
        """Whether the interval of the difference excludes 0."""
        return self.difference_range[0] > 0 or self.difference_range[1] < 0


@dataclass(frozen=True)
class Contrast:
    """The target among some rows against the rest.

    Attributes
    ----------
    target : str
    is_share : bool
        Shares of classes; else the mean of a number.
    n_inside, n_rest : int
        Rows with a target value.
    sides : tuple of Side
        For two classes the rarer one; for several each, the most frequent first, at
        most ten. Empty when either group has too few rows with a target value.
    """

    target: str
    is_share: bool
    n_inside: int
    n_rest: int
    sides: tuple[Side, ...]


def contrast(values: pd.Series, inside: NDArray[np.bool_], task: Task) -> Contrast:
    """Compare the target among some rows with the rest.

    Parameters
    ----------
    values : Series of shape (n_rows,)
        The target, canonical; rows without a value are left out.
    inside : bool ndarray of shape (n_rows,)
    task : {"binary", "multiclass", "regression"}

    Returns
    -------
    Contrast

    Notes
    -----
    Shares: Wilson's interval (1927); their difference by Newcombe's hybrid score
    interval (Statistics in Medicine 17, 1998, method 10). Means: Student's t; their
    difference by Welch's t. Rows were chosen by looking: a difference found so is a
    hint, not a proof.

    Examples
    --------
    >>> left = pd.Series(["yes"] * 30 + ["no"] * 70)
    >>> found = contrast(left, np.arange(100) < 40, "binary").sides[0]
    >>> found.label, found.inside, found.rest, found.is_clear
    ('yes', 0.75, 0.0, True)
    """
    known = values.notna().to_numpy(dtype=bool)
    target, chosen = values[known], inside[known]
    n_inside = int(chosen.sum())
    n_rest = int(chosen.size - n_inside)
    name, is_share = str(values.name), task != "regression"
    sides: tuple[Side, ...] = ()
    if is_share and n_inside and n_rest:
        sides = _share_sides(as_text(target), chosen)
    elif not is_share and n_inside > 1 and n_rest > 1:
        numbers = as_numbers(target)
        sides = (_mean_side(numbers[chosen], numbers[~chosen]),)
    return Contrast(name, is_share, n_inside, n_rest, sides)


def _share_sides(words: pd.Series, chosen: NDArray[np.bool_]) -> tuple[Side, ...]:
    levels = words.value_counts().index
    shown = levels[1:] if len(levels) == 2 else levels[:MOST_CLASSES]
    return tuple(
        _share_side(str(level), (words == level).to_numpy(dtype=bool), chosen)
        for level in shown
    )


def _share_side(label: str, hit: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> Side:
    one, two = hit[chosen], hit[~chosen]
    first, second = float(one.mean()), float(two.mean())
    low, high = wilson(int(one.sum()), one.size)
    rest_low, rest_high = wilson(int(two.sum()), two.size)
    gap = first - second
    return Side(
        label, first, (low, high), second, (rest_low, rest_high), gap,
        (
            gap - float(np.hypot(first - low, rest_high - second)),
            gap + float(np.hypot(high - first, second - rest_low)),
        ),
    )  # fmt: skip


def wilson(n_hits: int, n_rows: int) -> Ends:
    """Return Wilson's 95 % interval of a share.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(0, 10)]
    [0.0, 0.278]
    """
    share, z2 = n_hits / n_rows, _Z**2
    middle = (share + z2 / (2 * n_rows)) / (1 + z2 / n_rows)
    spread = share * (1 - share) / n_rows + z2 / (4 * n_rows**2)
    half = _Z * float(np.sqrt(spread)) / (1 + z2 / n_rows)
    return max(0.0, middle - half), min(1.0, middle + half)


def _mean_side(one: NDArray[np.float64], two: NDArray[np.float64]) -> Side:
    means = float(one.mean()), float(two.mean())
    parts = [float(group.var(ddof=1)) / group.size for group in (one, two)]
    free = [group.size - 1 for group in (one, two)]
    ends = [
        _around(mean, part, n)
        for mean, part, n in zip(means, parts, free, strict=True)
    ]  # fmt: skip
    total = sum(parts)
    welch = sum(part**2 / n for part, n in zip(parts, free, strict=True))
    gap = means[0] - means[1]
    spread = _around(gap, total, total**2 / welch if welch else 1.0)
    return Side("", means[0], ends[0], means[1], ends[1], gap, spread)


def _around(middle: float, variance: float, degrees: float) -> Ends:
    half = float(stdtrit(degrees, 0.975) * np.sqrt(variance))
    return middle - half, middle + half
