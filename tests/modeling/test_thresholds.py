import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.modeling.scoring import METRICS
from core.modeling.thresholds import decided, tune_threshold


def _rare(n_rows: int = 1_000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    share = rng.beta(1, 8, n_rows)
    y = (rng.random(n_rows) < share).astype(float)
    return y, np.column_stack([1 - share, share])


@pytest.mark.parametrize("name", ["f1", "balanced_accuracy"])
def test_a_rare_class_is_called_below_one_half(name) -> None:
    y, output = _rare()
    metric = METRICS[name]
    threshold = tune_threshold(metric, y, output)
    assert threshold < 0.4
    later, known = _rare(seed=1)
    assert metric.score(later, known, threshold=threshold) > metric.score(later, known)


@pytest.mark.parametrize("name", ["roc_auc", "log_loss", "accuracy"])
def test_other_metrics_keep_one_half(name) -> None:
    y, output = _rare()
    assert tune_threshold(METRICS[name], y, output) == 0.5
    assert decided(METRICS[name], y, output) is output


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.integers(40, 300))
def test_no_threshold_scores_better_on_the_same_rows(seed, n_rows) -> None:
    y, output = _rare(n_rows, seed)
    metric = METRICS["f1"]
    best = metric.score(y, output, threshold=tune_threshold(metric, y, output))
    tried = [metric.score(y, output, threshold=t) for t in output[:, 1]]
    assert best >= max(tried) - 1e-9


def test_decisions_are_not_flattered_by_their_own_rows() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(60) < 0.3).astype(float)
    noise = rng.random(60)
    output, metric = np.column_stack([1 - noise, noise]), METRICS["balanced_accuracy"]
    flattered = metric.score(y, output, threshold=tune_threshold(metric, y, output))
    assert metric.score(y, decided(metric, y, output)) < flattered
