from core.evaluation.checking.claim import CHECK
from tests.evaluation.checking.evidence import against, full


def test_a_gain_smaller_than_the_interval_is_told_with_the_rows_needed():
    wide = against(-0.02, 0.06)
    found = CHECK.run(full(against_baseline=wide, claimed=0.02)).finding
    assert found.code == "EVAL-015"
    assert "4,000 test rows" in found.advice


def test_a_gain_that_the_rows_can_show_passes():
    assert CHECK.run(full()).state == "passed"


def test_without_a_claim_it_does_not_apply():
    assert CHECK.run(full(claimed=None)).state == "does not apply"
    assert CHECK.run(full(claimed=0.0)).state == "does not apply"
