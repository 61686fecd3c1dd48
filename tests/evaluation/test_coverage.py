"""What intervals and sets promise is compared with held-out rows."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core.evaluation import COVERAGES, Evaluation, evaluate
from core.modeling.conformal import ConformalScores
from core.modeling.prediction_intervals import IntervalRule
from core.modeling.prediction_sets import learn_sets
from tests.fitted import TARGETS, customers, fit_model


def promising(task):
    """Return a model whose promise was calibrated on rows of its own kind."""
    model, rows = fit_model(task), customers(600, random_state=5)
    truth, output = rows[TARGETS[task]], model.output(rows)
    if task == "regression":
        rule = IntervalRule(ConformalScores.of(np.abs(truth.to_numpy() - output)))
    else:
        codes = np.searchsorted(model.classes_, truth.to_numpy(dtype=object))
        rule = learn_sets(codes.astype(float), output)
    return replace(model, uncertainty=rule)


@pytest.mark.parametrize("task", sorted(TARGETS))
def test_found_coverage_is_near_the_promise_on_rows_of_the_same_kind(task):
    found = evaluate(promising(task), customers(900, random_state=9), importance=False)
    kinds = {"interval"} if task == "regression" else {"small", "adaptive"}
    assert {check.kind for check in found.coverage} == kinds
    for check in found.coverage:
        assert check.asked in COVERAGES
        assert check.low <= check.value <= check.high
        assert check.value >= check.asked - 0.06
        assert check.is_kept or check.high >= check.asked - 0.03
        assert check.small <= check.large


def test_a_promise_that_is_broken_is_called_so():
    rule = IntervalRule(ConformalScores.of(np.full(100, 1e-6)))
    model = replace(fit_model("regression"), uncertainty=rule)
    found = evaluate(model, customers(200, random_state=9), importance=False)
    assert not any(check.is_kept for check in found.coverage)


def test_models_without_a_promise_have_nothing_to_check():
    assert evaluate(fit_model(), customers(80), importance=False).coverage == ()


def test_the_checks_are_kept_with_the_evaluation_and_old_ones_are_read():
    found = evaluate(promising("binary"), customers(200), importance=False)
    values = json.loads(json.dumps(found.to_dict(), default=str))
    assert Evaluation.from_dict(values).coverage == found.coverage
    del values["coverage"]
    assert Evaluation.from_dict(values).coverage == ()
