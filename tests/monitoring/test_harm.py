"""Reference rows mapped onto a window look like the window, column by column."""

import numpy as np
import pandas as pd
import pytest

from core.monitoring import summarise_reference
from core.monitoring.harm import column_harm
from core.monitoring.mapping import map_column
from core.monitoring.window_counts import count_window

N = 4_000


def table(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "x": rng.normal(size=N),
            "few": rng.integers(0, 5, N),
            "plan": pd.Series(rng.choice(["a", "b", "c"], N, p=[0.6, 0.3, 0.1])),
            "paid": rng.random(N) < 0.3,
            "day": pd.Timestamp("2026-01-01") + pd.to_timedelta(rng.random(N), "D"),
        }
    )


def mapped(name: str, now: pd.DataFrame) -> "pd.Series":
    before = table(0)
    reference = summarise_reference(before)
    counts = count_window(reference, now).columns[name]
    return map_column(reference[name], counts, before[name])


def test_a_shift_beyond_the_range_of_training_is_followed():
    moved = mapped("x", table(1).assign(x=lambda rows: rows["x"] * 1000))
    assert moved.std() == pytest.approx(1000, rel=0.2)
    assert np.corrcoef(moved.rank(), table(0)["x"].rank())[0, 1] > 0.999


def test_a_mix_of_categories_becomes_that_of_the_window_with_its_new_ones():
    now = table(1)
    now.loc[: N // 4, "plan"] = "new"
    shares = mapped("plan", now).value_counts(normalize=True)
    expected = now["plan"].value_counts(normalize=True)
    assert (shares - expected).abs().max() < 1e-3


def test_as_many_values_go_missing_as_are_missing_in_the_window():
    for name in ("x", "plan"):
        now = table(1)
        now.loc[: N // 5, name] = None
        assert mapped(name, now).isna().mean() == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize("name", ["few", "paid", "day"])
def test_each_kind_of_column_keeps_its_kind(name):
    moved, then = mapped(name, table(1)), table(0)[name]
    assert moved.dtype.kind in (then.dtype.kind, "f", "O", "b")
    as_given = moved.astype(then.dtype) if name != "day" else moved
    assert (as_given == then).mean() > 0.9 or name == "day"


def test_a_column_the_model_does_not_look_at_harms_nothing():
    before, now = table(0), table(1).assign(x=lambda r: r["x"] + 2, few=9)
    reference = summarise_reference(before)
    counts = count_window(reference, now).columns

    def output(rows: pd.DataFrame) -> np.ndarray:
        return 1 / (1 + np.exp(-rows["x"].to_numpy()))

    harm = column_harm(output, before, reference, counts, ["x", "few"])
    assert harm["few"] == 0
    assert harm["x"] > 0.2
