"""Laws of the runtime's reading of values: it reads as Rondo reads."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import coerce
from core.data.schema import ColumnSchema, Schema
from core.deployment.runtime.cells import read_cells
from core.modeling.encoder import raw_columns

NUMBERS = st.integers(-(2**70), 2**70) | st.floats(allow_infinity=False)
WRITTEN = NUMBERS.map(str) | st.sampled_from(
    [
        "1e5",
        " 7 ",
        "+3",
        ".5",
        "5.",
        "1_000",
        "0x1A",
        "1,5",
        "inf",
        "nan",
        "--1",
        "1e999",
    ]
)
WORDS = st.text(max_size=8) | st.sampled_from(
    ["yes", "No", "TRUE", "off", "maybe", "1"]
)
MOMENTS = (
    st.datetimes(pd.Timestamp(1700, 1, 1), pd.Timestamp(2200, 1, 1)).map(
        lambda moment: moment.isoformat()
    )
    | st.dates().map(lambda day: day.isoformat())
    | st.sampled_from(
        ["2024-05-31T14:00Z", "2024-05-31 14:00:00+02:00", "2024-02-30", "2024-05",
         "2024", "20240531", "31.05.2024", "2024-05-31T25:00"]
    )
)  # fmt: skip
CELLS = st.none() | st.booleans() | NUMBERS | WRITTEN | WORDS | MOMENTS
LETTERS = st.text("abcxyz ", max_size=6)
OF_KIND = {"date": st.none() | st.booleans() | st.floats() | LETTERS | MOMENTS}
"""Dates alone have no numbers as text: pandas takes ".5" for a day of the year 0."""
KINDS = ("number", "integer", "boolean", "date", "category", "text")


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=40)
def test_the_runtime_reads_a_column_as_rondo_does(kind, data):
    cells = data.draw(st.lists(OF_KIND.get(kind, CELLS), min_size=1, max_size=6))
    schema = Schema((ColumnSchema("x", kind, len(cells), 0, 1),))
    records = [{"x": cell} for cell in cells]
    expected = raw_columns(coerce(records, schema), schema)["x"]
    found, _ = read_cells(cells, kind)
    if isinstance(found, list):
        expected = [v if isinstance(v, str) else None for v in expected]
        assert found == expected
    else:
        assert np.allclose(found, expected, rtol=1e-15, atol=0, equal_nan=True)


def test_what_does_not_fit_is_named_and_missing():
    values, unfit = read_cells(["old", 41, math.nan, None, ""], "number")
    assert unfit == [0]
    assert np.isnan(values).tolist() == [True, False, True, True, True]
