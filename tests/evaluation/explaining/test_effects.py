"""Dependence follows the model, and interactions are found where they are."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.pipeline import make_pipeline

from core.data import describe_schema
from core.errors import EvaluationError
from core.evaluation.explaining import Effects, explain_effects
from core.modeling.encoder import FrameEncoder
from core.modeling.model import Model
from tests.fitted import TARGETS, customers, fit_model


class Formula(RegressorMixin, BaseEstimator):
    """A regressor whose law is known: 3a + bc."""

    def fit(self, X, y=None):  # noqa: ARG002
        self.fitted_ = True
        return self

    def predict(self, X):
        return 3 * X[:, 0] + X[:, 1] * X[:, 2]


def known() -> tuple[Model, pd.DataFrame]:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(500, 4)), columns=list("abcd"))
    schema = describe_schema(frame)
    pipeline = make_pipeline(FrameEncoder(schema), Formula()).fit(frame, frame["a"])
    return Model("m", "f", "regression", "y", "rmse", schema, pipeline), frame


def test_a_line_is_followed_as_a_line():
    model, frame = known()
    found = explain_effects(model, frame, list("abcd")).dependences[0]
    assert found.column == "a"
    slopes = np.diff(found.mean) / np.diff(found.values)
    assert slopes == pytest.approx(np.full(len(slopes), 3.0), rel=1e-3)
    assert all(low <= m <= high for low, m, high in zip(
        found.low, found.mean, found.high, strict=True))  # fmt: skip


def test_the_grid_stays_within_the_training_range():
    model, frame = known()
    for found in explain_effects(model, frame, list("abcd")).dependences:
        assert min(found.values) >= frame[found.column].min()
        assert max(found.values) <= frame[found.column].max()


def test_the_pair_that_interacts_comes_first_and_sums_have_none():
    model, frame = known()
    pairs = explain_effects(model, frame, list("abcd")).interactions
    assert {pairs[0].first, pairs[0].second} == {"b", "c"}
    assert pairs[0].share > 0.5
    assert max(pair.strength for pair in pairs[1:]) < 1e-5 * pairs[0].strength


def test_the_strongest_pair_is_followed_together():
    model, frame = known()
    found = explain_effects(model, frame, list("abcd")).joint[0]
    table = np.array(found.mean)
    expected = np.outer(found.rows, found.columns)
    assert table - table.mean() == pytest.approx(expected - expected.mean(), abs=1e-3)


@pytest.mark.parametrize("task", sorted(TARGETS))
def test_every_task_and_kind_of_column_has_effects(task):
    model, frame = fit_model(task), customers()
    found = explain_effects(model, frame, model.schema.names)
    kinds = {item.kind for item in found.dependences}
    assert kinds == {"integer", "number", "category", "boolean", "date"}
    by_name = {item.column: item for item in found.dependences}
    assert by_name["spend"].values[-1] is None
    assert by_name["age"].values[-1] is not None
    assert found.label == (None if task == "regression" else model.classes_[-1])


def test_effects_survive_being_kept():
    found = explain_effects(fit_model(), customers(), ["age", "plan"])
    assert Effects.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_work_does_not_grow_with_the_table():
    model, frame = known()
    many = explain_effects(
        model, pd.concat([frame] * 20, ignore_index=True), list("abcd")
    )
    few = explain_effects(model, frame, list("abcd"))
    assert (many.n_rows, few.n_rows) == (10_000, 500)
    assert many.n_answers == few.n_answers


@pytest.mark.parametrize(
    ("rows", "columns"),
    [pytest.param(0, ["age"], id="no rows"), pytest.param(5, ["x"], id="no columns")],
)
def test_nothing_to_show_is_said(rows, columns):
    with pytest.raises(EvaluationError, match="no rows or no columns"):
        explain_effects(fit_model(), customers().head(rows), columns)


def test_one_row_is_enough():
    found = explain_effects(fit_model(), customers().head(1), ["age", "plan"])
    assert found.dependences[0].n_rows == 1
