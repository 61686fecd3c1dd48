"""Which rows to label next: uncertain ones, for all, and always the same."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import MonitoringError
from core.monitoring.labelling import choose_rows, spread_of

SPREADS = st.lists(st.floats(0, 0.5), min_size=1, max_size=300)


@given(SPREADS, st.integers(1, 400))
@settings(max_examples=25)
def test_the_budget_is_spent_on_different_rows_that_stand_for_chosen_strata(spread, n):
    choice = choose_rows(np.array(spread), n)
    assert len(choice.rows) == min(n, len(spread)) == len(set(choice.rows.tolist()))
    assert len(choice.why) == len(choice.weights) == len(choice.rows)
    assert choice.weights.sum() <= len(spread) + 1e-6
    assert (choice.weights >= 1).all()


@given(SPREADS)
@settings(max_examples=25)
def test_the_same_rows_and_state_give_the_same_choice(spread):
    one, other = (choose_rows(np.array(spread), 9, random_state=3) for _ in range(2))
    assert one.rows.tolist() == other.rows.tolist()


def test_weighted_outcomes_estimate_accuracy_better_than_rows_drawn_at_random():
    rng = np.random.default_rng(0)
    p = np.concatenate([np.full(1_500, 0.97), np.full(500, 0.6)])
    right = rng.random(p.size) < p
    spread = np.sqrt(p * (1 - p))
    chosen, drawn = [], []
    for state in range(200):
        choice = choose_rows(spread, 60, random_state=state)
        chosen.append(np.average(right[choice.rows], weights=choice.weights))
        drawn.append(right[rng.choice(p.size, 60, replace=False)].mean())
    truth = right.mean()
    assert np.mean(chosen) == pytest.approx(truth, abs=0.01)
    assert np.std(chosen) < 0.9 * np.std(drawn)


def test_rows_unlike_the_labelled_ones_have_strata_of_their_own() -> None:
    choice = choose_rows(np.full(100, 0.4), 10, novelty=np.arange(100.0))
    assert sum("unlike" in each for each in choice.why) == 5


def test_a_probability_that_is_unknown_counts_as_uncertain() -> None:
    assert spread_of(pd.DataFrame({"probability": [np.nan]})).tolist() == [0.5]


def test_a_budget_of_nothing_is_refused() -> None:
    with pytest.raises(MonitoringError):
        choose_rows(np.array([0.5]), 0)
    with pytest.raises(MonitoringError):
        choose_rows(np.array([]), 3)
