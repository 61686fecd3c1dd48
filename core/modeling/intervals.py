"""95 % intervals of single scores, in closed form."""

from typing import Final

import numpy as np

from core.modeling.metrics import Floats

_Z: Final = 1.959964


def wilson(share: float, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share of n rows, by Wilson's method."""
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
    return float(max(0.0, centre - half)), float(min(1.0, centre + half))


def auc_interval(y: Floats, score: Floats) -> tuple[float, float]:
    """Return the wider of DeLong's logit interval and Newcombe's method 5."""
    positive, negative = np.sort(score[y == 1]), np.sort(score[y != 1])
    m, n = len(positive), len(negative)
    if not m or not n:
        return float("nan"), float("nan")
    above = _placements(positive, negative)
    below = 1 - _placements(negative, positive)
    auc = float(above.mean())
    low, high = _newcombe(auc, m, n)
    if not 0 < auc < 1:
        return low, high
    spread = np.sqrt(above.var() / m + below.var() / n) / (auc * (1 - auc))
    logit = np.log(auc / (1 - auc))
    ends = 1 / (1 + np.exp(-(logit + np.array([-_Z, _Z]) * spread)))
    return min(low, float(ends[0])), max(high, float(ends[1]))


def _newcombe(auc: float, m: int, n: int) -> tuple[float, float]:
    """Newcombe's method 5: all areas whose own variance reaches the one found."""
    area = np.linspace(0, 1, 4_001)
    more = (m + n) / 2 - 1
    factor = 1 + more * ((1 - area) / (2 - area) + area / (1 + area))
    reach = _Z * np.sqrt(area * (1 - area) * factor / (m * n))
    inside = area[np.abs(area - auc) <= reach + 1e-9]
    if not inside.size:  # narrower than the grid
        return auc, auc
    return float(min(inside[0], auc)), float(max(inside[-1], auc))


def _placements(values: Floats, among: Floats) -> Floats:
    below = np.searchsorted(among, values, side="left")
    upto = np.searchsorted(among, values, side="right")
    return (below + upto) / (2 * len(among))
