"""Counterfactuals reach the wish, with little change, and only where allowed."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import describe_schema
from core.errors import EvaluationError
from core.evaluation.explaining import (
    Explainer,
    class_wish,
    find_counterfactuals,
    range_wish,
)
from core.modeling.encoder import raw_columns
from tests.fitted import customers, fit_model

FRAME = customers()
SCHEMA = describe_schema(
    pd.DataFrame(
        {
            "income": np.linspace(0, 100, 101),
            "age": range(101),
            "plan": ["a", "b"] * 50 + ["a"],
            "note": [f"row {i} says a thing or two" for i in range(101)],
        }
    )
)


def row(**values: Any) -> dict[str, Any]:
    own = {"income": 20.0, "age": 30.0, "plan": "a", "note": "nothing"} | values
    return {
        name: [value] if isinstance(value, str) else np.array([value])
        for name, value in own.items()
    }


def score(raw: Any, _n_rows: int) -> np.ndarray:
    plan = np.array([word == "b" for word in raw["plan"]])
    return raw["income"] + 0.1 * raw["age"] + 30 * plan


def wish(least: float) -> Any:
    return lambda raw, n: least - score(raw, n)


def values(found: Any) -> list[dict[str, Any]]:
    return [one.record for one in found.found]


def test_the_smallest_change_comes_first():
    search = find_counterfactuals(row(), SCHEMA, wish(40.0))
    assert values(search)[0] == {"income": pytest.approx(37.0, abs=0.5)}
    sizes = [one.distance for one in search.found]
    assert sizes == sorted(sizes)
    assert {"plan": "b"} in values(search)


def test_a_locked_column_is_left_alone():
    search = find_counterfactuals(
        row(), SCHEMA, wish(40.0), directions={"income": "locked"}
    )
    assert values(search)[0] == {"plan": "b"}
    assert all("income" not in changed for changed in values(search))


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_direction_is_kept(direction):
    search = find_counterfactuals(
        row(), SCHEMA, wish(40.0), directions={"income": direction, "plan": "locked"}
    )
    changed = [c["income"] for c in values(search) if "income" in c]
    assert changed if direction == "up" else not changed
    assert all(value > 20 for value in changed)


def test_none_found_is_an_answer():
    search = find_counterfactuals(row(), SCHEMA, wish(1_000.0))
    assert search.found == ()
    assert not search.reached
    assert search.n_answers > 0


def test_a_row_that_has_its_wish_is_not_changed():
    assert find_counterfactuals(row(income=90.0), SCHEMA, wish(40.0)).reached


def test_columns_are_joined_where_one_is_not_enough():
    search = find_counterfactuals(row(), SCHEMA, wish(125.0))
    assert set(values(search)[0]) >= {"income", "plan"}


def test_whole_numbers_stay_whole_and_within_the_training_range():
    search = find_counterfactuals(
        row(), SCHEMA, wish(26.5), directions={"income": "locked", "plan": "locked"}
    )
    assert values(search) == [{"age": 65}]
    assert isinstance(values(search)[0]["age"], int)


def test_sentences_are_left_alone():
    search = find_counterfactuals(
        row(), SCHEMA, lambda raw, _: np.array([t == "nothing" for t in raw["note"]])
    )
    assert search.found == ()


def test_a_missing_value_may_be_filled():
    search = find_counterfactuals(
        row(income=np.nan), SCHEMA, lambda raw, _: np.where(raw["income"] >= 50, -1, 1)
    )
    assert search.found[0].changes[0].before is None
    assert search.found[0].record["income"] >= 50


@settings(max_examples=25)
@given(st.floats(0, 100), st.floats(0, 100), st.sampled_from("ab"), st.floats(0, 150))
def test_what_is_found_reaches_the_wish(income, age, plan, least):
    start = row(income=income, age=float(int(age)), plan=plan)
    search = find_counterfactuals(start, SCHEMA, wish(least))
    for one in search.found:
        changed = row(**{k: v[0] for k, v in start.items()} | one.record)
        assert score(changed, 1)[0] >= least
        assert all(0 <= v <= 100 for k, v in one.record.items() if k != "plan")
        assert one.distance > 0
    assert search == find_counterfactuals(start, SCHEMA, wish(least))


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_what_is_found_changes_what_the_model_answers(task):
    model = fit_model(task)
    if task == "binary":
        middle = float(np.median(model.predict_proba(FRAME)[:, 1]))
        model = model.with_threshold(middle)
    assembly = Explainer(model, FRAME).assembly

    def answer(raw: Any, n_rows: int) -> np.ndarray:
        return assembly.output(assembly.encode(raw, n_rows))

    cells = FRAME[list(model.schema.names)].head(1)
    before = model.predict(cells)[0]
    reach = (
        range_wish(answer, low=before + 10)
        if task == "regression"
        else class_wish(model, answer, next(c for c in model.classes_ if c != before))
    )
    search = find_counterfactuals(raw_columns(cells, model.schema), model.schema, reach)
    assert search.found
    for one in search.found:
        record = cells.to_dict("records")[0] | one.record
        after = model.predict([record])[0]
        assert after >= before + 10 if task == "regression" else after != before


@pytest.mark.parametrize(
    ("directions", "message"),
    [
        pytest.param({"salary": "up"}, "no column 'salary'", id="unknown column"),
        pytest.param({"age": "left"}, "no direction", id="unknown direction"),
    ],
)
def test_what_is_unknown_is_refused(directions, message):
    with pytest.raises(EvaluationError, match=message):
        find_counterfactuals(row(), SCHEMA, wish(40.0), directions=directions)


@pytest.mark.parametrize("ends", [(None, None), (3.0, 1.0), (float("nan"), None)])
def test_a_range_without_inside_is_refused(ends):
    with pytest.raises(EvaluationError, match="no inside"):
        range_wish(score, *ends)


def test_a_class_that_is_no_answer_is_refused():
    with pytest.raises(EvaluationError, match="cannot answer 'perhaps'"):
        class_wish(fit_model(), score, "perhaps")
