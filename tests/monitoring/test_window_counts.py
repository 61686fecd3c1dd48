"""Counts of windows add up to the counts of all their rows."""

import json

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.monitoring import summarise_reference
from core.monitoring.window_counts import WindowCounts, count_window

FRAME = pd.DataFrame({"x": np.arange(50.0), "plan": ["a", "b"] * 25})
REFERENCE = summarise_reference(FRAME)
ROWS = st.lists(
    st.tuples(
        st.floats(-10, 99) | st.none(),
        st.sampled_from(["a", "b", "c", "d"]) | st.none(),
    ),
    min_size=1,
    max_size=40,
)


def window(rows: list[tuple[float | None, str | None]]) -> WindowCounts:
    frame = pd.DataFrame(rows, columns=["x", "plan"]).astype(
        {"x": "float64", "plan": "str"}
    )
    return count_window(REFERENCE, frame)


@given(ROWS, ROWS)
@settings(max_examples=25)
def test_two_windows_add_up_to_the_window_of_all_their_rows(one, other):
    added, whole = window(one) + window(other), window(one + other)
    for name in ("x", "plan"):
        assert (
            added.columns[name].counts.tolist() == whole.columns[name].counts.tolist()
        )
        assert added.columns[name].n_missing == whole.columns[name].n_missing
        assert dict(added.columns[name].unseen) == dict(whole.columns[name].unseen)
    assert sorted(map(tuple, added.sample)) == sorted(map(tuple, whole.sample))


def test_a_sample_of_unequal_windows_holds_their_rows_in_proportion():
    small = window([(1.0, "a")] * 100).thinned(100)
    large = window([(40.0, "b")] * 900).thinned(100)
    share = ((small + large).sample[:, 1] == 0).mean()
    assert abs(share - 0.1) < 0.01


def test_counts_kept_as_json_come_back_the_same():
    kept = window([(1.0, "a"), (None, "z")])
    again = WindowCounts.from_dict(json.loads(json.dumps(kept.to_dict())))
    assert again.to_dict() == kept.to_dict()
