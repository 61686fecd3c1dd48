"""Columns of many words, told by the target's mean."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import describe_schema
from core.modeling import train
from core.modeling.encoder import FrameEncoder, raw_columns
from core.modeling.means import FEWEST_WORDS, learn_means
from core.modeling.one_row import RowEncoder
from tests.fitted import enough


def _towns(n_rows: int = 600, n_towns: int = 60) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    town = rng.integers(0, n_towns, n_rows)
    y = (rng.random(n_rows) < np.where(town % 2, 0.9, 0.1)).astype(float)
    return pd.DataFrame({"town": [f"town {t}" for t in town]}), y


def test_a_row_is_never_told_its_own_answer() -> None:
    frame, y = _towns()
    words = frame["town"].tolist()
    _, before = learn_means("town", words, y, 2)
    for row in range(0, 600, 97):
        changed = y.copy()
        changed[row] = 1 - changed[row]
        _, after = learn_means("town", words, changed, 2)
        spread = changed.std() / y.std()
        shift = (y.mean() - changed.mean()) / changed.std()
        n_others = sum(word == words[row] for word in words) - 1
        assert abs(after[row] * spread - before[row]) < abs(shift) + 1e-6, n_others


def test_rows_of_one_group_do_not_tell_each_other() -> None:
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(150), 4)
    words = [f"w{g % 30}" for g in group]
    y = np.repeat(rng.integers(0, 2, 150), 4).astype(float)
    _, apart = learn_means("word", words, y, 2, group)
    _, mixed = learn_means("word", words, y, 2)
    assert np.corrcoef(mixed[:, 0], y)[0, 1] > np.corrcoef(apart[:, 0], y)[0, 1] + 0.1


def test_words_that_say_nothing_tell_nothing_to_the_rows_they_were_learned_from() -> (
    None
):
    rng = np.random.default_rng(1)
    words = [f"w{i}" for i in rng.integers(0, 400, 4_000)]
    y = rng.integers(0, 2, 4_000).astype(float)
    column, told = learn_means("word", words, y, 2)
    assert abs(np.corrcoef(told[:, 0], y)[0, 1]) < 0.05
    assert np.corrcoef(column.encode(words)[:, 0], y)[0, 1] > 0.2  # what is avoided


def test_a_column_of_few_words_has_no_means() -> None:
    words = [f"w{i % (FEWEST_WORDS - 1)}" for i in range(400)]
    assert learn_means("word", words, np.arange(400.0), None) is None


def test_more_than_ten_classes_have_no_means() -> None:
    words = [f"w{i % 40}" for i in range(400)]
    assert learn_means("word", words, np.arange(400.0) % 11, 11) is None


@pytest.mark.parametrize("style", ["tree", "linear", "smooth"])
def test_new_words_are_told_what_rare_ones_were_like(style) -> None:
    frame, y = _towns()
    encoder = FrameEncoder(describe_schema(frame), style, 2).fit(frame, y)
    names = encoder.get_feature_names_out()
    place = names.index("town mean of the target")
    found = encoder.transform(pd.DataFrame({"town": ["town 1", "town 2", "elsewhere"]}))
    assert found[0, place] > 0.1
    assert found[1, place] < -0.1
    assert found[2, place] == 0


def test_without_a_target_the_matrix_has_no_means() -> None:
    frame, _ = _towns()
    encoder = FrameEncoder(describe_schema(frame)).fit(frame)
    assert encoder.get_feature_names_out() == ["town"]


def test_each_of_three_classes_has_its_share() -> None:
    frame, y = _towns()
    y = y + (np.arange(len(y)) % 3 == 0) * (1 - y) * 2
    encoder = FrameEncoder(describe_schema(frame), "tree", 3)
    assert encoder.fit_transform(frame, y).shape == (600, 4)
    assert encoder.get_feature_names_out()[-1] == "town share of class 3"


@settings(max_examples=25)
@given(st.one_of(st.none(), st.text(max_size=8), st.just("town 3")))
def test_one_row_is_told_what_a_table_is_told(word) -> None:
    frame, y = _towns()
    encoder = FrameEncoder(describe_schema(frame), "linear", 2).fit(frame, y)
    raw = raw_columns(pd.DataFrame({"town": [word]}, dtype="str"), encoder.schema)
    expected = encoder.encode(raw, 1)[0]
    assert np.array_equal(RowEncoder(encoder).encode(raw), expected)


def test_a_model_learns_from_hundreds_of_words() -> None:
    rng = np.random.default_rng(0)
    effect = rng.normal(0, 1.5, 300)
    word = rng.integers(0, 300, 6_000)
    y = rng.random(6_000) < 1 / (1 + np.exp(-effect[word]))
    frame = pd.DataFrame({"word": [f"w{w}" for w in word], "y": np.where(y, "b", "a")})
    run = train(frame, "y", families=["linear"], n_jobs=1, budget_s=60, **enough(2))
    assert run.leaderboard["score"][0] > 0.75
