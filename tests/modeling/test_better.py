from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ModelingError
from core.modeling import METRICS, Judged, Run, is_better
from core.modeling.better import posterior_scores
from core.modeling.judged import MOST_ROWS, gather


def judged(n_rows: int, noise: dict[str, float], seed: int = 0) -> Judged:
    rng = np.random.default_rng(seed)
    signal = rng.normal(size=n_rows)
    y = (rng.random(n_rows) < 1 / (1 + np.exp(-2 * signal))).astype(float)
    outputs = {}
    for name, spread in noise.items():
        p = 1 / (1 + np.exp(-2 * (signal + spread * rng.normal(size=n_rows))))
        outputs[name] = np.column_stack([1 - p, p])
    return Judged(y, outputs, n_rows)


def test_a_clearly_better_model_is_called_better() -> None:
    found = is_better(judged(2_000, {"A": 0.1, "B": 2.0}), METRICS["roc_auc"], "A", "B")
    assert found.p_better > 0.99
    assert 0 < found.low < found.gain < found.high


def test_a_model_is_practically_equal_to_itself() -> None:
    found = is_better(judged(200, {"A": 0.5}), METRICS["log_loss"], "A", "A")
    assert (found.p_equal, found.gain) == (1.0, 0.0)
    assert found.within_noise


def test_few_rows_cannot_tell_close_models_apart() -> None:
    found = is_better(judged(60, {"A": 0.5, "B": 0.6}), METRICS["roc_auc"], "A", "B")
    assert found.low < 0 < found.high
    assert found.p_better < 0.95
    assert found.p_worse < 0.95


def test_swapping_the_two_swaps_better_and_worse() -> None:
    given_rows = judged(300, {"A": 0.3, "B": 0.8})
    for name in ("roc_auc", "log_loss", "f1"):
        there = is_better(given_rows, METRICS[name], "A", "B")
        back = is_better(given_rows, METRICS[name], "B", "A")
        assert there.p_better == pytest.approx(back.p_worse)
        assert there.gain == pytest.approx(-back.gain)


def test_the_zone_of_an_error_is_a_share_of_it() -> None:
    y = np.arange(100.0)
    rows = Judged(y, {"A": y + 100, "B": y + 100.5}, 100)
    found = is_better(rows, METRICS["mae"], "A", "B")
    assert found.zone == pytest.approx(0.01 * 100.25)
    assert found.p_equal == 1.0


def test_the_scores_on_unit_weights_are_those_of_the_metric() -> None:
    rows = judged(500, {"A": 0.5})
    for name in ("roc_auc", "pr_auc", "log_loss", "accuracy"):
        scores = posterior_scores(rows, METRICS[name], "A", n_draws=5)
        expected = METRICS[name].score(rows.y, rows.of("A"))
        assert scores[0] == pytest.approx(expected)
        assert len(scores) == 6


@settings(max_examples=25)
@given(st.integers(20, 200), st.integers(0, 1_000))
def test_the_three_chances_sum_to_one(n_rows: int, seed: int) -> None:
    rows = judged(n_rows, {"A": 0.2, "B": 0.4}, seed)
    found = is_better(rows, METRICS["brier"], "A", "B", n_draws=50)
    total = found.p_better + found.p_equal + found.p_worse
    assert total == pytest.approx(1.0)
    assert min(found.p_better, found.p_equal, found.p_worse) >= -1e-12


def test_rows_that_count_differently_do_so_here() -> None:
    y = np.zeros(100)
    outputs = {"A": np.repeat([0.0, 5.0], 50), "B": np.repeat([5.0, 0.0], 50)}
    first = np.repeat([1.9, 0.1], 50)
    rows = Judged.from_bytes(Judged(y, outputs, 100, first).to_bytes())
    assert is_better(rows, METRICS["mae"], "A", "B").p_better == 1.0
    alike = is_better(Judged(y, outputs, 100), METRICS["mae"], "A", "B")
    assert 0.2 < alike.p_better < 0.8


def test_of_very_many_rows_the_same_sample_is_kept_for_all() -> None:
    n_rows = MOST_ROWS + 500
    y = np.arange(float(n_rows))
    kept = gather(y, lambda index: y + index, {"A": 0, "B": 1})
    assert len(kept.y) == MOST_ROWS
    assert kept.n_rows == n_rows
    assert (kept.of("B") - kept.of("A") == 1.0).all()
    assert (kept.of("A") == kept.y).all()


def test_an_unknown_candidate_is_refused() -> None:
    with pytest.raises(ModelingError, match="'C' on the validation rows"):
        judged(50, {"A": 0.1}).of("C")


def test_a_run_keeps_the_answers_its_scores_were_computed_from(
    quick: Callable[..., Run], value: pd.DataFrame
) -> None:
    run = quick(value, "value")
    assert run.judged is not None
    for entry in run.entries:
        if entry.score is not None:
            score = run.scoring.score(run.judged.y, run.judged.of(entry.candidate))
            assert score == pytest.approx(entry.score)
