"""Whether the chances of "is A better than B" are true.

    python benchmarks/better.py                 # the table in docs, about a minute
    python benchmarks/better.py --draws 60      # a quick look

Each draw takes two models whose true difference is itself drawn from a wide law
around zero, computes the chance on a few rows, and looks the truth up on 200,000
rows. Of the cases with a stated chance of about 70 % that A is better, 70 % should
be so. The same for "practically equal".
"""

import argparse
import itertools
import time

import numpy as np
from scipy.special import expit

from core.modeling import METRICS, Judged, is_better

POPULATION = 200_000
EDGES = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)


def judged(rng: np.random.Generator, n_rows: int, noise: tuple[float, float]) -> Judged:
    """Make rows of two classes, and two models that see the signal through noise."""
    signal = rng.normal(size=n_rows)
    y = (rng.random(n_rows) < expit(1.5 * signal)) * 1.0
    outputs = {}
    for name, spread in zip("AB", noise, strict=True):
        p = expit(1.5 * (signal + spread * rng.normal(size=n_rows)))
        outputs[name] = np.column_stack([1 - p, p])
    return Judged(y, outputs, n_rows)


def one_case(
    seed: int, n_rows: int, metric: str, spread: float
) -> tuple[float, float, bool, bool]:
    """Return the stated chances of better and equal, and whether each is true."""
    rng = np.random.default_rng(seed)
    first = rng.uniform(0.2, 1.2)
    noise = first, abs(first + rng.normal(0, spread))
    stated = is_better(judged(rng, n_rows, noise), METRICS[metric], "A", "B")
    whole = judged(np.random.default_rng(seed + 10**6), POPULATION, noise)
    scores = [METRICS[metric].score(whole.y, whole.of(name)) for name in "AB"]
    gain = METRICS[metric].gain(*scores)
    zone = 0.01 if METRICS[metric].higher_is_better else 0.005 * sum(scores)
    return stated.p_better, stated.p_equal, gain > zone, abs(gain) <= zone


def table(stated: list[float], true: list[bool]) -> str:
    """Return how often a claim was true, by the chance that was stated for it."""
    chances, facts = np.array(stated), np.array(true)
    cells = []
    for low, high in itertools.pairwise(EDGES):
        inside = (chances >= low) & ((chances < high) | (high == EDGES[-1]))
        if inside.sum() >= 5:
            share = f"{chances[inside].mean():.2f} -> {facts[inside].mean():.2f}"
            cells.append(f"{share} ({inside.sum()})")
    return "   ".join(cells)


def main() -> None:
    """Print stated chances beside the shares that were true."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--rows", type=int, nargs="+", default=[200, 2_000])
    parser.add_argument("--spread", type=float, default=1.0, help="of true differences")
    asked = parser.parse_args()
    started = time.perf_counter()
    for metric in ("roc_auc", "log_loss", "accuracy"):
        for n_rows in asked.rows:
            cases = [
                one_case(s, n_rows, metric, asked.spread) for s in range(asked.draws)
            ]
            better, equal, is_so, is_equal = map(list, zip(*cases, strict=True))
            print(f"\n{metric}, {n_rows:,} rows: stated -> true (cases)")
            print(f"  better  {table(better, is_so)}")
            print(f"  equal   {table(equal, is_equal)}", flush=True)
    print(f"\n{asked.draws} cases each, {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
