"""Each check fires on its fault, is silent on a sound model, and is documented."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.evaluation import (
    CODES,
    Comparison,
    Difference,
    Evaluation,
    Importance,
    MetricValue,
    checks,
    review,
    row_checks,
)
from core.evaluation.curves import calibration_of
from core.evaluation.held_out import HeldOut
from core.evaluation.residuals import residuals

FINDINGS = Path(__file__).parents[2] / "docs" / "findings.md"


def sound():
    value = MetricValue("roc_auc", "ROC AUC", 0.85, 0.83, 0.87, True, "DeLong")
    rng = np.random.default_rng(0)
    p = np.linspace(0.01, 0.99, 1_000)
    ranked = (("a", 0.10), ("b", 0.08), ("c", 0.01))
    return Evaluation(
        task="binary",
        model_name="LightGBM",
        target="churn",
        metric="roc_auc",
        n_rows=1_000,
        n_dropped=0,
        confidence=0.95,
        metrics={"roc_auc": value},
        calibration=calibration_of((rng.random(1_000) < p).astype(float), p, "yes"),
        importance=tuple(Importance(n, v, v - 0.02, v + 0.02) for n, v in ranked),
    )


def against(low, high, second=0.5):
    between = (low + high) / 2
    found = Difference(
        "roc_auc", "ROC AUC", second + between, second, between, low, high, True, ""
    )
    return Comparison("LightGBM", "Baseline", 1_000, 0.95, {"roc_auc": found})


def codes(*args, **kwargs):
    return [finding.code for finding in review(*args, **kwargs)]


def test_a_sound_model_has_no_findings():
    assert codes(sound(), against_baseline=against(0.33, 0.37), train_score=0.9) == []


@pytest.mark.parametrize(
    ("low", "high", "severity"),
    [
        pytest.param(-0.03, 0.05, "warning", id="perhaps better"),
        pytest.param(0.0, 0.0, "problem", id="equal"),
        pytest.param(-0.05, -0.01, "problem", id="worse"),
    ],
)
def test_a_model_no_better_than_the_baseline_is_told(low, high, severity):
    (found,) = review(sound(), against_baseline=against(low, high))
    assert (found.code, found.severity) == ("EVAL-001", severity)


def test_a_gain_that_stays_on_the_training_rows_is_told():
    weak = replace(
        sound(),
        metrics={
            "roc_auc": MetricValue("roc_auc", "ROC AUC", 0.6, 0.57, 0.63, True, "")
        },
    )
    compared = against(0.07, 0.13)
    assert codes(weak, against_baseline=compared, train_score=0.99) == ["EVAL-002"]
    assert codes(weak, against_baseline=compared, train_score=0.62) == []
    assert codes(weak, against_baseline=compared) == []


def test_probabilities_that_are_off_are_told():
    p = np.linspace(0.01, 0.99, 1_000)
    hard = calibration_of((p > 0.5).astype(float), p, "yes")
    assert codes(replace(sound(), calibration=hard)) == ["EVAL-005"]
    few = replace(sound(), calibration=hard, n_rows=100)
    assert codes(few) == []


def test_a_column_that_carries_all_is_told():
    ranked = tuple(
        Importance(name, value, value - 0.02, value + 0.02)
        for name, value in (("leak", 0.4), ("b", 0.01), ("c", 0.0))
    )
    (found,) = review(replace(sound(), importance=ranked))
    assert (found.code, found.columns) == ("EVAL-006", ("leak",))
    assert codes(replace(sound(), importance=ranked[:2])) == []


def test_a_few_rows_that_decide_the_error_are_told():
    rng = np.random.default_rng(0)
    y = rng.normal(size=1_000)

    def with_errors(error):
        held = HeldOut("regression", y, y + error)
        return replace(sound(), residuals=residuals(held))

    assert codes(with_errors(rng.lognormal(sigma=1.5, size=1_000))) == ["EVAL-010"]
    assert codes(with_errors(rng.normal(size=1_000))) == []


def test_every_code_that_is_given_is_in_the_list_and_has_its_heading():
    source = "".join(
        Path(module.__file__).read_text() for module in (checks, row_checks)
    )
    given = set(re.findall(r'"(EVAL-\d{3})"', source))
    assert given == set(CODES)
    headings = re.findall(r"^### (EVAL-\d{3}) \S", FINDINGS.read_text(), re.MULTILINE)
    assert headings == sorted(CODES)
