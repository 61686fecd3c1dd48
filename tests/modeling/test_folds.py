import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ModelingError
from core.modeling.folds import given_validation, make_scheme
from core.modeling.rows import RowFacts, cross_labels


@settings(max_examples=25)
@given(st.integers(12, 400), st.integers(2, 5), st.integers(0, 99))
def test_every_row_is_validated_once_and_classes_keep_their_shares(
    n_rows: int, n_classes: int, random_state: int
) -> None:
    y = np.arange(n_rows) % n_classes + 0.0
    scheme = make_scheme(
        y, "multiclass", n_features=3, budget_s=60, random_state=random_state
    )
    valid = np.concatenate([fold.valid for fold in scheme.folds])
    np.testing.assert_array_equal(np.sort(valid), np.arange(n_rows))
    for fold in scheme.folds:
        assert not np.intersect1d(fold.train, fold.valid).size
        counts = np.bincount(y[fold.valid].astype(int), minlength=n_classes)
        assert counts.max() - counts.min() <= 2


@settings(max_examples=25)
@given(st.lists(st.integers(0, 6), min_size=20, max_size=200), st.integers(0, 9))
def test_a_group_is_never_on_both_sides(groups: list[int], random_state: int) -> None:
    codes = np.array(groups)
    if len(np.unique(codes)) < 2:
        return
    scheme = make_scheme(
        np.arange(len(codes)) + 0.0, "regression", n_features=2, budget_s=60,
        facts=RowFacts(group=codes), random_state=random_state,
    )  # fmt: skip
    for fold in scheme.folds:
        assert not np.intersect1d(codes[fold.train], codes[fold.valid]).size


@pytest.mark.parametrize(
    ("n_rows", "budget_s", "kind"),
    [
        pytest.param(1_000, 60, "cross-validation", id="small table"),
        pytest.param(50_000, 60, "hold-out", id="large table"),
        pytest.param(5_000, 1, "hold-out", id="no time"),
        pytest.param(60, 1, "cross-validation", id="no time, but few rows"),
    ],
)
def test_the_scheme_follows_size_and_budget(n_rows, budget_s, kind) -> None:
    y = np.arange(n_rows) % 2 + 0.0
    found = make_scheme(y, "binary", n_features=20, budget_s=budget_s)
    assert found.kind == kind


def test_a_class_too_rare_for_the_held_out_rows_brings_cross_validation() -> None:
    y = np.zeros(50_000)
    y[:3] = 1
    scheme = make_scheme(y, "binary", n_features=20, budget_s=1)
    assert all(y[fold.train].sum() >= 2 for fold in scheme.folds)
    assert sum(y[fold.valid].sum() for fold in scheme.folds) == 3


def test_given_validation_rows_stand_behind_the_training_rows() -> None:
    (fold,) = given_validation(4, 2).folds
    assert (fold.train.tolist(), fold.valid.tolist()) == ([0, 1, 2, 3], [4, 5])


@settings(max_examples=25)
@given(
    st.lists(st.integers(0, 40), min_size=30, max_size=200).filter(
        lambda times: len(set(times)) > 8
    )
)
def test_with_times_every_fold_learns_from_the_past_alone(times: list[int]) -> None:
    time = np.array(times) * 1.0
    time[0] = np.nan
    scheme = make_scheme(
        np.arange(len(time)) + 0.0, "regression", n_features=2, budget_s=60,
        facts=RowFacts(time=time),
    )  # fmt: skip
    judged = np.concatenate([fold.valid for fold in scheme.folds])
    assert len(np.unique(judged)) == len(judged)
    for fold in scheme.folds:
        assert np.nanmax(time[fold.train]) < time[fold.valid].min()
        assert len(fold.valid)
    if scheme.kind == "forward chaining":
        assert len(scheme.folds) > 1
        assert scheme.n_train == len(time)
        never = np.setdiff1d(np.arange(len(time)), judged)
        assert np.nanmax(time[never]) < time[judged].min()


def test_of_a_larger_table_with_times_the_latest_fifth_is_held_out() -> None:
    time = np.random.default_rng(0).integers(0, 3_000, 50_000) * 1.0
    (fold,) = make_scheme(
        np.arange(50_000) % 2 + 0.0, "binary", n_features=20, budget_s=10,
        facts=RowFacts(time=time),
    ).folds  # fmt: skip
    assert time[fold.train].max() < time[fold.valid].min()
    assert 10_000 <= len(fold.valid) <= 10_100


def test_with_times_and_groups_whole_groups_follow_by_their_last_time() -> None:
    group = np.arange(200) // 10
    time = np.random.default_rng(0).permutation(200) * 1.0
    scheme = make_scheme(
        np.arange(200) % 2 + 0.0, "binary", n_features=2, budget_s=60,
        facts=RowFacts(group=group, time=time),
    )  # fmt: skip
    assert len(scheme.folds) > 2
    ends = {code: time[group == code].max() for code in range(20)}
    for fold in scheme.folds:
        assert not np.intersect1d(group[fold.train], group[fold.valid]).size
        late = {ends[code] for code in group[fold.valid]}
        assert min(late) > max(ends[code] for code in group[fold.train])


def test_rows_of_one_class_are_only_learned_from_until_another_comes() -> None:
    time = np.arange(300.0)
    y = (time > 140).astype(float)
    scheme = make_scheme(
        y, "binary", n_features=2, budget_s=60, facts=RowFacts(time=time)
    )
    assert [int(fold.valid.min()) for fold in scheme.folds] == [150, 200, 250]


def test_rows_of_one_time_have_no_later_ones_to_be_judged_by() -> None:
    with pytest.raises(ModelingError, match="one time"):
        make_scheme(
            np.arange(20.0), "regression", n_features=2, budget_s=60,
            facts=RowFacts(time=np.ones(20)),
        )  # fmt: skip


@settings(max_examples=25)
@given(st.lists(st.integers(0, 9), min_size=2, max_size=90), st.integers(0, 9))
def test_what_belongs_together_is_in_one_part_of_every_cross_fit(codes, seed) -> None:
    together = np.array(codes)
    labels = cross_labels(len(codes), together, 5, seed)
    if len(set(codes)) > 1:
        parts = {code: set(labels[together == code]) for code in set(codes)}
        assert all(len(found) == 1 for found in parts.values())
