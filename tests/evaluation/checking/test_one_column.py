from dataclasses import replace

from core.evaluation import Importance
from core.evaluation.checking.one_column import CHECK
from tests.evaluation.checking.evidence import full, sound

RANKED = tuple(
    Importance(name, value, value - 0.02, value + 0.02)
    for name, value in (("leak", 0.4), ("b", 0.01), ("c", 0.0))
)


def test_a_column_that_carries_all_is_told():
    found = CHECK.run(full(evaluation=replace(sound(), importance=RANKED))).finding
    assert (found.code, found.columns) == ("EVAL-006", ("leak",))


def test_shared_importance_passes():
    assert CHECK.run(full()).state == "passed"


def test_two_columns_do_not_apply():
    two = replace(sound(), importance=RANKED[:2])
    assert CHECK.run(full(evaluation=two)).state == "does not apply"
