"""The model card: the layout that registries read, and what a person says."""

import json
from datetime import UTC, datetime

from core.registry.card import Judgement, write_card
from tests.fitted import fit_model

DESCRIBED = {
    "project": "churn",
    "number": 3,
    "target": "churn",
    "task": "binary",
    "name": "LightGBM",
    "family": "lightgbm",
    "pos_label": "yes",
    "threshold": 0.4,
    "created_at": datetime(2026, 5, 1, tzinfo=UTC),
    "note": "",
    "lineage": {"dataset": "customers"},
    "environment": {"python": "3.11", "platform": "linux", "libraries": {"numpy": "2"}},
}
METRICS = {"roc_auc": {"name": "roc_auc", "title": "ROC AUC", "value": 0.84,
                       "low": 0.8, "high": 0.88}}  # fmt: skip


def card(judgement=None, evaluation=None, **changed):
    described = {**DESCRIBED, **changed}
    if judgement is not None:
        described["judgement"] = judgement.to_dict()
    return write_card(described, fit_model().schema, evaluation)


def test_the_front_matter_names_task_and_metrics():
    text = card(evaluation={"n_rows": 90, "metrics": METRICS})
    _, front, _ = text.split("---", 2)
    assert "pipeline_tag: tabular-classification" in front
    assert '- type: "roc_auc"' in front
    assert "value: 0.84" in front


def test_headings_stand_in_the_usual_order():
    headings = [line for line in card().splitlines() if line.startswith("## ")]
    assert headings == [
        "## Model description",
        "## Intended uses & limitations",
        "## Training procedure",
        "## Evaluation results",
        "## Columns",
        "## How to get started",
        "## Model card contact",
    ]


def test_what_a_person_says_stands_in_it_literally():
    said = Judgement(
        "Calls to <b>leavers</b>", "Prices", "high", ("Weak: `plan` is a",)
    )
    text = card(said)
    assert r"Intended use: Calls to \<b\>leavers\</b\>" in text
    assert "Not intended: Prices" in text
    assert "Risk: high." in text
    assert r"- Weak\: \`plan\` is a" in text


def test_without_a_judgement_it_says_that_nothing_was_said():
    text = card()
    assert "Nothing was said" in text
    assert "Risk: not judged." in text
    assert "none were found or recorded" in text


def test_names_from_outside_cannot_leave_the_front_matter():
    text = card(name='x"\n---\n# y', evaluation={"n_rows": 1, "metrics": METRICS})
    front = text.split("\n---\n")[0]
    assert json.dumps('x"\n---\n# y') in front
