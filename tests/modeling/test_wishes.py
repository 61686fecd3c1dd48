"""Rows that weigh, balanced classes, directions, quantiles: honoured or left out."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ModelingError
from core.modeling import METRICS, Run, TrainingPlan, train
from core.modeling.calibration import calibrate
from core.modeling.estimators import read_output
from core.modeling.families import FAMILIES
from core.modeling.family import FitData, Watch
from core.modeling.rows import balanced_weights
from core.modeling.thresholds import decided, tune_threshold

WEIGHTED = [name for name, family in FAMILIES.items() if family.weights]
MONOTONE = [
    name for name in FAMILIES if FAMILIES[name].monotonic and name != "baseline"
]


def _two_sorts(n_rows: int = 400) -> pd.DataFrame:
    """Rows of two sorts, in one of which the answer turns round."""
    rng = np.random.default_rng(0)
    x, odd = rng.normal(size=n_rows), np.arange(n_rows) % 2
    y = np.where(odd == 1, x, -x) + rng.normal(0, 0.2, n_rows)
    return pd.DataFrame(
        {"x": x, "count": 1.0 + 9 * odd, "y": np.where(y > 0, "a", "b")}
    )


def _codes(run: Run) -> set[str]:
    return {finding.code for finding in run.findings}


@pytest.mark.parametrize("name", [n for n in WEIGHTED if n != "neural_network"])
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_heavy_rows_draw_the_predictions_to_them(name: str, task: str) -> None:
    X = np.zeros((200, 2), dtype=np.float32)
    X[:, 0] = np.arange(200) // 2 % 2  # it says nothing: only the mean can be learned
    y = (np.arange(200) % 2).astype(float)
    means = []
    for heavy in (0.1, 1.9):
        weight = np.where(y == 1, heavy, 2 - heavy)
        data = FitData(
            X, y, X, y, task, 1 if task == "regression" else 2, 0.3,
            weight=weight, weight_valid=weight,
        )  # fmt: skip
        fitted = FAMILIES[name].fit(data, FAMILIES[name].fixed[0], 0, Watch(20))
        output = read_output(fitted.estimator, X, data.n_outputs)
        means.append(output.mean() if task == "regression" else output[:, 1].mean())
    assert means[1] > means[0] + 0.5


def test_the_rows_that_weigh_more_decide_what_is_learned_and_scored(
    quick: Callable[..., Run],
) -> None:
    frame = _two_sorts()
    runs = [
        quick(frame.drop(columns="count"), "y", families=("lightgbm",)),
        quick(frame, "y", weight="count", families=("lightgbm",)),
    ]
    scores = [run.leaderboard["score"][0] for run in runs]
    assert scores[0] < 0.7
    assert scores[1] > 0.8
    assert "count" not in runs[1].champion.feature_names


def test_rows_of_weight_0_are_as_good_as_absent(quick: Callable[..., Run]) -> None:
    frame = _two_sorts().assign(count=lambda t: (t["count"] > 1).astype(int))
    held = frame.iloc[300:]
    options = {"families": ("linear", "lightgbm", "extra_trees"), "n_candidates": 4}
    zero, absent = (
        quick(rows, "y", weight="count", validation=valid, **options)
        for rows, valid in (
            (frame.iloc[:300], held),
            (frame.iloc[:300][frame["count"][:300] > 0], held[held["count"] > 0]),
        )
    )
    assert "MODEL-016" in _codes(zero)
    for name in ("Linear model", "LightGBM", "Extra trees"):
        np.testing.assert_array_equal(
            *(run.models[name].output(frame) for run in (zero, absent))
        )


def test_the_unit_of_weights_does_not_matter(quick: Callable[..., Run]) -> None:
    frame = _two_sorts(200)
    large = frame.assign(count=frame["count"] * 1024)
    first, second = (quick(t, "y", weight="count") for t in (frame, large))
    np.testing.assert_allclose(
        first.champion.output(frame), second.champion.output(frame), atol=1e-9
    )


def test_a_threshold_is_tuned_by_weight() -> None:
    share = np.linspace(0.05, 0.95, 100)
    y = (np.random.default_rng(0).random(100) < share).astype(float)
    output, metric = np.column_stack([1 - share, share]), METRICS["balanced_accuracy"]
    for weight in (np.where(y == 1, 5.0, 0.2), np.ones(100)):
        found = tune_threshold(metric, y, output, weight)
        best = metric.score(y, output, threshold=found, weight=weight)
        tried = [
            metric.score(y, output, threshold=t, weight=weight)
            for t in np.linspace(0, 1, 201)
        ]
        assert best == pytest.approx(max(tried))
    assert tune_threshold(metric, y, output) == found


def test_a_calibration_is_learned_by_weight() -> None:
    rng = np.random.default_rng(0)
    share = rng.uniform(0.1, 0.9, 4_000)
    y = (rng.random(4_000) < share).astype(float)
    weight = np.where(y == 1, 3.0, 1.0)
    found = calibrate(y, np.column_stack([1 - share, share]), weight=weight)
    assert found is not None
    (moved,) = found.apply(np.array([[0.5, 0.5]]))
    assert moved[1] == pytest.approx(0.75, abs=0.06)


def test_decisions_on_a_group_never_rest_on_the_group() -> None:
    rng = np.random.default_rng(0)
    group = np.arange(300) // 30
    share, y = rng.random(300), (rng.random(300) < 0.5).astype(float)
    output, metric = np.column_stack([1 - share, share]), METRICS["f1"]
    before = decided(metric, y, output, together=group)
    y_changed = np.where(group == 4, 1 - y, y)
    after = decided(metric, y_changed, output, together=group)
    np.testing.assert_array_equal(before[group == 4], after[group == 4])


@settings(max_examples=25)
@given(st.lists(st.integers(0, 3), min_size=4, max_size=80))
def test_balanced_classes_weigh_the_same(codes: list[int]) -> None:
    y = np.array(codes, dtype=float)
    weight = balanced_weights(y, y, None)
    sums = [weight[y == code].sum() for code in np.unique(y)]
    assert np.ptp(sums) < 1e-9
    assert weight.sum() == pytest.approx(len(y))


def test_balanced_classes_find_more_of_the_rare_one(quick: Callable[..., Run]) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=500)
    frame = pd.DataFrame({"x": x, "y": np.where(x + rng.normal(size=500) > 2, 1, 0)})
    options = {"families": ("linear",), "metric": "log_loss", "n_candidates": 2}
    plain, even = (quick(frame, "y", balanced=b, **options) for b in (False, True))
    found = [run.models["Linear model"] for run in (plain, even)]
    rates = [(model.pipeline.predict_proba(frame)[:, 1]).mean() for model in found]
    assert rates[1] > 2 * rates[0]


@settings(max_examples=25)
@given(
    st.sampled_from(MONOTONE),
    st.sampled_from([-1, 1]),
    st.sampled_from(["binary", "regression"]),
    st.integers(0, 10_000),
)
def test_predictions_keep_the_direction_of_a_column(name, sign, task, seed) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(120, 2)).astype(np.float32)
    y = X[:, 0] * X[:, 1] + rng.normal(0, 0.3, 120)
    y = y if task == "regression" else (y > 0).astype(float)
    data = FitData(
        X[:80], y[:80], X[80:], y[80:], task, 1 if task == "regression" else 2, 0.1,
        monotonic=(sign, 0),
    )  # fmt: skip
    fitted = FAMILIES[name].fit(data, FAMILIES[name].fixed[0], 0, Watch(30))
    grid = np.column_stack([np.linspace(-3, 3, 80), np.full(80, rng.normal())])
    output = read_output(fitted.estimator, grid.astype(np.float32), data.n_outputs)
    rising = output if task == "regression" else output[:, 1]
    assert (sign * np.diff(rising) >= -1e-9).all()


def test_the_champion_keeps_directions_from_raw_columns_to_answers(
    churn: pd.DataFrame, quick: Callable[..., Run]
) -> None:
    run = quick(
        churn, "left", monotonic={"fee": -1}, families=None, n_candidates=5,
        validation=churn.iloc[:80], metric="f1",
    )  # fmt: skip
    rows = pd.concat([churn.iloc[[3]]] * 50, ignore_index=True)
    rows["fee"] = np.linspace(0, 90, 50)
    found = run.champion.predict_proba(rows)[
        :, list(run.champion.classes_).index("yes")
    ]
    assert (np.diff(found) <= 1e-9).all()
    assert "MODEL-015" in _codes(run)
    used = {entry.family for entry in run.entries} - {"ensemble"}
    assert used <= {"baseline", *MONOTONE}


def test_a_quantile_is_left_to_the_families_that_can_predict_one(
    value: pd.DataFrame, quick: Callable[..., Run]
) -> None:
    run = quick(
        value, "value", metric="pinball", metric_options={"alpha": 0.8},
        families=None, n_candidates=3,
    )  # fmt: skip
    assert {e.family for e in run.entries} <= {
        "baseline", "lightgbm", "catboost", "histogram_boosting", "ensemble",
    }  # fmt: skip
    told = next(f for f in run.findings if f.code == "MODEL-015")
    assert "Linear model" in told.evidence


def test_families_that_cannot_weigh_rows_are_named(quick: Callable[..., Run]) -> None:
    families = ("linear", "nearest_neighbours")
    run = quick(_two_sorts(), "y", weight="count", families=families)
    told = next(f for f in run.findings if f.code == "MODEL-015")
    assert "Nearest neighbours" in told.evidence
    assert {entry.family for entry in run.entries} <= {"baseline", "linear", "ensemble"}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        pytest.param({"weight": "w"}, "'w'", id="no such weight"),
        pytest.param({"weight": "plan"}, "'plan'", id="words as weights"),
        pytest.param({"weight": "fee"}, "'fee'", id="missing weights"),
        pytest.param({"monotonic": {"plan": 1}}, "'plan'", id="direction of words"),
        pytest.param({"monotonic": {"z": 1}}, "'z'", id="direction of nothing"),
        pytest.param({"monotonic": {"calls": 3}}, "3", id="no direction"),
        pytest.param({"time": "plan"}, "'plan'", id="words as times"),
    ],
)
def test_wishes_that_make_no_sense_are_refused_by_name(churn, changed, named) -> None:
    options = {"families": ("linear",), "n_jobs": 1, "budget_s": 2}
    with pytest.raises(ModelingError, match=re.escape(named)) as caught:
        train(churn, "left", **options, **changed)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("target", "changed"),
    [("value", {"balanced": True}), ("level", {"monotonic": {"calls": 1}})],
)
def test_wishes_that_do_not_fit_the_task_are_refused(target, changed, request) -> None:
    with pytest.raises(ModelingError):
        train(request.getfixturevalue(target), target, n_jobs=1, budget_s=2, **changed)


def test_a_plan_keeps_wishes_through_json() -> None:
    plan = TrainingPlan("y", weight="n", balanced=True, monotonic={"age": -1})
    assert TrainingPlan.from_dict(plan.to_dict()) == plan


def test_the_champion_stays_small_unless_the_largest_are_allowed(
    churn: pd.DataFrame, quick: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.modeling.preparation.LEAN_BYTES", 20_000)
    options = {"families": ("extra_trees", "linear"), "n_candidates": 3}
    frame = churn[["calls", "fee", "left"]].assign(left=churn["calls"] % 2)
    lean = quick(frame, "left", task="binary", **options)
    large = quick(frame, "left", task="binary", largest=True, **options)
    assert large.champion_name == "Extra trees"
    assert lean.champion_name != "Extra trees"
    told = next(f for f in lean.findings if f.code == "MODEL-017")
    assert "Extra trees" in told.evidence
    assert "MODEL-017" not in _codes(large)
    size = lean.leaderboard.set_index("candidate").loc[lean.champion_name, "size_bytes"]
    assert size <= 20_000
