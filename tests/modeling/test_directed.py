"""Linear models whose weights may only push one way."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import lsq_linear
from sklearn.linear_model import LogisticRegression, Ridge

from core.modeling.directed import keep_directions
from core.modeling.family import Watch
from core.modeling.metrics import Floats
from core.modeling.model import Model

SIGNS = st.lists(st.sampled_from([-1, 0, 1]), min_size=5, max_size=5)


def rows(seed: int, *, classes: bool) -> tuple[Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(80, 5))
    y = X @ rng.normal(size=5) + rng.normal(0, 0.5, 80)
    return X, (y > 0).astype(float) if classes else y, rng.uniform(0.2, 3, 80)


@settings(max_examples=25)
@given(st.integers(0, 10_000), SIGNS)
def test_a_ridge_with_directions_is_the_best_one_that_keeps_them(
    seed: int, signs: list[int]
) -> None:
    X, y, weight = rows(seed, classes=False)
    ridge = Ridge(alpha=3.0).fit(X, y, weight)
    assert keep_directions(ridge, (X, y, weight), signs, Watch(20))
    middle, level = np.average(X, axis=0, weights=weight), np.average(y, weights=weight)
    root = np.sqrt(weight)
    exact = lsq_linear(
        np.vstack([root[:, None] * (X - middle), np.sqrt(3.0) * np.eye(5)]),
        np.append(root * (y - level), np.zeros(5)),
        bounds=(
            [0 if sign > 0 else -np.inf for sign in signs],
            [0 if sign < 0 else np.inf for sign in signs],
        ),
        tol=1e-12,
    ).x
    np.testing.assert_allclose(ridge.coef_, exact, atol=1e-4)
    assert ridge.intercept_ == pytest.approx(level - middle @ ridge.coef_)


def log_loss(X: Floats, y: Floats, weight: Floats, point: Floats) -> float:
    score = X @ point[:-1] + point[-1]
    loss = weight @ np.logaddexp(0, np.where(y > 0, -score, score))
    return float(loss + 0.5 * 2.0 * point[:-1] @ point[:-1])


@settings(max_examples=25)
@given(st.integers(0, 10_000), SIGNS)
def test_no_other_weights_with_these_directions_have_a_lower_log_loss(
    seed: int, signs: list[int]
) -> None:
    X, y, weight = rows(seed, classes=True)
    model = LogisticRegression(C=0.5, max_iter=500).fit(X, y, weight)
    assert keep_directions(model, (X, y, weight), signs, Watch(20))
    point = np.append(model.coef_[0], model.intercept_)
    assert (point[:-1] * signs >= 0).all()
    found, rng = log_loss(X, y, weight, point), np.random.default_rng(0)
    for size in (1e-3, 1e-2, 0.3):
        for _ in range(20):
            other = point + rng.normal(0, size, 6)
            other[:-1] = np.where(other[:-1] * signs < 0, 0.0, other[:-1])
            assert found <= log_loss(X, y, weight, other) + 1e-5


def test_weights_that_have_their_signs_stay_as_they_are() -> None:
    X, y, weight = rows(0, classes=False)
    ridge = Ridge().fit(X, y, weight)
    before = ridge.coef_.copy()
    signs = np.sign(before).astype(int).tolist()
    assert keep_directions(ridge, (X, y, weight), signs, Watch(20))
    np.testing.assert_array_equal(ridge.coef_, before)


def test_directions_hold_also_when_time_is_up() -> None:
    X, y, _ = rows(0, classes=True)
    model = LogisticRegression().fit(X, y)
    signs = (-np.sign(model.coef_[0])).astype(int).tolist()
    assert not keep_directions(model, (X, y, None), signs, Watch(0))
    assert (model.coef_[0] * signs >= 0).all()


@pytest.mark.parametrize("target", ["left", "value"])
@pytest.mark.parametrize("sign", [-1, 1])
def test_a_linear_champion_keeps_directions_from_raw_columns_to_answers(
    target: str, sign: int, quick: Any, request: pytest.FixtureRequest
) -> None:
    frame = request.getfixturevalue({"left": "churn"}.get(target, target))
    run = quick(
        frame, target, families=("linear",), monotonic={"calls": sign, "fee": -sign}
    )
    assert run.champion_name == run.leaderboard["candidate"][0]
    for name in run.models:
        model: Model = run.models[name]
        for column, way in (("calls", sign), ("fee", -sign)):
            same = pd.concat([frame.iloc[[5]]] * 60, ignore_index=True)
            same[column] = np.linspace(-20, 90, 60)
            output = model.output(same)
            moved = output if output.ndim == 1 else output[:, 1]
            assert (way * np.diff(moved) >= -1e-12).all()
