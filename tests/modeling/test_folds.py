import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.modeling.folds import given_validation, make_scheme


@settings(deadline=None, max_examples=25)
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


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 6), min_size=20, max_size=200), st.integers(0, 9))
def test_a_group_is_never_on_both_sides(groups: list[int], random_state: int) -> None:
    codes = np.array(groups)
    if len(np.unique(codes)) < 2:
        return
    scheme = make_scheme(
        np.arange(len(codes)) + 0.0, "regression", n_features=2, budget_s=60,
        groups=codes, random_state=random_state,
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
