"""Odd files are read as meant, or what is doubtful in them is said; never neither."""

import io

import pytest

from core.data.reading import Table, read_table
from core.errors import DataError
from tests.odd_files import OddFile, files

FILES = files()


def read(file: OddFile) -> Table | None:
    try:
        return read_table(io.BytesIO(file.content), "t.csv", as_text=True)
    except DataError:
        return None


def is_right(file: OddFile, table: Table | None) -> bool:
    if table is None:
        return False
    cells = table.frame.fillna("").to_numpy(dtype=object).tolist()
    found = tuple(tuple(cell.strip() for cell in row) for row in cells)
    names = tuple(n.strip() for n in table.frame.columns)
    named = names == file.names if table.report.header else file.names is None
    return named and found == file.rows


def says_so(table: Table | None) -> bool:
    """Whether a person is told that something may be otherwise."""
    if table is None:
        return True
    report = table.report
    return bool(report.n_refused or report.notes or report.questions)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.title)
def test_an_odd_file_is_read_as_meant_or_the_doubt_is_said(file):
    table = read(file)
    assert is_right(file, table) or (file.sayable and says_so(table))


def test_there_are_many_odd_files():
    assert len({file.title for file in FILES}) == len(FILES) >= 60
