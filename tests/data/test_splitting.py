import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.splitting import split
from core.errors import DataError


def _all_rows(parts):
    return np.concatenate([parts.train, parts.validation, parts.test])


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from(["a", "b", "c", None]), min_size=30, max_size=80),
    st.sampled_from(["random", "stratified"]),
)
def test_every_row_with_a_target_is_in_exactly_one_set(target, strategy):
    frame = pd.DataFrame({"y": pd.Series(target, dtype="str")})
    if frame["y"].notna().sum() < 8:
        return
    parts = split(frame, "y", strategy=strategy)
    assert sorted(_all_rows(parts)) == np.flatnonzero(frame["y"].notna()).tolist()
    assert parts.n_left_out == frame["y"].isna().sum()


@settings(max_examples=40)
@given(st.lists(st.integers(0, 5), min_size=20, max_size=200))
def test_stratified_sets_keep_each_class_within_one_row(classes):
    frame = pd.DataFrame({"y": [f"c{k}" for k in classes]})
    parts = split(frame, "y")
    n = frame["y"].value_counts()
    for rows, share in zip(
        (parts.train, parts.validation, parts.test), parts.fractions, strict=True
    ):
        found = frame["y"].iloc[rows].value_counts().reindex(n.index, fill_value=0)
        assert ((found - share * n).abs() <= 1.5).all()
        assert abs(len(rows) - share * len(frame)) <= 1


def test_the_same_seed_gives_the_same_sets_and_another_seed_others():
    frame = pd.DataFrame({"y": [0, 1] * 50})
    one, two = split(frame, "y"), split(frame, "y")
    assert one.train.tolist() == two.train.tolist()
    other = split(frame, "y", random_state=1)
    assert other.train.tolist() != one.train.tolist()


def test_a_number_is_stratified_by_quantile_bins():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"y": rng.lognormal(size=1000)})
    parts = split(frame, "y")
    top = frame["y"] > frame["y"].quantile(0.9)
    assert top.iloc[parts.test].mean() == pytest.approx(0.1, abs=0.01)


def test_time_puts_the_latest_rows_last_and_keeps_equal_times_together():
    days = pd.to_datetime(["2024-01-01"] * 5 + ["2024-01-02"] * 3 + ["2024-01-03"] * 2)
    frame = pd.DataFrame({"day": days}).sample(frac=1, random_state=0)
    frame = frame.reset_index(drop=True)
    parts = split(frame, strategy="time", column="day")
    latest = [
        frame["day"].iloc[rows].max()
        for rows in (parts.train, parts.validation, parts.test)
    ]
    earliest = [
        frame["day"].iloc[rows].min() for rows in (parts.validation, parts.test)
    ]
    assert latest[0] < earliest[0] <= latest[1] < earliest[1]


def test_rows_without_a_time_are_left_out():
    frame = pd.DataFrame({"t": [*range(20), None]})
    parts = split(frame, strategy="time", column="t")
    assert parts.n_left_out == 1
    assert 20 not in _all_rows(parts)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 9), min_size=30, max_size=90))
def test_a_group_is_never_in_two_sets(groups):
    frame = pd.DataFrame({"g": groups})
    if frame["g"].nunique() < 3:
        return
    parts = split(frame, strategy="group", column="g")
    owners = [
        set(frame["g"].iloc[rows])
        for rows in (parts.train, parts.validation, parts.test)
    ]
    assert owners[0].isdisjoint(owners[1] | owners[2])
    assert owners[1].isdisjoint(owners[2])
    assert len(_all_rows(parts)) == len(frame)


def test_an_own_column_names_the_sets():
    frame = pd.DataFrame({"set": ["Train", "val", "TEST", "?"]})
    parts = split(frame, strategy="column", column="set")
    assert (parts.train[0], parts.validation[0], parts.test[0]) == (0, 1, 2)
    assert parts.codes().tolist() == [0, 1, 2, -1]


@pytest.mark.parametrize(
    ("frame", "options", "word"),
    [
        pytest.param({"y": [0, 1]}, {}, "empty", id="two rows"),
        pytest.param({"y": []}, {}, "empty", id="no rows"),
        pytest.param({"y": [0] * 9}, {"strategy": "time"}, "column", id="no column"),
        pytest.param({"y": [0] * 9}, {"strategy": "x"}, "way", id="unknown way"),
        pytest.param(
            {"y": ["a"] * 9},
            {"strategy": "time", "column": "y"},
            "times",
            id="no times",
        ),
        pytest.param(
            {"y": [1] * 9}, {"strategy": "time", "column": "y"}, "empty", id="one time"
        ),
        pytest.param(
            {"y": ["a", "b"] * 9},
            {"strategy": "group", "column": "y"},
            "empty",
            id="two groups",
        ),
        pytest.param({"y": [0] * 9}, {"fractions": (0.5, 0.5, 0.5)}, "whole", id="1.5"),
        pytest.param({"y": [0] * 9}, {"target": "z"}, "'z'", id="unknown target"),
    ],
)
def test_what_cannot_be_split_is_refused_with_a_next_step(frame, options, word):
    with pytest.raises(DataError, match=word) as caught:
        split(pd.DataFrame(frame), **options)
    assert caught.value.hint


def test_three_rows_can_be_split_evenly():
    parts = split(pd.DataFrame({"y": [0, 1, 0]}), fractions=(1 / 3, 1 / 3, 1 / 3))
    assert [parts.train.size, parts.validation.size, parts.test.size] == [1, 1, 1]


def test_how_it_was_made_is_json():
    parts = split(pd.DataFrame({"y": [0, 1] * 10}), "y")
    assert json.loads(json.dumps(parts.to_dict()))["n_train"] == 12


def test_groups_stay_together_and_the_latest_are_for_test():
    rng = np.random.default_rng(0)
    who = rng.integers(0, 60, 600)
    table = pd.DataFrame(
        {
            "who": who,
            "at": pd.Timestamp("2024-01-01")
            + pd.to_timedelta(who * 10 + rng.integers(0, 30, 600), unit="D"),
            "y": rng.integers(0, 2, 600),
        }
    )
    parts = split(table, "y", strategy="time and group", column="at", group="who")
    sets = [set(table["who"].iloc[getattr(parts, name)]) for name in
            ("train", "validation", "test")]  # fmt: skip
    assert len(set.union(*sets)) == sum(map(len, sets))
    last = table.groupby("who")["at"].max()
    assert last[list(sets[0])].max() <= last[list(sets[2])].min()
    assert 300 <= parts.train.size <= 420
    assert (parts.to_dict()["group"], parts.n_left_out) == ("who", 0)


def test_time_and_group_need_both_columns():
    table = pd.DataFrame({"at": range(9), "who": list("abcabcabc")})
    with pytest.raises(DataError, match="needs a column"):
        split(table, strategy="time and group", column="at")
    with pytest.raises(DataError, match="would be empty"):
        split(
            table.assign(who="a"), strategy="time and group", column="at", group="who"
        )
