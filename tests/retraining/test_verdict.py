"""The verdict: promoted only when proven."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from core.data import describe_schema
from core.errors import EvaluationError
from core.modeling.model import Model
from core.retraining import Verdict, verdict
from core.retraining.verdict import outcomes_needed

FEATURES = ["signal", "hint", "noise"]


def rows(n_rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    signal, hint, noise = rng.normal(size=(3, n_rows))
    score = 2 * signal + 0.5 * hint + rng.logistic(size=n_rows)
    label = np.where(score > 0, "yes", "no")
    return pd.DataFrame(
        {"signal": signal, "hint": hint, "noise": noise, "label": label, "score": score}
    )


class Columns(FunctionTransformer):
    """The columns as they are, of a frame or one by one."""

    def encode(self, raw, n_rows):  # noqa: ARG002
        return np.column_stack([np.asarray(each, float) for each in raw.values()])


def model(features: list[str], target: str = "label", n_rows: int = 2_000) -> Model:
    """Fit a plain model on some of the columns."""
    train = rows(n_rows, 0)
    is_class = target == "label"
    estimator = LogisticRegression() if is_class else LinearRegression()
    y = (train["label"] == "yes").astype(int) if is_class else train["score"]
    pipeline = make_pipeline(Columns(np.asarray), estimator)
    return Model(
        name="+".join(features),
        family="linear",
        task="binary" if is_class else "regression",
        target=target,
        metric="roc_auc",
        schema=describe_schema(train[features]),
        pipeline=pipeline.fit(train[features], y),
        classes_=np.array(["no", "yes"]) if is_class else None,
    )


@pytest.mark.parametrize("target", ["label", "score"])
def test_a_clearly_better_challenger_is_promoted_and_the_reverse_is_worse(target):
    weak, strong = model(["noise"], target), model(["signal", "hint"], target)
    newest = rows(500, 1)
    better = verdict(weak, strong, newest, target)
    assert better.decision == "promote"
    assert better.low > 0
    assert better.sentence.startswith("Promote")
    worse = verdict(strong, weak, newest, target)
    assert worse.decision == "worse"
    assert worse.difference == pytest.approx(-better.difference)


def test_a_slightly_better_challenger_is_not_proven_and_says_how_many_are_needed():
    champion, challenger = model(["signal"]), model(["signal", "hint"])
    found = verdict(champion, challenger, rows(100, 5), "label")
    assert found.decision == "not proven"
    assert found.n_needed > 50
    assert f"about {found.n_needed:,} more outcomes" in found.sentence
    proven = verdict(champion, challenger, rows(20_000, 5), "label")
    assert proven.decision == "promote"


def test_a_model_against_itself_is_not_proven_and_more_rows_would_not_help():
    same = model(["signal"])
    found = verdict(same, same, rows(300, 4), "label")
    assert (found.decision, found.difference, found.n_needed) == ("not proven", 0, None)
    assert (found.n_gained, found.n_lost) == (0, 0)
    assert "hardly decide" in found.sentence


def test_few_rows_prove_nothing():
    found = verdict(model(["noise"]), model(["signal"]), rows(12, 5), "label")
    assert (found.decision, found.low, found.n_needed) == ("not proven", None, 18)


def test_rows_that_turn_are_counted():
    found = verdict(model(["noise"]), model(["signal"]), rows(400, 6), "label")
    accuracy = verdict(
        model(["noise"]), model(["signal"]), rows(400, 6), "label", metric="accuracy"
    )
    gain = (found.n_gained - found.n_lost) / 400
    assert accuracy.difference == pytest.approx(gain)


def test_rows_without_an_outcome_are_left_out():
    newest = rows(200, 7)
    newest.loc[:99, "label"] = None
    found = verdict(model(["noise"]), model(["signal"]), newest, "label")
    assert found.n_rows == 100
    with pytest.raises(EvaluationError, match="No row"):
        verdict(model(["noise"]), model(["signal"]), newest.head(50), "label")


def test_models_of_different_tasks_are_not_compared():
    with pytest.raises(EvaluationError, match="cannot follow"):
        verdict(model(["signal"]), model(["signal"], "score"), rows(50, 8), "label")


def test_an_outcome_that_neither_model_knows_is_refused():
    newest = rows(50, 9).assign(label="maybe")
    with pytest.raises(EvaluationError, match="maybe"):
        verdict(model(["signal"]), model(["hint"]), newest, "label")


def test_a_verdict_survives_json():
    found = verdict(model(["signal"]), model(["hint"]), rows(60, 10), "label")
    assert Verdict.from_dict(found.to_dict()) == found


@given(st.floats(0.001, 0.1), st.floats(0.001, 0.1), st.integers(30, 5000))
@settings(max_examples=25)
def test_a_larger_error_never_needs_fewer_outcomes(difference, error, n_rows):
    needed = outcomes_needed(difference, error, n_rows)
    more = outcomes_needed(difference, 2 * error, n_rows)
    assert needed is None or more is None or more >= needed
