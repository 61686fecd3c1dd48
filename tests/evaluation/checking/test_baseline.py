import pytest

from core.evaluation.checking.baseline import CHECK
from tests.evaluation.checking.evidence import against, full


@pytest.mark.parametrize(
    ("low", "high", "severity"),
    [
        pytest.param(-0.03, 0.05, "warning", id="perhaps better"),
        pytest.param(0.0, 0.0, "problem", id="equal"),
        pytest.param(-0.05, -0.01, "problem", id="worse"),
    ],
)
def test_a_model_no_better_than_the_baseline_is_told(low, high, severity):
    found = CHECK.run(full(against_baseline=against(low, high))).finding
    assert (found.code, found.severity) == ("EVAL-001", severity)


def test_a_sound_model_passes():
    assert CHECK.run(full()).state == "passed"


def test_without_a_baseline_it_does_not_apply():
    result = CHECK.run(full(against_baseline=None))
    assert result.state == "does not apply"
    assert result.said.startswith("does not apply: there is no baseline")
