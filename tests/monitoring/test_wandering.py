"""Variation learned from the stream: fewer false alarms, no real shift swallowed."""

import numpy as np
import pandas as pd
import pytest

from core.monitoring import summarise_reference
from core.monitoring.drift import judge_counts
from core.monitoring.reference import Reference
from core.monitoring.wandering import learn_wandering
from core.monitoring.window_counts import WindowCounts, count_window

WANDER = 0.12


def rows(rng: np.random.Generator, n_rows: int, wander: float = 0.0) -> pd.DataFrame:
    """Six numbers whose means wander, and a category whose mix does."""
    moved = rng.normal(scale=wander, size=7) if wander else np.zeros(7)
    table = {f"x{i}": rng.normal(moved[i], 1, n_rows) for i in range(6)}
    share = np.clip(0.5 + 0.5 * moved[6], 0.05, 0.95)
    return pd.DataFrame(
        table | {"kind": rng.choice(["a", "b"], n_rows, p=[share, 1 - share])}
    )


@pytest.fixture(scope="module")
def stream() -> tuple[Reference, list[WindowCounts]]:
    rng = np.random.default_rng(3)
    reference = summarise_reference(rows(rng, 3_000))
    return reference, [
        count_window(reference, rows(rng, 600, WANDER)) for _ in range(28)
    ]


def n_drifted(reference: Reference, windows: list[WindowCounts]) -> int:
    return sum(judge_counts(reference, each).drifted for each in windows)


def test_a_wandering_stream_alarms_less_once_it_has_been_watched(stream):
    reference, windows = stream
    learned = learn_wandering(reference, windows[:20])
    before, after = (n_drifted(each, windows[20:]) for each in (reference, learned))
    assert before >= 4
    assert after <= before / 2


@pytest.mark.parametrize("column", ["x2", "kind"])
def test_a_real_shift_is_still_found(stream, column):
    reference, windows = stream
    learned = learn_wandering(reference, windows[:20])
    shifted = rows(np.random.default_rng(9), 600, WANDER)
    shifted = (
        shifted.assign(x2=shifted["x2"] + 1.0)
        if column == "x2"
        else shifted.assign(kind="b")
    )
    report = judge_counts(learned, count_window(reference, shifted))
    assert column in report.drifted_names


def test_a_still_stream_teaches_next_to_nothing(stream):
    reference, _ = stream
    rng = np.random.default_rng(5)
    still = [count_window(reference, rows(rng, 600)) for _ in range(20)]
    shifted = rows(rng, 600).assign(x0=lambda frame: frame["x0"] + 0.35)
    learned = learn_wandering(reference, still)
    assert "x0" in judge_counts(learned, count_window(reference, shifted)).drifted_names


def test_four_windows_or_a_reference_with_batches_teach_nothing(stream):
    reference, windows = stream
    assert learn_wandering(reference, windows[:4]) is reference
    rng = np.random.default_rng(1)
    batched = summarise_reference(
        rows(rng, 1_000), batches=pd.Series(np.repeat(np.arange(10), 100))
    )
    assert learn_wandering(batched, windows) is batched


def test_columns_may_be_left_out_of_what_was_learned(stream):
    reference, windows = stream
    learned = learn_wandering(reference, windows[:10]).select(["x1", "kind"])
    assert learned.live[0].shape[1] == 2
    assert learned["kind"].variation is not None
