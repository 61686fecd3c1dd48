"""A threshold is chosen from counts, and the counts are those of the rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import EvaluationError
from core.evaluation.deciding import (
    METRICS,
    MOST_POINTS,
    Payoff,
    ThresholdCurve,
    best_place,
    place_for_capacity,
    place_for_precision,
    threshold_curve,
)
from core.modeling.scoring import METRICS as SCORES


def rows(n_rows=500, random_state=0):
    rng = np.random.default_rng(random_state)
    score = rng.random(n_rows).round(2)
    return (rng.random(n_rows) < score).astype(float), score


def curve():
    return threshold_curve(*rows(), "yes")


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.booleans(), st.floats(0, 1, width=32)), min_size=2, max_size=60
    ).filter(lambda pairs: len({positive for positive, _ in pairs}) == 2)
)
def test_every_point_counts_what_its_threshold_flags(pairs):
    y, score = (np.array(part, dtype=float) for part in zip(*pairs, strict=True))
    found = threshold_curve(y, score, "yes")
    for place, threshold in enumerate(found.threshold):
        flagged = score >= threshold
        assert found.true_positives[place] == (flagged & (y == 1)).sum()
        assert found.false_positives[place] == (flagged & (y == 0)).sum()
    assert list(found.threshold) == sorted(found.threshold, reverse=True)


def test_a_long_curve_is_thinned_and_keeps_its_ends():
    rng = np.random.default_rng(0)
    score = rng.random(20_000)
    y = (rng.random(20_000) < score).astype(float)
    found = threshold_curve(y, score, "yes")
    assert len(found.threshold) <= MOST_POINTS
    assert (found.true_positives[0], found.true_positives[-1]) == (0, y.sum())


def test_weights_count_instead_of_rows():
    y, score = np.array([0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.9])
    found = threshold_curve(y, score, "yes", np.array([1.0, 1.0, 2.0]))
    assert found.true_positives == pytest.approx((0, 1.5, 2.25, 2.25))
    assert found.n_rows == pytest.approx(3)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("F1", "f1"),
        ("Balanced accuracy", "balanced_accuracy"),
        ("Accuracy", "accuracy"),
    ],
)
def test_metrics_of_counts_are_those_of_rows(title, name):
    y, score = rows()
    found = curve()
    values = METRICS[title](found)
    place = best_place(found, values)
    output = np.column_stack([1 - score, score])
    said = SCORES[name].score(y, output, threshold=found.threshold[place])
    assert values[place] == pytest.approx(said)
    assert values[place] == values.max()


@pytest.mark.parametrize(
    ("payoff", "above"),
    [
        pytest.param(Payoff(10, -1, 0, 0), False, id="misses dear: flag nearly all"),
        pytest.param(Payoff(1, -9, 0, 0), True, id="alarms dear: flag only the surest"),
    ],
)
def test_the_most_profitable_threshold_follows_the_costs(payoff, above):
    found = curve()
    place = best_place(found, payoff.of(found))
    assert (found.threshold[place] > 0.5) == above


def test_profit_is_the_mean_worth_of_the_rows():
    y, score = rows()
    found, payoff = curve(), Payoff(5, -2, -3, 1)
    place = found.nearest(0.4)
    flagged = score >= found.threshold[place]
    worth = np.select(
        [flagged & (y == 1), flagged, y == 1], [5.0, -2.0, -3.0], default=1.0
    )
    assert payoff.of(found)[place] == pytest.approx(worth.mean())
    spread = worth.std() / np.sqrt(len(worth))
    assert payoff.spread(found)[place] == pytest.approx(spread)


@given(st.floats(0.0, 1.0))
@settings(max_examples=25)
def test_capacity_is_never_exceeded_and_used_up(share):
    found = curve()
    place = place_for_capacity(found, share)
    flagged = np.asarray(found.true_positives) + found.false_positives
    assert flagged[place] <= share * found.n_rows + 1e-6 or place == 0
    if place + 1 < len(flagged):
        assert flagged[place + 1] > share * found.n_rows


def test_a_precision_floor_finds_as_many_as_it_allows():
    found = curve()
    place = place_for_precision(found, 0.8)
    true, false = (
        np.asarray(part) for part in (found.true_positives, found.false_positives)
    )
    right = true / np.maximum(true + false, 1)
    assert right[place] >= 0.8
    assert true[place] == true[right >= 0.8].max()


def test_a_floor_out_of_reach_is_told():
    y, score = np.array([1.0, 0.0, 0.0, 1.0]), np.array([0.5, 0.5, 0.9, 0.5])
    assert place_for_precision(threshold_curve(y, score, "yes"), 0.9) is None


def test_rows_of_one_class_have_no_curve():
    with pytest.raises(EvaluationError, match="same outcome"):
        threshold_curve(np.ones(5), np.linspace(0, 1, 5), "yes")


def test_a_curve_is_read_back_as_it_was_written():
    assert ThresholdCurve.from_dict(curve().to_dict()) == curve()
