from core.evaluation.checking.stability import CHECK
from tests.evaluation.checking.evidence import full


def test_scores_that_hang_on_the_rows_are_told():
    assert CHECK.run(full(refits=(0.6, 0.75, 0.9))).finding.code == "EVAL-014"


def test_steady_scores_pass():
    assert CHECK.run(full()).state == "passed"


def test_without_fits_or_baseline_it_does_not_apply():
    assert "learning curve" in CHECK.run(full(refits=None)).said
    assert "learning curve" in CHECK.run(full(refits=(0.8, 0.9))).said
    assert CHECK.run(full(against_baseline=None)).state == "does not apply"
