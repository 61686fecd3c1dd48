"""How often the slice finder finds a planted slice, and how often it invents one.

Part of ``benchmarks/evaluation.py``. Rows have 12 mixed columns, some correlated and
with missing values. With a planted slice (one to three conditions, 2 to 10 % of the
rows) the model is wrong on it 45 % of the time against 12 % elsewhere, or off by three
times as much; without one, errors have nothing to do with the columns. Found means
that the rows of one of the first three slices overlap with the planted ones by at
least half (intersection over union).
"""

import time

import numpy as np
import pandas as pd

from core.data import Cohort, describe_schema
from core.evaluation.slicing import Slices, find_slices


def draw_table(rng: np.random.Generator, n_rows: int) -> pd.DataFrame:
    """Draw a table of numbers, categories, a date and missing values."""
    base = rng.normal(size=(n_rows, 2))
    columns = {
        f"x{i}": base[:, i % 2] * (i % 3) / 2 + rng.normal(size=n_rows)
        for i in range(6)
    }
    table = pd.DataFrame(columns)
    table["age"] = rng.integers(18, 95, n_rows)
    table["fee"] = rng.lognormal(3, 1, n_rows).round(2)
    table["plan"] = rng.choice(list("abcd"), n_rows, p=[0.4, 0.3, 0.2, 0.1])
    table["city"] = rng.choice([f"c{i}" for i in range(12)], n_rows)
    table["member"] = rng.random(n_rows) < 0.5
    days = pd.to_timedelta(rng.integers(0, 900, n_rows), unit="D").as_unit("us")
    table["since"] = pd.Timestamp("2024-01-01") + days
    table.loc[rng.random(n_rows) < 0.1, "fee"] = np.nan
    return table


def plant(rng: np.random.Generator, table: pd.DataFrame) -> np.ndarray:
    """Draw a rule that fits 2 to 10 % of the rows, and return them."""
    while True:
        rows = np.ones(len(table), dtype=bool)
        names = rng.choice(table.columns, rng.integers(1, 4), replace=False)
        for name in names:
            values = table[name]
            if name in ("plan", "city", "member"):
                rows &= (values == rng.choice(values.unique())).to_numpy()
                continue
            order = values.rank(pct=True).to_numpy()
            width = rng.uniform(0.05, 0.6)
            low = rng.choice([0.0, 1 - width, rng.uniform(0, 1 - width)])
            rows &= (order > low) & (order <= low + width)
        if 0.02 <= rows.mean() <= 0.10:
            return rows


def errors(rng: np.random.Generator, bad: np.ndarray, task: str) -> np.ndarray:
    """Draw each row's error."""
    if task == "classes":
        return (rng.random(bad.size) < np.where(bad, 0.45, 0.12)).astype(float)
    return np.abs(rng.standard_t(5, size=bad.size)) * np.where(bad, 3.0, 1.0)


def hit(found: Slices, table: pd.DataFrame, bad: np.ndarray) -> bool:
    """Return whether one of the first three slices is the planted one."""
    for one in found.found[:3]:
        rows = Cohort("found", one.conditions).mask(table)
        if (rows & bad).sum() >= 0.5 * (rows | bad).sum():
            return True
    return False


def report(n_draws: int, n_rows: int) -> None:
    """Print how many draws were found, and how many invented."""
    for task in ("classes", "numbers"):
        n_found = n_invented = 0
        seconds = []
        for seed in range(n_draws):
            rng = np.random.default_rng(seed)
            table = draw_table(rng, n_rows)
            schema, bad = describe_schema(table), plant(rng, table)
            started = time.perf_counter()
            given = {"of_classes": task == "classes", "random_state": seed}
            found = find_slices(table, schema, errors(rng, bad, task), **given)
            seconds.append(time.perf_counter() - started)
            n_found += hit(found, table, bad)
            clean = errors(rng, np.zeros(n_rows, dtype=bool), task)
            n_invented += bool(find_slices(table, schema, clean, **given).found)
        print(
            f"{task}, {n_rows:,} rows: planted slice among the first three in "
            f"{n_found} of {n_draws} draws; none invented in {n_draws - n_invented}; "
            f"{np.median(seconds):.2f} s each",
            flush=True,
        )
