"""Several files of the same shape become one table, or it is said what differs."""

import hashlib
import io

import pytest

from core.data import read_tables
from core.data.reading import ReadReport
from core.errors import DataError


def files(**contents):
    return {
        name.replace("__", "."): io.BytesIO(content.encode())
        for name, content in contents.items()
    }


def test_columns_are_matched_by_name_and_every_file_is_named():
    given = files(a__csv="x,y\n1,p\n2,q\n", b__csv="y;x\nr;3\n")
    table = read_tables(given, source_column="file")
    assert table.frame.to_dict("list") == {
        "x": [1, 2, 3],
        "y": ["p", "q", "r"],
        "file": ["a.csv", "a.csv", "b.csv"],
    }
    first, second = table.report.sources
    assert first.sha256 == hashlib.sha256(b"x,y\n1,p\n2,q\n").hexdigest()
    assert (second.name, second.n_rows) == ("b.csv", 1)
    assert table.report.n_columns == 3
    assert ReadReport.from_dict(table.report.to_dict()) == table.report


def test_other_columns_are_refused_by_name():
    given = files(a__csv="x,y\n1,p\n", b__csv="x,z\n1,p\n")
    with pytest.raises(DataError, match="it lacks 'y'; it also has 'z'"):
        read_tables(given)


def test_the_same_file_twice_is_refused():
    given = files(a__csv="x,y\n1,p\n", b__csv="x,y\n1,p\n")
    with pytest.raises(DataError, match="are the same file"):
        read_tables(given)


def test_types_are_decided_on_all_files_together():
    given = files(a__csv="n,code\n1,7\n2,8\n", b__csv="n,code\n1.5,007\n2.5,x\n")
    table = read_tables(given)
    assert table.frame["n"].tolist() == [1.0, 2.0, 1.5, 2.5]
    assert table.frame["code"].tolist() == ["7", "8", "007", "x"]


def test_one_file_settles_the_order_of_dates_for_the_others():
    given = files(
        a__csv="d,n\n01/02/2024,1\n03/04/2024,2\n", b__csv="d,n\n31/01/2024,3\n"
    )
    table = read_tables(given)
    assert table.frame["d"].dt.month.tolist() == [2, 4, 1]
    assert not table.report.questions


def test_what_no_file_settles_is_asked_once():
    given = files(a__csv="d,n\n01/02/2024,1\n", b__csv="d,n\n03/04/2024,2\n")
    report = read_tables(given).report
    assert [question.code for question in report.questions] == ["day_first"]


def test_refused_rows_say_in_which_file_they_are():
    given = files(a__csv="x,y\n1,p\n2,q\n", b__csv="x,y\n1,p\n3\n4,r\n5,s\n")
    report = read_tables(given).report
    assert report.n_refused == 1
    assert report.refused[0].reason.startswith("b.csv: ")


def test_limits_hold_for_all_files_together():
    given = files(a__csv="x,y\n1,p\n2,q\n", b__csv="x,y\n3,p\n4,q\n")
    with pytest.raises(DataError, match="4 rows"):
        read_tables(given, max_rows=3)


def test_a_file_that_cannot_be_read_is_named():
    with pytest.raises(DataError, match=r"'b\.csv'"):
        read_tables(files(a__csv="x,y\n1,p\n", b__csv=""))


def test_a_column_of_file_names_takes_no_column_away():
    given = files(a__csv="x,y\n1,p\n", b__csv="x,y\n3,p\n")
    with pytest.raises(DataError, match="a column 'x' already"):
        read_tables(given, source_column="x")
