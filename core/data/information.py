"""How much one column tells about another, in bits, whatever the shape of it."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

N_GROUPS: Final = 20
_TENTHS: Final = tuple(k / 10 for k in range(1, 10))

Codes = NDArray[np.int64]


def shared_bits(one: Codes, two: Codes) -> float:
    """Return the mutual information of two columns of codes, at least 0.

    Entropies are corrected for few rows as Miller (1955) does: each cell that occurs
    counts as half a row's worth of chance, so that independent columns give about 0.

    Parameters
    ----------
    one, two : int64 ndarray of shape (n_rows,)
        Codes from 0.

    Examples
    --------
    >>> coin = np.array([0, 1] * 500)
    >>> round(shared_bits(coin, coin), 2), round(shared_bits(coin, coin[::-1] * 0), 2)
    (1.0, 0.0)
    """
    if not one.size:
        return 0.0
    width = int(two.max()) + 1
    joint = np.bincount(one * width + two, minlength=(int(one.max()) + 1) * width)
    table = joint.reshape(-1, width)
    bits = _entropy(table.sum(axis=1)) + _entropy(table.sum(axis=0)) - _entropy(joint)
    return max(bits, 0.0)


def _entropy(counts: Codes) -> float:
    there = counts[counts > 0]
    share = there / there.sum()
    correction = (there.size - 1) / (2 * there.sum())
    return float((-(share * np.log(share)).sum() + correction) / np.log(2))


def group_codes(codes: Codes, *, ordered: bool) -> Codes:
    """Group codes (-1 missing) into about twenty: neighbours, or the rarer ones.

    Missing ones are a group of their own, the first.

    Examples
    --------
    >>> group_codes(np.array([0, 1, -1]), ordered=True).tolist()
    [1, 11, 0]
    """
    counts = np.bincount(codes + 1)
    if ordered:
        known = counts[1:]
        before = known.cumsum() - known
        group = before * N_GROUPS // max(int(known.sum()), 1) + 1
    else:
        rank = np.argsort(np.argsort(-counts[1:], kind="stable"), kind="stable")
        group = np.minimum(rank, N_GROUPS - 1) + 1
    return np.append(0, group)[codes + 1].astype(np.int64)


def outcome_codes(goal: NDArray[np.float64], *, classes: bool) -> Codes:
    """Return the target as codes: its classes, or the tenth that a number is in.

    Examples
    --------
    >>> outcome_codes(np.array([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]), classes=True)
    array([1, 0, 2])
    """
    if not classes:
        cuts = np.quantile(goal[:, 0], _TENTHS)
        return np.searchsorted(cuts, goal[:, 0], side="right").astype(np.int64)
    return np.where(goal.any(axis=1), goal.argmax(axis=1) + 1, 0).astype(np.int64)
