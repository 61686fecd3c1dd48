from typing import Any

import numpy as np

from core.modeling import METRICS, Judged
from core.modeling.needs import choose_by_need, recommend

AUC = METRICS["roc_auc"]


def row(name: str, family: str, score: float | None, row_ms: float) -> dict[str, Any]:
    return {"candidate": name, "family": family, "score": score, "row_ms": row_ms}


def judged(**noise: float) -> Judged:
    rng = np.random.default_rng(0)
    signal, shared = rng.normal(size=(2, 800))
    y = (rng.random(800) < 1 / (1 + np.exp(-2 * signal))).astype(float)
    outputs = {}
    for name, spread in noise.items():
        p = 1 / (1 + np.exp(-signal - spread * shared - 0.01 * rng.normal(size=800)))
        outputs[name] = np.column_stack([1 - p, p])
    return Judged(y, outputs, 800)


ROWS = [
    row("Boost", "lightgbm", 0.86, 8.0),
    row("Line", "linear", 0.859, 0.2),
    row("Baseline", "baseline", 0.5, 0.01),
]


def test_a_faster_model_within_the_noise_is_recommended_with_its_chance() -> None:
    needs = choose_by_need(ROWS, AUC, judged(Boost=0.1, Line=0.12, Baseline=9.0))
    assert [need.candidate for need in needs] == ["Boost", "Line", "Line"]
    assert round(needs[1].times_faster) == 40
    said = recommend(needs, ROWS)
    assert "Line is within the noise of Boost and 40 times faster" in said
    assert "worse by more than 0.010" in said


def test_a_fast_model_that_is_clearly_worse_is_not_recommended() -> None:
    needs = choose_by_need(ROWS, AUC, judged(Boost=0.1, Line=3.0, Baseline=9.0))
    assert needs[1].candidate == "Boost"
    assert needs[2].candidate == "Line"
    assert needs[2].against is not None
    assert needs[2].against.p_worse > 0.95
    assert recommend(needs, ROWS).startswith("Boost: no other")


def test_a_best_that_is_fast_enough_needs_no_faster_one() -> None:
    rows = [{**ROWS[0], "row_ms": 0.02}, {**ROWS[1], "row_ms": 0.001}]
    needs = choose_by_need(rows, AUC, judged(Boost=0.1, Line=0.12))
    assert needs[1].candidate == "Boost"
    assert "0.020 ms" in needs[1].why
    assert "easiest to follow" in recommend(needs, rows)


def test_the_baseline_serves_no_need() -> None:
    needs = choose_by_need(ROWS, AUC, judged(Boost=9.0, Baseline=9.0))
    assert "Baseline" not in {need.candidate for need in needs}
    assert needs[2].candidate is None


def test_a_linear_champion_is_the_plainest_too() -> None:
    rows = [row("Line", "linear", 0.9, 0.2), row("Boost", "lightgbm", 0.8, 8.0)]
    needs = choose_by_need(rows, AUC, judged(Line=0.1, Boost=0.1))
    assert {need.candidate for need in needs} == {"Line"}
    assert "easy to follow" in needs[2].why


def test_without_scores_there_is_nothing_to_choose() -> None:
    assert choose_by_need([row("A", "linear", None, 1.0)], AUC, judged(A=0.1)) == ()
    assert recommend((), []) == ""
