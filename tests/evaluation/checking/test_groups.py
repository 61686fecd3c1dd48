from core.evaluation.checking.groups import CHECK
from tests.evaluation.checking.evidence import full


def test_small_groups_are_named_with_their_rows():
    found = CHECK.run(full(groups={"plan a": 500, "plan b": 3, "plan c": 0})).finding
    assert found.code == "EVAL-016"
    assert "plan b (3), plan c (0)" in found.evidence


def test_groups_with_rows_pass():
    assert "plan b, has 60 test rows" in CHECK.run(full()).said


def test_without_groups_it_does_not_apply():
    assert CHECK.run(full(groups={})).state == "does not apply"
