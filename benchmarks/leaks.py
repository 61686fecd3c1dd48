"""Tables with one planted leak each, and how many of them a profile accuses.

    python -m benchmarks.data leaks

48 tables of 2,000 rows: twelve kinds of leak, four of each, among 560 honest
columns, some of which predict well (AUC to 0.9), are missing more often for one
class, or name rows. A column counts as accused when a finding DATA-014 to
DATA-017 names it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from core.data import profile

N_ROWS, N_OF_EACH, N_HONEST = 2_000, 4, 560
LEAK_CODES = {"DATA-014", "DATA-015", "DATA-016", "DATA-017"}

Columns = dict[str, Any]
Make = Callable[[np.random.Generator, pd.Series, Columns], Any]


def honest_columns(rng: np.random.Generator, signal: np.ndarray) -> Columns:
    """Make twelve columns that are known before the outcome."""
    n = signal.size
    level = np.digitize(signal + 1.5 * rng.normal(size=n), [-1, 0, 1])
    gap = rng.random(n) < np.where(signal > 0, 0.3, 0.15)
    return {
        "strong": signal + 0.5 * rng.normal(size=n),
        "weak": signal + 3 * rng.normal(size=n),
        "fee": rng.lognormal(size=n),
        "noise": rng.normal(size=n),
        "plan": np.array(["basic", "extra", "large", "most"])[level],
        "colour": rng.choice(["red", "green", "blue"], n),
        "town": rng.choice([f"town {'x' * (k % 7)}{k}" for k in range(60)], n),
        "active": rng.random(n) < 1 / (1 + np.exp(-signal)),
        "since": pd.Timestamp("2020-01-01")
        + pd.to_timedelta(rng.integers(0, 900, n), unit="D"),
        "income": np.where(gap, np.nan, rng.lognormal(size=n)),
        "customer": [f"K{k:06d}" for k in rng.permutation(n)],
        "calls": rng.poisson(np.exp(signal / 2)),
    }


def _words(_: np.random.Generator, y: pd.Series, __: Columns) -> Any:
    return y.map({False: "stays", True: "gone"})


def _flipped(rng: np.random.Generator, y: pd.Series, _: Columns) -> Any:
    return y ^ (rng.random(len(y)) < 0.004)


def _blurred(rng: np.random.Generator, y: pd.Series, _: Columns) -> Any:
    return y + 0.2 * rng.normal(size=len(y))


def _reason(rng: np.random.Generator, y: pd.Series, _: Columns) -> Any:
    words = rng.choice(["price", "moved", "other"], len(y)).astype(object)
    return np.where(y & (rng.random(len(y)) < 0.8), words, None)


def _end_date(rng: np.random.Generator, y: pd.Series, honest: Columns) -> Any:
    end = honest["since"] + pd.to_timedelta(rng.integers(1, 90, len(y)), unit="D")
    return pd.Series(end).where(y)


def _ordered_id(rng: np.random.Generator, y: pd.Series, _: Columns) -> Any:
    place = np.lexsort((rng.random(len(y)), y)).argsort()
    return [f"A{k:06d}" for k in place]


def _ordered_number(rng: np.random.Generator, y: pd.Series, _: Columns) -> Any:
    return np.lexsort((rng.random(len(y)), y)).argsort() * 3 + 1000


def _spelt_id(rng: np.random.Generator, y: pd.Series, _: Columns) -> Any:
    marks = np.where(y, "X", "B")
    numbers = rng.permutation(len(y))
    return [f"{mark}{k:06d}" for mark, k in zip(marks, numbers, strict=True)]


def _ticket(rng: np.random.Generator, y: pd.Series, _: Columns) -> Any:
    numbers = rng.integers(0, 40, len(y)) * 2 + y
    return [f"ticket {k}" for k in numbers]


def _logarithm(_: np.random.Generator, y: pd.Series, __: Columns) -> Any:
    return np.log(y)


def _total(_: np.random.Generator, y: pd.Series, honest: Columns) -> Any:
    return y + honest["fee"]


def _recoded(_: np.random.Generator, y: pd.Series, __: Columns) -> Any:
    return y.map({"low": 7, "middle": 3, "high": 5})


KINDS: dict[str, tuple[str, Make]] = {
    "the target in other words": ("binary", _words),
    "the target, few flipped": ("binary", _flipped),
    "the target, blurred": ("binary", _blurred),
    "a reason filled in afterwards": ("binary", _reason),
    "a date filled in afterwards": ("binary", _end_date),
    "an id in the order of the target": ("binary", _ordered_id),
    "a number in the order of the target": ("binary", _ordered_number),
    "an id that spells the target": ("binary", _spelt_id),
    "a group of one outcome": ("binary", _ticket),
    "the target's logarithm": ("regression", _logarithm),
    "a total that holds the target": ("regression", _total),
    "the classes recoded": ("multiclass", _recoded),
}


def make_table(kind: str, random_state: int) -> tuple[pd.DataFrame, int]:
    """Return a table with its columns, "leak" and "y" among them."""
    task, plant = KINDS[kind]
    rng = np.random.default_rng(random_state)
    signal = rng.normal(size=N_ROWS)
    honest = honest_columns(rng, signal)
    if random_state % 3 == 0:
        honest.pop("noise")
    outcome = signal + 0.7 * rng.normal(size=N_ROWS)
    y: Any = outcome > 0.5
    if task == "regression":
        y = np.exp(outcome / 2) * 50
    elif task == "multiclass":
        y = np.array(["low", "middle", "high"])[np.digitize(outcome, [-0.5, 0.7])]
    target = pd.Series(y)
    leak = plant(rng, target, honest)
    return pd.DataFrame({**honest, "leak": leak, "y": target}), len(honest)


def count_caught() -> None:
    """Print caught and accused for each kind, and in all."""
    caught = accused = honest = planted = 0
    for i, kind in enumerate(KINDS):
        found, wrong = 0, []
        for k in range(N_OF_EACH):
            table, n_honest = make_table(kind, N_OF_EACH * i + k)
            report = profile(table, "y")
            named = {
                name
                for finding in report.findings
                if finding.code in LEAK_CODES
                for name in finding.columns
            }
            found += "leak" in named
            wrong += sorted(named - {"leak"})
            honest += n_honest
        planted, caught = planted + N_OF_EACH, caught + found
        accused += len(wrong)
        print(f"{kind:38} {found} of {N_OF_EACH} caught; accused {wrong or 'none'}")
    print(f"caught {caught} of {planted}; accused {accused} of {honest} honest columns")


if __name__ == "__main__":
    count_caught()
