"""One line a figure: what was measured, its interval, and the goal it is held to."""

from collections.abc import Sequence

import numpy as np

from core.evaluation.intervals import wilson

N_RESAMPLES = 2_000


def judge_share(
    what: str,
    hits: int,
    n: int,
    *,
    most: float | None = None,
    least: float | None = None,
) -> None:
    """Print a share of draws with Wilson's interval."""
    interval = wilson(hits / n, n)
    ends = (interval.low, interval.high)
    print_line(what, hits / n, ends, n=n, most=most, least=least)


def judge_mean(
    what: str,
    values: Sequence[float],
    *,
    most: float | None = None,
    least: float | None = None,
) -> None:
    """Print a mean over draws with a bootstrap interval."""
    drawn = np.asarray(values, dtype=float)
    rng = np.random.default_rng(0)
    means = drawn[rng.integers(0, drawn.size, (N_RESAMPLES, drawn.size))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    ends = (float(low), float(high))
    print_line(what, float(drawn.mean()), ends, n=drawn.size, most=most, least=least)


def print_line(
    what: str,
    figure: float,
    ends: tuple[float, float] | None = None,
    *,
    n: int = 1,
    most: float | None = None,
    least: float | None = None,
) -> None:
    """Print figure, interval, draws, goal and whether it is reached.

    "surely" means that the whole interval lies within the goal.
    """
    low, high = (figure, figure) if ends is None else ends
    wanted, met = "", ""
    if most is not None:
        wanted, reached, sure = f"at most {most:g}", figure <= most, high <= most
    elif least is not None:
        wanted, reached, sure = f"at least {least:g}", figure >= least, low >= least
    if wanted:
        met = "yes" + " surely" * (sure and ends is not None) if reached else "NO"
    between = "" if ends is None else f"[{low:.3f}, {high:.3f}]"
    line = f"{what:<46} {figure:7.3f} {between:<16} n={n:<6} {wanted:<14} {met}"
    print(line.rstrip(), flush=True)
