import numpy as np
import pandas as pd
import pytest

from core.data.frames import canonical, cell_text, is_canonical, unique_names
from core.errors import DataError


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        pytest.param([1, 2], "int64", id="whole numbers"),
        pytest.param([1, None], "float64", id="whole numbers with missing"),
        pytest.param(np.array([1, 2], dtype="uint8"), "int64", id="small integers"),
        pytest.param([1.5, 2.0], "float64", id="fractions"),
        pytest.param([True, False], "bool", id="booleans"),
        pytest.param([True, None], "boolean", id="booleans with missing"),
        pytest.param(["a", None], "str", id="words"),
        pytest.param(["a", 1], "str", id="words and numbers"),
        pytest.param([[1], None], "str", id="lists"),
        pytest.param([None, None], "str", id="nothing"),
        pytest.param(pd.Categorical(["a", "b"]), "str", id="pandas categories"),
        pytest.param(pd.array([1, None], dtype="Int64"), "float64", id="nullable"),
        pytest.param(
            pd.to_datetime(["2024-01-01"]).tz_localize("Europe/Berlin"),
            "datetime64[us]",
            id="dates in a zone",
        ),
        pytest.param(pd.to_timedelta(["1 days"]), "float64", id="durations"),
    ],
)
def test_every_pandas_dtype_becomes_canonical(values, dtype):
    frame = canonical(pd.DataFrame({"a": pd.Series(values)}))
    assert str(frame["a"].dtype) == dtype
    assert is_canonical(frame)


def test_infinite_numbers_become_missing():
    frame = canonical(pd.DataFrame({"a": pd.Series([1.0, np.inf], dtype="Float64")}))
    assert frame["a"].isna().tolist() == [False, True]


def test_numbers_too_large_for_int64_become_float():
    frame = canonical(pd.DataFrame({"a": np.array([2**63], dtype="uint64")}))
    assert frame["a"].tolist() == [float(2**63)]


def test_repeated_names_are_refused_by_name():
    with pytest.raises(DataError, match="'a'"):
        canonical(pd.DataFrame([[1, 2]], columns=["a", "a"]))


def test_index_and_names_become_plain():
    frame = canonical(pd.DataFrame({7: [1, 2]}, index=[5, 9]))
    assert frame.columns.tolist() == ["7"]
    assert frame.index.tolist() == [0, 1]


def test_unique_names_avoid_names_already_there():
    names, changed = unique_names(["a", "a", "a_2", " ", "x\ny"])
    assert names == ["a", "a_3", "a_2", "column_4", "x y"]
    assert changed == ["a_3", "column_4"]


def test_a_date_is_written_without_its_midnight():
    assert cell_text(pd.Timestamp("2024-05-01")) == "2024-05-01"
    assert cell_text(pd.Timestamp("2024-05-01T06:00")) == "2024-05-01T06:00:00"
