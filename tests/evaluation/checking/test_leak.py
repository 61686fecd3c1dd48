from dataclasses import replace

from core.data.profiled import Relation
from core.evaluation.checking.leak import CHECK
from tests.evaluation.checking.evidence import auc, full, sound


def test_a_column_that_decides_alone_is_told():
    alone = (Relation("a", "AUC", 0.7, 0.68, 0.4, 900),
             Relation("paid_on", "AUC", 0.99, 0.98, 0.98, 900))  # fmt: skip
    found = CHECK.run(full(alone=alone)).finding
    assert (found.code, found.severity) == ("EVAL-012", "problem")
    assert found.columns == ("paid_on",)


def test_a_nearly_perfect_score_is_told_though_no_column_stands_out():
    perfect = replace(sound(), metrics={"roc_auc": auc(0.999, 0.001)})
    assert CHECK.run(full(evaluation=perfect)).finding.severity == "warning"


def test_honest_columns_pass():
    assert CHECK.run(full()).state == "passed"


def test_without_rows_it_does_not_apply():
    assert CHECK.run(full(alone=None)).state == "does not apply"
