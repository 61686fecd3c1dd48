"""A whole evaluation: of real models, on good rows and on bad ones."""

import json

import numpy as np
import pandas as pd
import pytest

from core.data.samples import bundled_sample
from core.errors import EvaluationError
from core.evaluation import Evaluation, evaluate, evaluate_against
from core.modeling import train
from tests.fitted import TARGETS, customers, enough, fit_model

ROWS = customers(300, random_state=1)


def codes(found):
    return {finding.code for finding in found.findings}


def rows_for(task, frame=ROWS):
    return frame.drop(columns=[t for k, t in TARGETS.items() if k != task])


@pytest.fixture(scope="module", params=list(TARGETS))
def found(request):
    return evaluate(fit_model(request.param), rows_for(request.param))


def test_an_evaluation_survives_json(found):
    written = json.dumps(found.to_dict(), allow_nan=False)
    again = Evaluation.from_dict(json.loads(written))
    assert json.dumps(again.to_dict()) == written
    assert again.metrics == found.metrics
    assert again.findings == found.findings


def test_an_evaluation_leads_with_the_metric_the_model_was_chosen_by(found):
    assert found.headline.name == found.metric


def test_importance_names_each_original_column_once(found):
    columns = [item.column for item in found.importance]
    assert sorted(columns) == ["age", "member", "plan", "since", "spend"]
    assert columns[0] in ("spend", "plan")
    assert found.importance_basis.n_rows == 300


def test_classes_and_numbers_each_bring_their_own_parts():
    binary = evaluate(fit_model(), rows_for("binary"), importance=False)
    assert (binary.pos_label, binary.threshold) == ("yes", 0.4)
    assert binary.residuals is None
    assert len(binary.curves) == 1
    numbers = evaluate(fit_model("regression"), rows_for("regression"))
    assert numbers.confusion is None
    assert numbers.predicted_actual.y == tuple(ROWS["value"])


def test_the_threshold_of_the_model_decides_the_confusion():
    low = evaluate(fit_model().with_threshold(0.0), ROWS, "churn", importance=False)
    assert low.metrics["recall"].value == 1.0
    assert sum(row[0] for row in low.confusion.counts) == 0


def test_a_trained_champion_is_better_than_the_baseline():
    sample = bundled_sample("breast_cancer")
    rows, test = sample.table.iloc[::2], sample.table.iloc[1::2]
    run = train(
        rows, sample.target, n_jobs=1, budget_s=60, families=["linear"], **enough()
    )
    champion, baseline, comparison = evaluate_against(run.champion, run.baseline, test)
    assert champion.headline.low > 0.9
    assert baseline.headline.value == pytest.approx(0.5)
    assert comparison.differences["roc_auc"].outcome == "better"
    assert not {f.code for f in champion.findings} & {"EVAL-001", "EVAL-002"}


def test_rows_without_a_truth_or_of_an_unknown_class_are_left_out_and_told():
    rows = ROWS.assign(churn=ROWS["churn"].mask(ROWS.index < 20))
    rows.loc[20:24, "churn"] = "perhaps"
    found = evaluate(fit_model(), rows, importance=False)
    assert (found.n_rows, found.n_dropped) == (275, 25)
    (told,) = [f for f in found.findings if f.code == "EVAL-007"]
    assert "20 have no value" in told.evidence
    assert "5 have a class" in told.evidence


@pytest.mark.parametrize("task", list(TARGETS))
def test_ten_rows_give_wide_intervals_and_a_warning(task):
    found = evaluate(fit_model(task), rows_for(task).head(10))
    assert "EVAL-003" in codes(found)
    assert found.n_rows == 10


@pytest.mark.parametrize("task", list(TARGETS))
def test_a_single_row_can_be_evaluated(task):
    assert evaluate(fit_model(task), rows_for(task).head(1)).n_rows == 1


@pytest.mark.parametrize("task", list(TARGETS))
def test_one_outcome_only_is_said_and_the_rest_is_shown(task):
    rows = rows_for(task).query("churn == 'no'") if task == "binary" else rows_for(task)
    target = TARGETS[task]
    rows = rows.assign(**{target: rows[target].iloc[0]}).reset_index(drop=True)
    found = evaluate(fit_model(task), rows, importance=False)
    assert "EVAL-004" in codes(found)
    assert found.metrics


def test_missing_columns_count_as_missing_values_and_are_named():
    found = evaluate(fit_model(), ROWS.drop(columns=["spend", "age"]), "churn")
    (told,) = [f for f in found.findings if f.code == "EVAL-008"]
    assert told.columns == ("age", "spend")


def test_new_categories_are_counted():
    found = evaluate(fit_model(), ROWS.assign(plan="vip"), "churn", importance=False)
    (told,) = [f for f in found.findings if f.code == "EVAL-009"]
    assert told.columns == ("plan",)
    assert "300 rows" in told.evidence


def test_a_constant_prediction_is_said():
    rows = pd.concat([ROWS.iloc[[0]]] * 50, ignore_index=True)
    rows["churn"] = pd.Series(["yes", "no"] * 25, dtype="str")
    found = evaluate(fit_model(), rows)
    assert "EVAL-011" in codes(found)
    assert found.metrics["roc_auc"].value == 0.5
    assert np.isfinite(found.metrics["roc_auc"].low)


def test_the_columns_of_the_table_may_come_in_any_order_and_index():
    mixed = ROWS[ROWS.columns[::-1]].set_axis(range(500, 800))
    one = evaluate(fit_model(), mixed, importance=False)
    two = evaluate(fit_model(), ROWS, importance=False)
    assert one.metrics == two.metrics


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param(ROWS.drop(columns="churn"), "no column 'churn'", id="no target"),
        pytest.param(ROWS.assign(churn=None), "None of the 300 rows", id="all missing"),
        pytest.param(ROWS.assign(churn="other"), "No row has a class", id="unknown"),
        pytest.param(ROWS.head(0), "None of the 0 rows", id="no rows"),
        pytest.param(ROWS[["churn"]], "none of the columns", id="other columns"),
    ],
)
def test_rows_that_cannot_be_evaluated_are_refused_with_a_next_step(rows, said):
    with pytest.raises(EvaluationError, match=said) as caught:
        evaluate(fit_model(), rows)
    assert caught.value.hint


def test_words_cannot_be_compared_with_predicted_numbers():
    rows = ROWS.assign(value="much")
    with pytest.raises(EvaluationError, match="words"):
        evaluate(fit_model("regression"), rows)
