"""Batches of the reference: what wanders there is no drift, what goes beyond it is."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.monitoring import Reference, check_drift, summarise_reference
from core.monitoring.batches import batch_codes, batches_by_time
from core.monitoring.variation import Variation, between_batches, share_variation

N_BATCHES, N_EACH = 10, 190


def batch(rng: np.random.Generator, n_rows: int, wander: float = 0.15) -> pd.DataFrame:
    a, b = rng.normal(size=(2, n_rows))
    share = np.clip(0.3 + 0.1 * wander / 0.15 * rng.normal(), 0.05, 0.9)
    gap = rng.normal(size=n_rows)
    gap[rng.random(n_rows) < np.clip(0.1 + wander / 4 * rng.normal(), 0, 1)] = np.nan
    return pd.DataFrame(
        {
            "load": rng.normal(size=n_rows) + wander * rng.normal(),
            "left": a,
            "right": 0.6 * a + 0.8 * b,
            "plan": rng.choice(["a", "b"], n_rows, p=[share, 1 - share]),
            "gap": gap,
        }
    )


def wandering(seed: int) -> tuple[pd.DataFrame, "pd.Series[float]", pd.DataFrame]:
    rng = np.random.default_rng(seed)
    rows = [batch(rng, N_EACH) for _ in range(N_BATCHES)]
    labels = pd.Series(np.repeat(np.arange(N_BATCHES), N_EACH))
    return pd.concat(rows, ignore_index=True), labels, batch(rng, 1_000)


def test_a_window_that_wanders_as_the_batches_do_is_no_drift() -> None:
    told = {"with": 0, "without": 0}
    for seed in range(6):
        before, labels, now = wandering(seed)
        told["with"] += check_drift(before, now, batches=labels).drifted
        told["without"] += check_drift(before, now).drifted
    assert told["with"] <= 1 < told["without"]


def test_what_goes_beyond_the_batches_is_drift() -> None:
    before, labels, now = wandering(1)
    now = now.assign(load=now["load"] + 2, plan="b")
    found = check_drift(before, now, batches=labels)
    assert "load" in found.drifted_names


def test_a_correlation_that_wanders_is_no_change_of_dependence() -> None:
    rng = np.random.default_rng(3)

    def rows(n_rows: int) -> pd.DataFrame:
        r = np.clip(0.4 + 0.25 * rng.normal(), -0.9, 0.9)
        a, b = rng.normal(size=(2, n_rows))
        return pd.DataFrame({"a": a, "b": r * a + np.sqrt(1 - r**2) * b})

    before = pd.concat([rows(190) for _ in range(10)], ignore_index=True)
    labels = pd.Series(np.repeat(np.arange(10), 190))
    told = [
        check_drift(before, rows(1_000), batches=labels).multivariate.dependence_drifted
        for _ in range(10)
    ]
    assert sum(told) <= 1


def test_small_batches_leave_the_classifier_out() -> None:
    before, tiny, now = wandering(0)
    labels = pd.Series(np.arange(len(before)) // 380)
    assert check_drift(before, now, batches=tiny).multivariate.domain is None
    assert check_drift(before, now, batches=labels).multivariate.domain is not None


def test_batches_travel_with_the_reference_and_older_ones_have_none() -> None:
    before, labels, now = wandering(2)
    reference = summarise_reference(before, batches=labels)
    written = json.loads(json.dumps(reference.to_dict()))
    read = Reference.from_dict(written)
    assert read["load"].variation == reference["load"].variation
    assert check_drift(read, now).to_dict() == check_drift(reference, now).to_dict()
    del written["batches"]
    for column in written["columns"]:
        del column["variation"]
    assert Reference.from_dict(written).batches is None


@pytest.mark.parametrize("given", [np.nan, 3.0, np.inf])
def test_a_column_without_variance_has_none_between_batches(given: float) -> None:
    before, labels, now = wandering(5)
    before, now = (rows.assign(load=given) for rows in (before, now))
    told = check_drift(before, now, batches=labels)
    assert not told.columns["load"].changed
    assert check_drift(before, now.head(1), batches=labels).n_current == 1


def test_fewer_than_five_batches_change_nothing() -> None:
    before, _, now = wandering(4)
    four = pd.Series(np.arange(len(before)) % 4)
    told = check_drift(before, now, batches=four)
    assert told.to_dict() == check_drift(before, now).to_dict()


def test_rows_of_small_batches_belong_to_none() -> None:
    codes = batch_codes(pd.Series([*np.repeat(range(5), 60), *["x"] * 3]).astype(str))
    assert codes is not None
    assert codes[-3:].tolist() == [-1, -1, -1]
    assert codes.max() == 4


def test_more_than_sixty_batches_are_taken_together_with_their_neighbours() -> None:
    codes = batch_codes(pd.Series(np.repeat(range(300), 60)))
    assert codes is not None
    assert codes.max() == 59
    assert (np.diff(codes) >= 0).all()


def test_time_is_cut_by_the_coarsest_period_that_gives_batches_enough() -> None:
    hours = pd.Series(pd.date_range("2024-01-01", periods=17_000, freq="h", tz="UTC"))
    labels = batches_by_time(hours)
    assert labels is not None
    assert labels.nunique() == 8  # quarters of two years, less a few days
    assert batches_by_time(hours.head(100)) is None
    assert batches_by_time(pd.Series([pd.NaT] * 300, dtype="datetime64[us]")) is None


@given(st.lists(st.integers(0, 100), min_size=5, max_size=12))
@settings(max_examples=25)
def test_variation_never_makes_chance_surer(hits: list[int]) -> None:
    sizes = np.full(len(hits), 100)
    known = share_variation(np.array(hits), sizes)
    assert known.between >= 0
    assert 0 <= known.squared <= known.between**2 + 1e-12
    p = known.p_value(0.02, 1, 0.002)
    still = Variation(known.n_batches, 0.0, 0.0, 0.0).p_value(0.02, 1, 0.002)
    assert still - 1e-9 <= p <= 1


def test_the_law_of_the_widened_test_is_held() -> None:
    rng = np.random.default_rng(0)
    alarms, n_draws, n_each = 0, 2_000, 200
    spread = np.sqrt(0.02 + 1 / n_each)
    for _ in range(n_draws):
        vectors = rng.normal(scale=spread, size=(8, 3))
        known = between_batches(vectors, np.full(8, n_each), 3)
        now = rng.normal(scale=np.sqrt(0.02 + 1 / 500), size=3)
        length = float(((now - vectors.mean(axis=0)) ** 2).sum())
        alarms += known.p_value(length, 3, 1 / 1_600 + 1 / 500) < 0.05
    assert alarms / n_draws <= 0.06
