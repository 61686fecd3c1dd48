"""Intervals and sets hold what they promise, and travel with the model."""

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import describe_schema
from core.errors import ModelingError
from core.modeling import train
from core.modeling.conformal import ConformalScores
from core.modeling.encoder import raw_columns
from core.modeling.interval_learning import learn_intervals
from core.modeling.prediction_intervals import IntervalRule
from core.modeling.prediction_sets import learn_sets
from tests.fitted import customers, enough, fit_model


def uneven(n_rows: int, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return rows whose error grows with a column, the truth, and an answer."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"a": rng.uniform(0, 1, n_rows), "b": rng.normal(size=n_rows)})
    output = 10 * frame["b"].to_numpy()
    spread = 0.2 + 5 * frame["a"].to_numpy()
    return frame, output + spread * rng.normal(size=n_rows), output


def classes(n_rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return class codes, and probabilities that are not quite right."""
    rng = np.random.default_rng(seed)
    score = 1.5 * rng.normal(size=(n_rows, 4))
    y = (score + rng.gumbel(size=score.shape)).argmax(axis=1).astype(float)
    bold = np.exp(1.7 * score)
    return y, bold / bold.sum(axis=1, keepdims=True)


@settings(max_examples=25)
@given(st.integers(1, 400), st.floats(0.5, 0.999))
def test_the_quantile_is_that_of_the_conformal_rank(n_rows, coverage):
    values = np.arange(1.0, n_rows + 1)
    found = ConformalScores.of(values[::-1]).quantile(coverage)
    rank = int(np.ceil(round((n_rows + 1) * coverage, 9)))
    assert found == (rank if rank <= n_rows else np.inf)


@pytest.mark.parametrize("coverage", [0.8, 0.9, 0.95])
def test_intervals_cover_what_they_promise_and_follow_the_row(coverage):
    frame, y, output = uneven(2_400)
    rule = learn_intervals(frame, describe_schema(frame), y, output)
    assert rule.difficulty is not None
    new, truth, answer = uneven(4_000, seed=1)
    half = rule.half_widths(raw_columns(new, describe_schema(new)), answer, coverage)
    assert np.mean(np.abs(truth - answer) <= half) == pytest.approx(coverage, abs=0.025)
    easy, hard = half[new["a"] < 0.1].mean(), half[new["a"] > 0.9].mean()
    assert hard > 3 * easy


def test_equal_errors_get_equal_widths():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=600)})
    output = np.zeros(600)
    rule = learn_intervals(frame, describe_schema(frame), rng.normal(size=600), output)
    assert rule.difficulty is None
    assert len(rule.scores) == 600


@pytest.mark.parametrize("n_rows", [1, 5, 40])
def test_few_rows_promise_only_what_they_can(n_rows):
    frame, y, output = uneven(n_rows)
    rule = learn_intervals(frame, describe_schema(frame), y, output)
    raw = raw_columns(frame, describe_schema(frame))
    assert np.isinf(rule.half_widths(raw, output, 0.999)).all()


def test_a_perfect_model_has_intervals_without_width():
    frame, y, _ = uneven(400)
    rule = learn_intervals(frame, describe_schema(frame), y, y)
    raw = raw_columns(frame, describe_schema(frame))
    assert (rule.half_widths(raw, y, 0.9) == 0).all()


@pytest.mark.parametrize("kind", ["small", "adaptive"])
@pytest.mark.parametrize("coverage", [0.8, 0.9, 0.95])
def test_sets_cover_what_they_promise(kind, coverage):
    rule = replace(learn_sets(*classes(2_000)), kind=kind)
    y, output = classes(8_000, seed=1)
    inside = rule.members(output, coverage)
    covered = inside[np.arange(len(y)), y.astype(int)].mean()
    assert covered == pytest.approx(coverage, abs=0.03)
    assert inside.any(axis=1).all()


def test_small_sets_are_the_smaller_ones():
    rule, (y, output) = learn_sets(*classes(2_000)), classes(4_000, seed=1)
    del y
    small = rule.members(output, 0.9).sum()
    assert small < replace(rule, kind="adaptive").members(output, 0.9).sum()


def test_sets_grow_with_the_coverage():
    rule, (_, output) = learn_sets(*classes(1_000)), classes(500, seed=1)
    some, more = rule.members(output, 0.8), rule.members(output, 0.95)
    assert (some <= more).all()


def test_the_same_row_always_gets_the_same_set():
    rule = replace(learn_sets(*classes(1_000)), kind="adaptive")
    output = classes(50, seed=1)[1]
    alone = np.vstack([rule.members(output[i : i + 1], 0.9) for i in range(50)])
    assert (alone == rule.members(output, 0.9)).all()


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_trained_model_has_them_and_keeps_them(task):
    target = {"binary": "churn", "multiclass": "level", "regression": "value"}[task]
    frame = customers(300)[["age", "spend", "plan", target]]
    run = train(
        frame,
        target,
        families=["baseline", "linear"],
        budget_s=60,
        n_jobs=1,
        **enough(1),
    )
    model = pickle.loads(pickle.dumps(run.champion))  # noqa: S301 our own
    wide = model.with_coverage(0.95)
    if task == "regression":
        narrow, wider = model.intervals(frame), wide.intervals(frame)
        assert ((wider[:, 1] - wider[:, 0]) >= (narrow[:, 1] - narrow[:, 0])).all()
    else:
        output = model.output(frame)
        assert (model.label_sets(output) <= wide.label_sets(output)).all()
        assert model.intervals(frame) is None
    assert (model.coverage, wide.coverage) == (0.9, 0.95)


def test_a_model_saved_before_there_was_a_choice_still_answers():
    model = fit_model("regression")
    state = model.__getstate__()
    del state["uncertainty"], state["coverage"]
    old = object.__new__(type(model))
    old.__setstate__(state)
    ends = old.intervals(customers(5))
    assert np.allclose(ends[:, 1] - ends[:, 0], 2 * model.interval_quantile)
    assert old.label_sets(np.array([[0.5, 0.5]])) is None
    with pytest.raises(ModelingError, match="before the coverage could be chosen"):
        old.with_coverage(0.8)


@pytest.mark.parametrize("coverage", [0.0, 0.3, 1.0, float("nan")])
def test_a_coverage_that_cannot_be_promised_is_refused(coverage):
    rule = IntervalRule(ConformalScores.of(np.ones(10)))
    model = replace(fit_model("regression"), uncertainty=rule)
    with pytest.raises(ModelingError, match="no coverage"):
        model.with_coverage(coverage)
