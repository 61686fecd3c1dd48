"""A SELECT is read from a database, nothing is changed there, no password is told."""

import sqlite3

import pytest

from core.data.reading.databases import database_origin, read_query
from core.data.reading.options import ReadOptions
from core.errors import DataError


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (id INTEGER, name TEXT, fee REAL, mixed)")
        rows = [(i, f"n{i}", i / 2 if i % 3 else None, i) for i in range(50)]
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
        connection.execute("UPDATE t SET mixed = 'word' WHERE id = 7")
    connection.close()
    return path


def test_the_rows_of_a_select_become_a_table(database):
    frame = read_query(
        f"sqlite:///{database}", "SELECT id, name, fee, mixed FROM t ORDER BY id"
    )
    assert frame.shape == (50, 4)
    assert [str(dtype) for dtype in frame.dtypes] == ["int64", "str", "float64", "str"]
    assert frame["fee"].isna().sum() == 17
    assert frame["mixed"].tolist()[6:8] == ["6", "word"]


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM t",
        "SELECT 1; DELETE FROM t",
        "WITH x AS (SELECT 1) DELETE FROM t",
        "/* SELECT */ DROP TABLE t",
        "PRAGMA query_only = OFF",
        "ATTACH DATABASE 'x' AS y",
        "",
        "SELECT 'a' -- ;\n; UPDATE t SET fee = 0",
    ],
)
def test_anything_but_one_select_is_refused(database, query):
    before = database.read_bytes()
    with pytest.raises(DataError):
        read_query(f"sqlite:///{database}", query)
    assert database.read_bytes() == before


def test_words_inside_quotes_are_no_commands(database):
    query = "SELECT name AS \"update\", 'delete; x' AS v FROM t -- drop\n;"
    assert read_query(f"sqlite:///{database}", query).shape == (50, 2)


def test_more_rows_than_allowed_are_not_fetched(database):
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT i FROM n"
    )
    with pytest.raises(DataError, match="at most 30,000 are taken"):
        read_query(f"sqlite:///{database}", endless, ReadOptions(max_rows=30_000))


def test_no_row_is_said(database):
    with pytest.raises(DataError, match="no rows"):
        read_query(f"sqlite:///{database}", "SELECT * FROM t WHERE id < 0")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://me:s3cret@127.0.0.1:9/db?connect_timeout=2",
        "nodriver://me:s3cret@host/db",
        "s3cret",
        "sqlite:///no/such/s3cre.db",
        "sqlite://",
    ],
)
def test_a_database_that_cannot_be_reached_tells_no_password(url):
    with pytest.raises(DataError) as caught:
        read_query(url, "SELECT 1")
    assert "s3cret" not in f"{caught.value} {caught.value.hint}"
    assert "me:" not in str(caught.value)


def test_a_fault_in_the_query_is_told(database):
    with pytest.raises(DataError, match="no such table: u"):
        read_query(f"sqlite:///{database}", "SELECT * FROM u")


def test_the_origin_holds_no_user_and_no_password():
    url = "postgresql+psycopg://me:s3cret@h:5/db?password=s3cret&sslkey=k"
    assert database_origin(url) == "postgresql://h:5/db"
