from core.data.scored import QuickScore
from core.evaluation.checking.apart import CHECK
from tests.evaluation.checking.evidence import full


def test_test_rows_that_differ_are_told():
    far = QuickScore("AUC", 0.8, 0.77, 0.83, 1_000, 3, ())
    assert CHECK.run(full(apart=far)).finding.code == "EVAL-013"


def test_like_rows_pass():
    assert CHECK.run(full()).state == "passed"


def test_few_rows_and_absent_rows_do_not_apply():
    assert "60 rows of a set" in CHECK.run(full(apart=None, n_each=60)).said
    assert "not at hand" in CHECK.run(full(apart=None, n_each=None)).said
