"""The corpus of dialects is read as its author meant, or it is said what was not."""

import io
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.reading import read_table
from tests.dialects import TABLES, Written, cases

CASES = {case.title: case for case in cases()}


def outcome(case):
    """Return names (None without header), cells without outer blanks, and refusals."""
    table = read_table(io.BytesIO(case.content), "t.csv", as_text=True)
    cells = table.frame.to_numpy(dtype=object).tolist()
    names = tuple(table.frame.columns) if table.report.header else None
    rows = tuple(tuple(cell.strip() for cell in row) for row in cells)
    return names, rows, table.report.n_refused


def meant(case):
    rows = tuple(tuple(cell.strip() for cell in row) for row in case.rows)
    return case.names, rows, case.n_refused


def test_the_corpus_has_many_cases():
    assert len(CASES) >= 150


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_table_is_read_as_its_author_meant(case):
    assert outcome(case) == meant(case)


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(TABLES)),
    st.sampled_from(",;\t|"),
    st.sampled_from(["minimal", "all"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["", "A title\n", "# a comment\n", "\n\n"]),
    st.sampled_from(["", "\n\n", "The end\n"]),
)
def test_any_mixture_of_dialects_is_read(name, mark, quoting, end, before, after):
    how = Written(mark, quoting=quoting, end=end, before=before, after=after)
    names, rows = TABLES[name]
    table = read_table(
        io.BytesIO(how.text(names, rows).encode()), "t.csv", as_text=True
    )
    assert tuple(table.frame.columns) == names
    assert tuple(map(tuple, table.frame.to_numpy().tolist())) == rows
    assert table.report.n_refused == (after == "The end\n")


def test_a_quote_that_is_not_closed_takes_no_row_with_it():
    lines = ["a,b,c", *(f"{i},word {i},{i * 2}" for i in range(30))]
    for at, quote in itertools.product((3, 17, 30), ("start", "end")):
        broken = lines.copy()
        cell = f'"word {at - 1}' if quote == "start" else f'word {at - 1}"'
        broken[at] = f"{at - 1},{cell},{(at - 1) * 2}"
        table = read_table(io.BytesIO("\n".join(broken).encode()), "t.csv")
        assert len(table.frame) + table.report.n_refused == 30
        assert table.report.n_refused <= 1


def test_cells_left_out_at_the_end_are_told():
    content = b"k,a,b,c\n1,v\n2,x\n3,w\n4,y,z\n5,u\n"
    table = read_table(io.BytesIO(content), "t.csv")
    assert table.frame.shape == (5, 4)
    assert any("left empty" in note for note in table.report.notes)
