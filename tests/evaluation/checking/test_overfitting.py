from dataclasses import replace

from core.evaluation.checking.overfitting import CHECK
from tests.evaluation.checking.evidence import against, auc, full, sound


def weak(**changed):
    evaluation = replace(sound(), metrics={"roc_auc": auc(0.6, 0.03)})
    return full(
        evaluation=evaluation, **{"against_baseline": against(0.07, 0.13), **changed}
    )


def test_a_gain_that_stays_on_the_training_rows_is_told():
    assert CHECK.run(weak(train_score=0.99)).finding.code == "EVAL-002"


def test_a_gain_that_carries_over_passes():
    assert CHECK.run(weak(train_score=0.62)).state == "passed"
    assert CHECK.run(full()).state == "passed"


def test_without_training_score_or_training_gain_it_does_not_apply():
    assert CHECK.run(weak(train_score=None)).state == "does not apply"
    assert "not even the training rows" in CHECK.run(weak(train_score=0.4)).said
