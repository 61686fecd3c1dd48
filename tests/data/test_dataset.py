import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import canonical, content_hash, read_parquet, write_parquet
from core.errors import DataError


def _table():
    return pd.DataFrame(
        {
            "amount": [1.5, np.nan, -0.0],
            "count": [1, 2, 3],
            "plan": pd.Series(["a", None, ""], dtype="str"),
            "active": pd.Series([True, None, False], dtype="boolean"),
            "sure": [True, False, True],
            "since": pd.to_datetime(["2024-01-01", None, "2024-02-01"]).astype(
                "datetime64[us]"
            ),
        }
    )


def test_parquet_keeps_dtypes_and_values(tmp_path):
    write_parquet(_table(), tmp_path / "t.parquet")
    again = read_parquet(tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(again, _table())
    assert content_hash(again) == content_hash(_table())


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda t: t.rename(columns={"amount": "a"}), id="name"),
        pytest.param(lambda t: t[t.columns[::-1]], id="column order"),
        pytest.param(lambda t: t.iloc[::-1], id="row order"),
        pytest.param(lambda t: t.assign(plan=["a", "", None]), id="missing and empty"),
        pytest.param(lambda t: t.assign(count=[1.0, 2.0, 3.0]), id="dtype"),
        pytest.param(lambda t: t.iloc[:2], id="fewer rows"),
    ],
)
def test_any_change_changes_the_hash(change):
    assert content_hash(change(_table())) != content_hash(_table())


def test_the_hash_does_not_depend_on_how_text_lies_in_memory():
    whole = pd.DataFrame({"a": ["x", "yy", None, "zz"]})
    parts = pd.concat([whole.iloc[:1], whole.iloc[1:]], ignore_index=True)
    assert content_hash(parts) == content_hash(whole)
    assert content_hash(whole.iloc[1:]) == content_hash(
        pd.DataFrame({"a": ["yy", None, "zz"]})
    )


def test_boundaries_of_text_count():
    one = pd.DataFrame({"a": ["ab", "c"]})
    assert content_hash(one) != content_hash(pd.DataFrame({"a": ["a", "bc"]}))


def test_a_broken_file_is_a_data_error(tmp_path):
    path = tmp_path / "t.parquet"
    path.write_bytes(b"PAR1 nothing")
    with pytest.raises(DataError):
        read_parquet(path)


def test_foreign_parquet_types_become_canonical(tmp_path):
    table = pa.table(
        {
            "day": pa.array([19000], pa.date32()),
            "level": pa.array(["a"]).dictionary_encode(),
            "price": pa.array([1], pa.int8()).cast(pa.decimal128(5, 2)),
            "nothing": pa.nulls(1),
            "list": pa.array([[1, 2]]),
            "nano": pa.array([10**18], pa.timestamp("ns", tz="Europe/Berlin")),
            "maybe": pa.array([None], pa.bool_()),
            "tiny": pa.array([1.5], pa.float32()),
            "clock": pa.array([1], pa.time32("s")),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    dtypes = read_parquet(tmp_path / "t.parquet").dtypes.astype(str).tolist()
    assert dtypes == [
        "datetime64[us]", "str", "float64", "str", "str",
        "datetime64[us]", "boolean", "float64", "str",
    ]  # fmt: skip


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.text(st.characters(codec="utf-8"), max_size=4)),
            st.floats(),
        ),
        max_size=6,
    )
)
def test_a_table_and_its_parquet_have_the_same_hash(rows):
    frame = canonical(
        pd.DataFrame(
            {
                "t": pd.Series([row[0] for row in rows], dtype="str"),
                "x": pd.Series([row[1] for row in rows], dtype="float64"),
            }
        )
    )
    file = io.BytesIO()
    write_parquet(frame, file)
    assert content_hash(read_parquet(file)) == content_hash(frame)
