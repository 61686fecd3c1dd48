"""One line a figure: what was measured, its interval, and the goal it is held to."""

from collections.abc import Sequence

import numpy as np

from core.evaluation.intervals import wilson

N_RESAMPLES = 2_000


def judge_share(
    what: str, hits: int, n: int, *, most: float = 1.0, least: float = 0.0
) -> None:
    """Print a share of draws with Wilson's interval."""
    interval = wilson(hits / n, n)
    print_line(what, hits / n, (interval.low, interval.high), (least, most), n)


def judge_mean(
    what: str, values: Sequence[float], *, most: float = np.inf, least: float = -np.inf
) -> None:
    """Print a mean over draws with a bootstrap interval."""
    drawn = np.asarray(values, dtype=float)
    rng = np.random.default_rng(0)
    means = drawn[rng.integers(0, drawn.size, (N_RESAMPLES, drawn.size))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    print_line(what, float(drawn.mean()), (low, high), (least, most), drawn.size)


def print_line(
    what: str,
    figure: float,
    ends: tuple[float, float] | None,
    goal: tuple[float, float],
    n: int,
) -> None:
    """Print figure, interval, goal and whether it is reached; `n` draws or runs.

    "surely" means that the whole interval lies within the goal.
    """
    least, most = goal
    wanted = f"at most {most:g}" if np.isfinite(most) and most != 1 else ""
    if np.isfinite(least) and least != 0:
        wanted = f"at least {least:g}"
    met = ""
    if wanted:
        low, high = (figure, figure) if ends is None else ends
        sure = " surely" if least <= low and high <= most and ends else ""
        met = f"yes{sure}" if least <= figure <= most else "NO"
    between = "" if ends is None else f"[{ends[0]:.3f}, {ends[1]:.3f}]"
    line = f"{what:<46} {figure:7.3f} {between:<16} n={n:<6} {wanted:<14} {met}"
    print(line.rstrip(), flush=True)
