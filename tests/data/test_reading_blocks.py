"""A large file is read block by block, with the values of a reading at once."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.reading import blocks, read_table, stream
from core.data.reading.letters import _LONGEST_MISSING
from core.data.reading.plans import MISSING
from core.errors import DataError

CELLS = st.sampled_from(
    [
        "1", "2", "30", "-4", "+5", "007", "0", "1.5", "-2e3", ".5", "1e400", "",
        "NA", " 7", "8 ", "-", "yes", "no", "true", "FALSE", "2024-01-31",
        "2024-01-31 10:00:00", "31/12/2024", "01/02/2024", "12.5 %", "€ 3", "1 234",
        "12345678901234567", "123456789012345678901234", "word", '"x, y"', '"a\nb"',
        '"q ""q"""', "Käse", " led", "inf", "?",
    ]
)  # fmt: skip
COLUMNS = st.lists(
    st.lists(CELLS, min_size=1, max_size=3), min_size=2, max_size=5
).flatmap(
    lambda pools: st.lists(
        st.tuples(*(st.sampled_from(pool) for pool in pools)), min_size=4, max_size=60
    )
)


def read_in_blocks(content: bytes, monkeypatch, size: int = 256, **options):
    with monkeypatch.context() as patch:
        patch.setattr(stream, "STREAM_FROM", 0)
        patch.setattr(blocks, "BLOCK", size)
        patch.setattr(blocks, "_PIECE", max(64, len(content)))
        return read_table(io.BytesIO(content), "t.csv", **options)


def outcome(read):
    try:
        return read()
    except DataError as error:
        return error


@settings(max_examples=150)
@given(COLUMNS)
def test_blocks_give_the_table_that_reading_at_once_gives(rows):
    names = [f"name_{i}" for i in range(len(rows[0]))]
    lines = [",".join(cells) for cells in [names, *rows]]
    content = ("\n".join(lines) + "\n").encode()
    expected = outcome(lambda: read_table(io.BytesIO(content), "t.csv"))
    found = outcome(lambda: read_in_blocks(content, pytest.MonkeyPatch()))
    if isinstance(expected, DataError):
        assert str(found) == str(expected)
        return
    pd.testing.assert_frame_equal(found.frame, expected.frame)
    assert found.schema == expected.schema
    assert found.report == expected.report


@pytest.mark.parametrize("quoted", [False, True])
def test_refused_rows_of_any_block_have_their_line(monkeypatch, quoted):
    lines = ["a,b"] + [f'{i},"{i}"' if quoted else f"{i},{i}" for i in range(400)]
    lines[37] = "x,y,z"
    lines[311] = "lonely"
    content = "\n".join(lines).encode()
    report = read_in_blocks(content, monkeypatch).report
    assert [row.line for row in report.refused] == [38, 312]
    assert report.n_rows == 398


def test_a_column_that_fails_late_is_read_again_as_text(monkeypatch):
    lines = ["n,zip"] + [f"{i},{10000 + i}" for i in range(30_000)]
    lines[20_001] = "oops,007"
    content = "\n".join(lines).encode()
    with monkeypatch.context() as patch:
        patch.setattr(stream, "STREAM_FROM", 0)
        frame = read_table(io.BytesIO(content), "t.csv").frame
    assert frame["n"][20_000] == "oops"
    assert frame["zip"][20_000] == "007"
    assert frame["n"][20_001] == "20001"


@pytest.mark.parametrize("odd_one", ["", "+7", "-7", " 7", "0x7", "3"])
def test_ids_read_in_blocks_are_the_ids_that_reading_at_once_gives(
    monkeypatch, odd_one
):
    lines = ["user_id,n"] + [f"{i},{i}" for i in range(10, 300)]
    lines[150] = f"{odd_one},1"
    content = "\n".join(lines).encode()
    at_once = read_table(io.BytesIO(content), "t.csv")
    found = read_in_blocks(content, monkeypatch)
    pd.testing.assert_frame_equal(found.frame, at_once.frame)
    assert found.schema == at_once.schema


@pytest.mark.parametrize("names", ["n,word", "2019,2020", "NA,", "word,text"])
def test_names_that_come_again_late_are_refused_in_any_block(monkeypatch, names):
    values = "a,b" if "text" in names else "5,6"
    lines = [names] + [values] * 300
    lines[211] = names
    content = "\n".join(lines).encode()
    at_once = read_table(io.BytesIO(content), "t.csv", header=True)
    found = read_in_blocks(content, monkeypatch, header=True)
    pd.testing.assert_frame_equal(found.frame, at_once.frame)
    assert found.report.n_refused == at_once.report.n_refused


def test_no_word_for_missing_is_longer_than_the_looked_at_ends_allow():
    assert max(map(len, MISSING)) <= _LONGEST_MISSING


def test_long_whole_numbers_beside_missing_ones_keep_their_digits():
    content = b"n,m\n9007199254740993,1\n,2\n123456789012345678,3\n"
    frame = read_table(io.BytesIO(content), "t.csv").frame
    assert frame["n"].tolist()[0] == "9007199254740993"


def test_more_rows_than_allowed_end_the_reading(monkeypatch):
    content = b"a,b\n" + b"1,2\n" * 3_000
    with pytest.raises(DataError, match="1,000"):
        read_in_blocks(content, monkeypatch, max_rows=1_000)


def test_a_large_file_needs_little_more_memory_than_its_table(tmp_path):
    rng = np.random.default_rng(0)
    path = tmp_path / "t.csv"
    pd.DataFrame(rng.normal(size=(60_000, 6))).to_csv(path, index=False)
    table = read_table(path)
    assert table.frame.shape == (60_000, 6)
    for name in table.frame:
        base = table.frame[name].to_numpy().base
        assert base is None or base.nbytes < 6 * table.frame[name].nbytes


def test_a_decimal_comma_among_grouped_thousands_is_not_run_together(monkeypatch):
    lines = ["n;m"] + [f"{1 + i % 9},{i % 1000:03d};x" for i in range(30_000)]
    lines[20_001] = "1,5;x"
    with monkeypatch.context() as patch:
        patch.setattr(stream, "STREAM_FROM", 0)
        frame = read_table(io.BytesIO("\n".join(lines).encode()), "t.csv").frame
    assert frame["n"][20_000] in (1.5, "1,5")
