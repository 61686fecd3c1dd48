"""Stress and monitors: what breaks loudly is caught, what is unchanged is not."""

import numpy as np
import pytest

from core.evaluation.held_out import look
from core.evaluation.metrics import MetricValue
from core.evaluation.stress import Change, Stressed
from core.monitoring import summarise_reference
from core.workspace.scrutiny import Judgement
from core.workspace.stressing import Trial, try_change
from tests.fitted import customers, fit_model


@pytest.fixture(scope="module")
def tried():
    model, rows = fit_model(), customers(600, random_state=3)
    glance = look(model, rows, "churn")
    judged = Judgement(None, glance, rows)
    train = customers(600, random_state=5)[list(model.schema.names)]
    reference = summarise_reference(train, kinds=model.schema.kinds)
    return lambda change: try_change(judged, change, reference)


def test_another_unit_is_caught_by_drift_and_by_its_unit(tried):
    caught = tried(Change("unit", "spend")).caught_by
    assert "Drift: spend" in caught
    assert any("unit seems to have changed" in said for said in caught)


@pytest.mark.parametrize(
    ("value", "n_turned", "harmful"),
    [
        pytest.param(0.85, 0, False, id="within the interval"),
        pytest.param(0.70, 0, True, id="below the interval"),
        pytest.param(0.85, 90, True, id="many answers turn"),
    ],
)
def test_harm_is_a_metric_outside_of_its_interval_or_many_turned_answers(
    value, n_turned, harmful
):
    before = MetricValue("roc_auc", "ROC AUC", 0.84, 0.8, 0.88, True, "")
    after = MetricValue("roc_auc", "ROC AUC", value, 0.6, 0.9, True, "")
    stressed = Stressed(1_000, n_turned, 0.1, before, after)
    assert Trial(stressed, ()).is_harmful is harmful


def test_an_unchanged_column_is_neither_caught_nor_harmful(tried):
    trial = tried(Change("shift", "spend", 0.0))
    assert trial.caught_by == ()
    assert not trial.is_harmful
    assert np.isclose(trial.stressed.moved, 0)
