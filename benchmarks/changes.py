"""Tables of a known law, and changes of it: what the drift benchmarks compare.

Each draw makes a reference and a window of 20 mixed columns: twelve numbers (bell
shaped, skewed, heavy-tailed, whole, mostly zero; two correlated pairs), six categories
(2 to 300 levels, one with a long tail) and two numbers with missing values.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

CORRELATION = 0.6

Draw = Callable[[np.random.Generator, pd.DataFrame], tuple[pd.DataFrame, str]]


def draw_table(
    rng: np.random.Generator, n_rows: int, correlation: float = CORRELATION
) -> pd.DataFrame:
    """Draw rows of the unchanged law."""

    def pair() -> tuple[np.ndarray, np.ndarray]:
        a, b = rng.normal(size=(2, n_rows))
        return a, correlation * a + np.sqrt(1 - correlation**2) * b

    table: dict[str, object] = {}
    table["bell"] = rng.normal(size=n_rows)
    table["skewed"] = rng.lognormal(size=n_rows)
    table["heavy"] = rng.standard_t(3, size=n_rows)
    table["uniform"] = rng.uniform(size=n_rows)
    table["two_humps"] = rng.normal(size=n_rows) + 4 * (rng.random(n_rows) < 0.4)
    table["whole"] = rng.poisson(6, size=n_rows)
    table["few"] = rng.integers(0, 4, size=n_rows)
    table["zeros"] = np.where(rng.random(n_rows) < 0.7, 0, rng.exponential(size=n_rows))
    table["left"], table["right"] = pair()
    first, second = pair()
    table["first"], table["second"] = np.exp(first), second
    for name, share in (("gap", 0.05), ("holes", 0.3)):
        values = rng.normal(size=n_rows)
        values[rng.random(n_rows) < share] = np.nan
        table[name] = values
    for name, size in (("two", 2), ("ten", 10), ("thirty", 30)):
        weights = 1 / np.arange(1, size + 1)
        codes = rng.choice(size, n_rows, p=weights / weights.sum())
        table[name] = words(codes)
    table["four"] = words(rng.choice(4, n_rows, p=[0.4, 0.3, 0.2, 0.1]))
    table["many"] = words(rng.integers(0, 300, n_rows))
    table["tail"] = words(np.minimum(rng.zipf(1.6, n_rows), 10**6))
    return pd.DataFrame(table)


def words(codes: np.ndarray) -> pd.Series:
    """Return codes as categories written out: level 0, level 1."""
    distinct, place = np.unique(codes, return_inverse=True)
    names = pd.array([f"level {code}" for code in distinct], dtype="str")
    return pd.Series(names.take(place))


def shifted(size: float) -> Draw:
    def change(_: np.random.Generator, table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
        return table.assign(bell=table["bell"] + size), "bell"

    return change


def scaled(_: np.random.Generator, table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    return table.assign(bell=table["bell"] * 1.1), "bell"


def remixed(level: str) -> Draw:
    """Move 5 points of .4, .3, .2, .1 from the first level to another."""

    def change(
        rng: np.random.Generator, table: pd.DataFrame
    ) -> tuple[pd.DataFrame, str]:
        moved = (table["four"] == "level 0") & (rng.random(len(table)) < 0.05 / 0.4)
        return table.assign(four=table["four"].mask(moved, level)), "four"

    return change


def new_level(
    rng: np.random.Generator, table: pd.DataFrame
) -> tuple[pd.DataFrame, str]:
    moved = rng.random(len(table)) < 0.01
    return table.assign(ten=table["ten"].mask(moved, "new")), "ten"


def uncoupled(
    rng: np.random.Generator, table: pd.DataFrame
) -> tuple[pd.DataFrame, str]:
    """Correlation .6 to .3, each column's own law unchanged."""
    other = draw_table(rng, len(table), 0.3)
    return table.assign(left=other["left"], right=other["right"]), "left+right"


def more_missing(
    rng: np.random.Generator, table: pd.DataFrame
) -> tuple[pd.DataFrame, str]:
    """Missing 5 to 10 %."""
    lost = rng.random(len(table)) < 0.05 / 0.95
    return table.assign(gap=table["gap"].mask(lost)), "gap"


def outliers(rng: np.random.Generator, table: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    far = rng.random(len(table)) < 0.01
    return table.assign(bell=table["bell"].mask(far, 8.0)), "bell"


CHANGES: dict[str, Draw] = {
    "shift 0.1 sd": shifted(0.1),
    "shift 0.2 sd": shifted(0.2),
    "scale x 1.1": scaled,
    "category mix by 5 points": remixed("level 3"),
    "same, frequent levels": remixed("level 1"),
    "new category, 1 %": new_level,
    "correlation .6 -> .3": uncoupled,
    "missing 5 -> 10 %": more_missing,
    "1 % outliers": outliers,
}


def wandered(
    rng: np.random.Generator, table: pd.DataFrame, size: float
) -> pd.DataFrame:
    """Move every column a little, as one batch differs from the next."""
    moved = {}
    for name in ("bell", "heavy", "uniform", "two_humps", "left", "right", "second"):
        moved[name] = table[name] + size * rng.normal() * table[name].std()
    for name in ("skewed", "first"):
        moved[name] = table[name] * np.exp(size * rng.normal())
    for name in ("gap", "holes"):
        lost = rng.random(len(table)) < size * abs(rng.normal()) / 2
        moved[name] = (table[name] + size * rng.normal()).mask(lost)
    for name in ("two", "four", "ten", "thirty"):
        swapped = rng.random(len(table)) < size * abs(rng.normal())
        moved[name] = table[name].mask(swapped, f"level {rng.integers(2)}")
    return table.assign(**moved)
