import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.modeling.calibration import calibrate
from core.modeling.metrics import log_loss, roc_auc


def _too_bold(n_rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return truth, and probabilities that are surer than they should be."""
    rng = np.random.default_rng(seed)
    logit = rng.normal(0, 1, n_rows)
    y = (rng.random(n_rows) < 1 / (1 + np.exp(-logit))).astype(float)
    share = 1 / (1 + np.exp(-3 * logit))
    return y, np.column_stack([1 - share, share])


@pytest.mark.parametrize("n_rows", [400, 4_000])
def test_bold_probabilities_become_truer_on_new_rows(n_rows) -> None:
    found = calibrate(*_too_bold(n_rows))
    assert found is not None
    y, output = _too_bold(3_000, seed=1)
    assert log_loss(y, found.apply(output)) < log_loss(y, output) - 0.05


def test_few_rows_are_calibrated_by_a_sigmoid() -> None:
    found = calibrate(*_too_bold(999))
    assert found is not None
    assert found.method == "sigmoid"


def test_a_bend_that_no_sigmoid_follows_is_calibrated_by_steps() -> None:
    rng = np.random.default_rng(0)
    share = rng.random(6_000)
    true = np.where(share < 0.5, 0.3, 0.7) + 0.1 * share
    y = (rng.random(6_000) < true).astype(float)
    found = calibrate(y, np.column_stack([1 - share, share]))
    assert found is not None
    assert found.method == "isotonic"


def test_true_probabilities_are_left_alone() -> None:
    rng = np.random.default_rng(0)
    share = rng.random(2_000)
    y = (rng.random(2_000) < share).astype(float)
    assert calibrate(y, np.column_stack([1 - share, share])) is None


def test_classes_of_many_are_calibrated_and_still_sum_to_one() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(3_000, 3))
    true = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    y = (rng.random((3_000, 1)) > true.cumsum(axis=1)).sum(axis=1).astype(float)
    bold = true**3 / (true**3).sum(axis=1, keepdims=True)
    found = calibrate(y, bold)
    assert found is not None
    moved = found.apply(bold)
    np.testing.assert_allclose(moved.sum(axis=1), 1)
    assert log_loss(y, moved) < log_loss(y, bold)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from([200, 1_500]))
def test_the_order_of_two_rows_never_changes(seed, n_rows) -> None:
    y, output = _too_bold(n_rows, seed)
    found = calibrate(y, output)
    if found is not None:
        moved = found.apply(output)
        assert roc_auc(y, moved) == pytest.approx(roc_auc(y, output), abs=1e-9)
        assert ((moved > 0) & (moved < 1)).all()
