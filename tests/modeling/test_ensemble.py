import numpy as np

from core.modeling.ensemble import eligible, select_weights
from core.modeling.entry import Entry
from core.modeling.scoring import METRICS


def test_two_models_that_err_differently_are_blended() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=500)
    outputs = [y + rng.normal(size=500) for _ in range(2)] + [y + 9]
    counts = select_weights(outputs, y, METRICS["rmse"])
    assert counts[0] > 0
    assert counts[1] > 0
    assert counts[2] == 0


def test_of_equal_models_the_first_is_taken_alone() -> None:
    y = np.array([0.0, 1.0, 1.0, 0.0])
    output = np.column_stack([1 - y * 0.8, y * 0.8])
    counts = select_weights([output, output.copy()], y, METRICS["log_loss"])
    assert counts == [1, 0]


def test_the_blend_is_never_worse_than_the_best_single_one() -> None:
    rng, metric = np.random.default_rng(1), METRICS["roc_auc"]
    y = rng.integers(0, 2, 300).astype(float)
    outputs = [rng.dirichlet([1, 1], 300) for _ in range(5)]
    counts = np.array(select_weights(outputs, y, metric))
    blend = (
        sum(n * output for n, output in zip(counts, outputs, strict=True))
        / counts.sum()
    )
    assert metric.score(y, blend) >= max(metric.score(y, output) for output in outputs)


def test_members_stay_within_the_bytes_they_may_have_together() -> None:
    y = np.arange(60.0)
    rng = np.random.default_rng(0)
    outputs = [y + rng.normal(0, 3, 60) for _ in range(5)]
    sizes = [10, 20, 30, 40, 50]
    for most in (10, 35, 90, 1_000):
        counts = select_weights(outputs, y, METRICS["rmse"], sizes=sizes, most=most)
        taken = sum(size for size, n in zip(sizes, counts, strict=True) if n)
        assert 0 < taken <= most
    free = select_weights(outputs, y, METRICS["rmse"])
    assert counts == free
    none = select_weights(outputs, y, METRICS["rmse"], sizes=sizes, most=5)
    assert not any(none)


def test_many_models_of_one_family_do_not_crowd_out_the_others() -> None:
    alike = [Entry(f"LightGBM {i}", "lightgbm", i) for i in range(1, 31)]
    others = [Entry(f"CatBoost {i}", "catboost", 30 + i) for i in range(1, 6)]
    neighbours = Entry("Nearest neighbours", "nearest_neighbours", 40)
    found = eligible([*alike, neighbours, *others])
    assert found == [*alike[:24], *others[:3]]
