"""Slices: what is found is there, nothing is invented, and rows are counted."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import Cohort, Condition, describe_schema
from core.evaluation.held_out import Glance, HeldOut, look
from core.evaluation.slicing import Slices, cohort_slices, find_slices, holm, row_errors
from core.evaluation.slicing.pieces import cut
from tests.fitted import customers, fit_model


def table(n_rows=2_000, seed=0):
    rng = np.random.default_rng(seed)
    days = pd.to_timedelta(rng.integers(0, 700, n_rows), unit="D").as_unit("us")
    return pd.DataFrame(
        {
            "age": rng.integers(18, 90, n_rows),
            "fee": np.where(rng.random(n_rows) < 0.1, np.nan, rng.normal(size=n_rows)),
            "plan": pd.Series(rng.choice(["a", "b", "c"], n_rows), dtype="str"),
            "member": rng.random(n_rows) < 0.5,
            "since": pd.Timestamp("2024-01-01") + days,
        }
    )  # fmt: skip


def search(frame, loss, **options):
    schema = describe_schema(frame)
    return find_slices(frame, schema, loss, **{"of_classes": True, **options})


BAD = {
    "a level": lambda f: f["plan"] == "a",
    "a range of two columns": lambda f: (f["age"] > 60) & (f["plan"] == "b"),
    "missing values": lambda f: f["fee"].isna(),
    "late dates": lambda f: f["since"] > pd.Timestamp("2025-10-01"),
    "a boolean": lambda f: f["member"] & (f["age"] < 40),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_slice_is_found_with_its_rows(name):
    frame = table()
    bad = BAD[name](frame).to_numpy(dtype=bool)
    rng = np.random.default_rng(1)
    wrong = (rng.random(len(frame)) < np.where(bad, 0.7, 0.1)).astype(float)
    first = search(frame, wrong).found[0]
    rows = Cohort("found", first.conditions).mask(frame)
    assert (rows & bad).sum() >= 0.6 * (rows | bad).sum()
    assert first.n_rows == rows.sum()
    assert first.low <= first.error <= first.high
    assert first.p_value <= 0.03
    assert first.n_measured < first.n_rows


def test_large_errors_of_numbers_are_found():
    frame = table()
    bad = (frame["plan"] == "c").to_numpy()
    loss = np.random.default_rng(0).exponential(size=len(frame)) * np.where(bad, 4, 1)
    assert search(frame, loss, of_classes=False).found[0].sentence == "plan is c"


def test_without_a_bad_slice_hardly_any_is_invented():
    invented = 0
    for seed in range(15):
        frame, rng = table(600, seed), np.random.default_rng(seed)
        wrong = (rng.random(600) < 0.2).astype(float)
        invented += bool(search(frame, wrong, random_state=seed).found)
    assert invented <= 2


def test_few_rows_and_equal_errors_say_why_nothing_is_searched():
    frame = table(100)
    assert "200 test rows" in search(frame, np.ones(100)).reason
    frame = table(300)
    assert "alike" in search(frame, np.zeros(300)).reason


def test_the_record_survives_being_kept():
    frame = table()
    wrong = ((frame["plan"] == "a") & (frame["age"] > 30)).to_numpy(dtype=float)
    found = search(frame, wrong, expected=np.full(len(frame), 0.2))
    assert found.found[0].expected == pytest.approx(0.2)
    assert Slices.from_dict(found.to_dict()) == found


@pytest.fixture(scope="module")
def glance() -> Glance:
    return look(fit_model(), customers(400, random_state=3), "churn")


def test_saved_cohorts_are_measured_on_all_their_rows(glance):
    rows = customers(400, random_state=3)
    known = Cohort("basic", (Condition("plan", "==", "basic"),))
    absent = Cohort("gone", (Condition("elsewhere", "==", 1),))
    empty = Cohort("none", (Condition("age", ">", 500),))
    tiny = Cohort("oldest", (Condition("age", ">", 92),))
    found = cohort_slices(glance, rows, [known, absent, empty, tiny])
    assert [one.name for one in found] == ["basic", "oldest"]
    assert found[0].n_measured == (rows["plan"] == "basic").sum()
    assert found[1].too_few
    assert not found[1].is_worse


def test_errors_of_classes_are_wrong_answers():
    output = np.array([[0.9, 0.1], [0.2, 0.8]])
    held = HeldOut("binary", np.array([0.0, 0.0]), output, ("no", "yes"))
    assert row_errors(held).tolist() == [0.0, 1.0]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
@settings(max_examples=25)
def test_correction_never_lowers_a_p_value_and_keeps_their_order(p_values):
    corrected = holm(p_values)
    assert all(
        after >= before - 1e-9
        for before, after in zip(p_values, corrected, strict=True)
    )
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(np.array(corrected)[order]) >= 0).all()


@given(st.lists(st.floats(-1e6, 1e6) | st.none(), min_size=5, max_size=60))
@settings(max_examples=25)
def test_pieces_and_their_conditions_mean_the_same_rows(values):
    frame = pd.DataFrame({"x": pd.Series(values, dtype="float64")})
    frame["y"] = np.arange(len(frame))
    for pieces in cut(frame, describe_schema(frame)):
        for piece in range(pieces.n_pieces):
            if not pieces.edges and piece not in pieces.named:
                continue
            conditions = pieces.conditions(piece, piece)
            if conditions:
                rows = Cohort("piece", conditions).mask(frame)
                assert (rows == (pieces.codes == piece)).all()
