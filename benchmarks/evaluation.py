"""How often the 95 % intervals of an evaluation hold the truth.

    python -m benchmarks.evaluation --draws 500        # the table in docs
    python -m benchmarks.evaluation --draws 50         # a quick look
    python -m benchmarks.evaluation --conformal FOLDER --seeds 20
                                    # coverage of intervals and sets on six tables
    python -m benchmarks.evaluation --slices 100       # planted slices found
    python -m benchmarks.evaluation --explain          # time of explanations
    python -m benchmarks.evaluation --report [--test-rows 50000] [--peer ENV]
                                    # the whole report, beside explainerdashboard
    python -m benchmarks.ui --sliders                  # the sliders of the page

Each draw makes held-out rows of a known law and a model's answers for them; the
truth is the same number on a million rows. "paired" is the difference between two
models on the same rows. Cells outside 93 to 97 % are marked, with the uncertainty
of so many draws allowed for.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scipy.special import expit, softmax

from benchmarks.conformal import report
from benchmarks.explaining import time_explaining
from benchmarks.reporting import time_report
from benchmarks.slices import report as report_slices
from core.evaluation.comparison import compare_rows
from core.evaluation.held_out import HeldOut
from core.evaluation.metrics import measure_all, measures_for

Draw = Callable[[np.random.Generator, int], tuple[HeldOut, HeldOut]]
POPULATION = 1_000_000


def two_classes(centre: float, slope: float, sharpness: float = 1.0) -> Draw:
    """Make rows of two classes; the model sees one of two signals."""

    def draw(rng: np.random.Generator, n_rows: int) -> tuple[HeldOut, HeldOut]:
        seen, hidden = rng.normal(size=(2, n_rows))
        y = (rng.random(n_rows) < expit(centre + slope * (seen + hidden / 2))) * 1.0
        held = []
        for noise in (0.2, 0.6):
            blurred = seen + noise * rng.normal(size=n_rows)
            p = expit(sharpness * (centre + slope * 0.8 * blurred))
            table = np.column_stack([1 - p, p])
            held.append(HeldOut("binary", y, table, ("no", "yes"), 0.4))
        return held[0], held[1]

    return draw


def many_classes(weights: tuple[float, ...]) -> Draw:
    """Make rows of several classes, of the given log weights."""

    def draw(rng: np.random.Generator, n_rows: int) -> tuple[HeldOut, HeldOut]:
        logit = np.array(weights) + 1.5 * rng.normal(size=(n_rows, len(weights)))
        gumbel = rng.gumbel(size=logit.shape)
        y = (logit + gumbel).argmax(axis=1).astype(float)
        labels = tuple("abcdefgh"[: len(weights)])
        held = []
        for noise in (0.2, 0.8):
            table = softmax(logit + noise * rng.normal(size=logit.shape), axis=1)
            held.append(HeldOut("multiclass", y, table, labels))
        return held[0], held[1]

    return draw


def numbers(law: str) -> Draw:
    """Make numbers with errors of the given law."""

    def errors(rng: np.random.Generator, n_rows: int) -> np.ndarray:
        if law == "normal":
            return rng.normal(size=n_rows)
        if law == "t(5)":
            return rng.standard_t(5, size=n_rows)
        return rng.lognormal(size=n_rows) - np.exp(0.5)

    def draw(rng: np.random.Generator, n_rows: int) -> tuple[HeldOut, HeldOut]:
        signal = 20 + 2 * rng.normal(size=n_rows)
        y = signal + errors(rng, n_rows)
        held = [
            HeldOut("regression", y, signal + noise * rng.normal(size=n_rows))
            for noise in (0.1, 0.5)
        ]
        return held[0], held[1]

    return draw


SCENARIOS: dict[str, Draw] = {
    "two classes, even": two_classes(0.0, 1.5),
    "two classes, 10 % positive": two_classes(-3.0, 1.5),
    "two classes, too sure": two_classes(-1.0, 1.0, sharpness=2.5),
    "four classes": many_classes((1.0, 0.5, 0.0, -0.5)),
    "numbers, normal errors": numbers("normal"),
    "numbers, t(5) errors": numbers("t(5)"),
    "numbers, lognormal errors (warned of)": numbers("lognormal"),
}


def truth(draw: Draw) -> dict[str, tuple[float, float]]:
    """Return each metric and its paired difference on a million rows."""
    first, second = draw(np.random.default_rng(99), POPULATION)
    found = {}
    for measure in measures_for(first.task):
        ours, theirs = measure.compute(first), measure.compute(second)
        if ours is not None and theirs is not None:
            found[measure.name] = (ours.value, ours.value - theirs.value)
    return found


def coverage(draw: Draw, n_rows: int, n_draws: int) -> dict[str, tuple[float, float]]:
    """Return the share of intervals that hold the truth, alone and paired."""
    known = truth(draw)
    held_alone: dict[str, list[bool]] = {name: [] for name in known}
    held_paired: dict[str, list[bool]] = {name: [] for name in known}
    for seed in range(n_draws):
        first, second = draw(np.random.default_rng(seed), n_rows)
        for name, value in measure_all(first).items():
            held_alone[name].append(value.low <= known[name][0] <= value.high)
        for name, pair in compare_rows(first, second).items():
            held_paired[name].append(pair.low <= known[name][1] <= pair.high)
    return {
        name: (float(np.mean(held_alone[name])), float(np.mean(held_paired[name])))
        for name in known
    }


def mark(share: float, n_draws: int) -> str:
    """Return the share in words, with a star when it is surely outside."""
    slack = 2 * np.sqrt(0.05 * 0.95 / n_draws)
    return f"{share:.3f}{' ' if 0.93 - slack <= share <= 0.97 + slack else '*'}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--rows", type=int, nargs="+", default=[300, 1_000])
    parser.add_argument("--only", default="", help="scenarios with this in their name")
    parser.add_argument("--conformal", type=Path, help="folder with the six tables")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--explain", action="store_true", help="time explanations")
    parser.add_argument("--slices", type=int, default=0, help="draws to find them in")
    parser.add_argument("--report", action="store_true", help="time a whole report")
    parser.add_argument("--test-rows", type=int, default=50_000)
    parser.add_argument("--peer", type=Path, help="environment of explainerdashboard")
    asked = parser.parse_args()
    if asked.slices:
        report_slices(asked.slices, 4_000)
    elif asked.report:
        time_report(asked.test_rows, asked.peer)
    elif asked.explain:
        time_explaining()
    elif asked.conformal is not None:
        report(asked.conformal, asked.seeds)
    else:
        report_coverage(asked.draws, asked.rows, asked.only)


def report_coverage(n_draws: int, sizes: Sequence[int], only: str) -> None:
    """Print how often intervals hold the truth, scenario by scenario."""
    started = time.perf_counter()
    for name, draw in SCENARIOS.items():
        if only not in name:
            continue
        found = {n: coverage(draw, n, n_draws) for n in sizes}
        heads = "".join(f"{f'{n:,} alone':>14}{'paired':>9}" for n in sizes)
        print(
            f"\n{name:<24}{heads}" if len(name) < 24 else f"\n{name}\n{'':<24}{heads}"
        )
        for metric in found[sizes[0]]:
            cells = ""
            for n_rows in sizes:
                alone, paired = found[n_rows][metric]
                cells += f"{mark(alone, n_draws):>14}{mark(paired, n_draws):>9}"
            print(f"  {metric:<22}{cells}", flush=True)
    took = time.perf_counter() - started
    print(f"\n{n_draws} draws each, {took:.0f} s")


if __name__ == "__main__":
    main()
