"""How figures stand in sentences: scores, intervals, shares and counts.

One quantity is written in one way wherever a person meets it.
"""

import math
from typing import Final

import numpy as np

SMALLEST_PLAIN: Final = 0.01
NONE: Final = "\N{EN DASH}"
"""Stands where there is no value."""


def score_text(value: float | None, like: float | None = None) -> str:
    """Return a score with the digits that matter.

    Parameters
    ----------
    value : float or None
    like : float, default=None
        Another value in whose digits it is written, since the two are compared.

    Examples
    --------
    >>> score_text(0.84321), score_text(46411.2), score_text(0.000123)
    ('0.843', '46,411', '0.000123')
    >>> score_text(-6.16e-05, like=0.49)
    '0.000'
    """
    if value is None:
        return NONE
    return _plain(value, decimals_of_score(value if like is None else like))


def decimals_of_score(size: float) -> int:
    """Return how many decimals a score of this size is written with.

    Examples
    --------
    >>> decimals_of_score(5348.5), decimals_of_score(54.6), decimals_of_score(0.8)
    (0, 2, 3)
    """
    size = abs(size)
    for edge, decimals in ((1000, 0), (100, 1), (10, 2)):
        if size >= edge:
            return decimals
    if not 0 < size < SMALLEST_PLAIN:
        return 3
    exponent = int(f"{size:e}".split("e")[1])
    return min(12, 2 - exponent)


def with_interval(value: float | None, low: float | None, high: float | None) -> str:
    """Return a value with its interval, all three in the same digits.

    Examples
    --------
    >>> with_interval(0.8204, 0.79, 0.846), with_interval(5348.519, 4692.1, 6091.7)
    ('0.820 (0.790 to 0.846)', '5,349 (4,692 to 6,092)')
    >>> with_interval(0.5, None, None)
    '0.500'
    """
    if value is None or low is None or high is None:
        return score_text(value)
    like = max(abs(value), abs(low), abs(high))
    return f"{score_text(value, like)} ({interval_text(low, high, like)})"


def interval_text(
    low: float | None, high: float | None, like: float | None = None
) -> str:
    """Return two ends in words, nothing when there are none.

    Examples
    --------
    >>> interval_text(0.82, 0.86), interval_text(None, None)
    ('0.820 to 0.860', '')
    """
    if low is None or high is None:
        return ""
    like = max(abs(low), abs(high)) if like is None else like
    return f"{score_text(low, like)} to {score_text(high, like)}"


def signed_text(value: float, like: float | None = None) -> str:
    """Return a difference with its sign.

    Examples
    --------
    >>> signed_text(0.1), signed_text(-22.066), signed_text(0.0)
    ('+0.100', '-22.07', '0.000')
    """
    written = score_text(abs(value), value if like is None else like)
    if not written.strip("0.,"):
        return written
    return f"{'-' if value < 0 else '+'}{written}"


def points_text(difference: float) -> str:
    """Return the difference of two shares in hundredths, with its sign.

    Examples
    --------
    >>> points_text(0.0169), points_text(-0.357), points_text(0.0)
    ('+1.7 points', '-35.7 points', '0.0 points')
    """
    written = f"{100 * difference:+.1f}"
    return f"{written.lstrip('+-') if float(written) == 0 else written} points"


def percent(share: float, decimals: int = 1) -> str:
    """Return a share in hundredths; never rounded to certainty.

    Examples
    --------
    >>> percent(0.95, 0), percent(0.5), percent(0.99999), percent(0.00001)
    ('95%', '50.0%', 'over 99.9%', 'under 0.1%')
    """
    edge = 0.1**decimals / 100
    if 1 - edge < share < 1:
        return f"over {1 - edge:.{decimals}%}"
    if 0 < share < edge:
        return f"under {edge:.{decimals}%}"
    return f"{share:.{decimals}%}"


def counted(noun: str, n: int, plural: str = "") -> str:
    """Return a number with its noun, in the singular for one.

    Examples
    --------
    >>> counted("row", 1), counted("row", 1234), counted("class", 2, "classes")
    ('1 row', '1,234 rows', '2 classes')
    """
    return f"{n:,} {noun if n == 1 else plural or f'{noun}s'}"


def _plain(value: float, decimals: int) -> str:
    written = f"{value:,.{decimals}f}"
    return written.lstrip("-") if not written.strip("-0.,") else written


def moment_text(seconds: float) -> str:
    """Return a moment as a day, and its time where it is not midnight.

    Parameters
    ----------
    seconds : float
        Since 1970, UTC; any year, also one that Python's own dates do not reach.

    Examples
    --------
    >>> moment_text(86400.0), moment_text(86401.0), moment_text(-62135600000.0)
    ('1970-01-02', '1970-01-02T00:00:01', '0000-12-31T23:06:40')
    """
    written = str(np.datetime64(math.floor(seconds), "s"))
    return written.removesuffix("T00:00:00")


def day_text(seconds: float) -> str:
    """Return the day of a moment, in seconds since 1970, UTC.

    Examples
    --------
    >>> day_text(86401.0)
    '1970-01-02'
    """
    return moment_text(seconds).partition("T")[0]
