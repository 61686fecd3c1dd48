import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from core.data.associations import associate
from core.data.ranking import auc, auc_low, rank_columns


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=40
    ).filter(lambda rows: len({row[0] for row in rows}) == 2)
)
def test_auc_is_that_of_scikit_learn(rows):
    positive = np.array([row[0] for row in rows], dtype=float)
    score = np.array([row[1] for row in rows], dtype=float)
    assert auc(positive, score) == pytest.approx(roc_auc_score(positive, score))


@settings(max_examples=40)
@given(st.floats(0.01, 1), st.integers(1, 500), st.integers(1, 500))
def test_the_lower_end_lies_below_the_score(score, n_positive, n_negative):
    assert 0 <= auc_low(score, n_positive, n_negative) <= score


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_words_and_numbers_are_ranked_for_every_task(task):
    rng = np.random.default_rng(0)
    k = rng.integers(0, 3, 600)
    y = {"binary": k == 1, "multiclass": k, "regression": k + rng.random(600)}[task]
    frame = pd.DataFrame(
        {"word": np.array(["p", "q", "r"])[k], "noise": rng.normal(size=600), "y": y}
    )
    kinds = {"word": "category", "noise": "number"}
    first, second = rank_columns(frame, kinds, "y", task, ["noise", "word"])
    assert first.column == "word"
    assert first.power > 0.8
    assert second.power < 0.2


def test_an_id_cannot_pretend_to_predict():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"code": [f"k{i}" for i in range(600)], "y": rng.integers(0, 2, 600)}
    )
    (found,) = rank_columns(frame, {"code": "category"}, "y", "binary", ["code"])
    assert found.power < 0.15


def test_correlations_are_spearmans():
    rng = np.random.default_rng(0)
    a = rng.normal(size=500)
    frame = pd.DataFrame({"a": a, "b": np.exp(a) + rng.normal(size=500)})
    found = associate(frame, {"a": "number", "b": "number"}, ["a", "b"]).values[0][1]
    assert found == pytest.approx(spearmanr(frame["a"], frame["b"])[0], abs=1e-3)


def test_independent_words_have_no_association():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"a": rng.choice(list("pqrst"), 2000), "b": rng.choice(list("uvwx"), 2000)}
    )
    kinds = {"a": "category", "b": "category"}
    assert associate(frame, kinds, ["a", "b"]).values[0][1] < 0.05


def test_equal_words_have_an_association_of_one():
    words = pd.Series(list("abc") * 50)
    frame = pd.DataFrame({"a": words, "b": words.str.upper()})
    kinds = {"a": "category", "b": "category"}
    assert associate(frame, kinds, ["a", "b"]).values[0][1] == pytest.approx(
        1, abs=0.01
    )
