from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.modeling import Progress, Run, train


def customers(n_rows: int = 240, random_state: int = 0) -> pd.DataFrame:
    """Rows of every kind of column, with missing values and a signal for each task."""
    rng = np.random.default_rng(random_state)
    calls = rng.poisson(2, n_rows).astype(float)
    fee = rng.normal(40, 9, n_rows)
    plan = rng.choice(["basic", "plus", "pro"], n_rows)
    since = np.datetime64("2024-01-01", "us") + rng.integers(0, 900, n_rows).astype(
        "timedelta64[D]"
    )
    chance = 1 / (1 + np.exp(2.5 - 1.1 * calls - 1.2 * (plan == "basic")))
    words = np.array(["late again", "very happy", "no answer", "all good"])
    note = [" ".join(rng.choice(words, 4)) for _ in range(n_rows)]
    frame = pd.DataFrame(
        {
            "id": [f"c-{i:05d}" for i in range(n_rows)],
            "calls": calls,
            "fee": np.where(rng.random(n_rows) < 0.1, np.nan, fee),
            "plan": np.where(rng.random(n_rows) < 0.05, None, plan),
            "member": rng.random(n_rows) < 0.5,
            "since": since,
            "note": [f"{text} {i}" for i, text in enumerate(note)],
            "left": np.where(rng.random(n_rows) < chance, "yes", "no"),
            "level": np.where(calls > 3, "high", np.where(calls > 1, "mid", "low")),
            "value": 3 * calls + fee / 10 + rng.normal(0, 0.3, n_rows),
        }
    )
    return frame


@pytest.fixture
def frame() -> pd.DataFrame:
    return customers()


def only(frame: pd.DataFrame, target: str) -> pd.DataFrame:
    """Return the frame without the other targets."""
    others = {"left", "level", "value"} - {target}
    return frame.drop(columns=list(others))


@pytest.fixture
def churn(frame: pd.DataFrame) -> pd.DataFrame:
    return only(frame, "left")


@pytest.fixture
def value(frame: pd.DataFrame) -> pd.DataFrame:
    return only(frame, "value")


@pytest.fixture
def level(frame: pd.DataFrame) -> pd.DataFrame:
    return only(frame, "level")


@pytest.fixture
def quick() -> Callable[..., Run]:
    """Train in this process and stop after the first three candidates."""

    def run(frame: pd.DataFrame, target: str, **options: Any) -> Run:
        n_done = [0]
        told = options.pop("on_progress", None)
        n_wanted = options.pop("n_candidates", 3)

        def count(progress: Progress) -> None:
            n_done[0] = len(progress.leaderboard)
            if told is not None:
                told(progress)

        settings = {
            "families": ("linear", "lightgbm"), "n_jobs": 1, "budget_s": 30,
            "on_progress": count, "should_stop": lambda: n_done[0] >= n_wanted,
        }  # fmt: skip
        return train(frame, target, **{**settings, **options})

    return run
