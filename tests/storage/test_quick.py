"""The lane for the smallest statements."""

import pytest
from sqlalchemy import event

from core.errors import StorageError
from core.storage.tables import aliases
from core.storage.types import now

ROW = {"project_id": "churn", "alias": "champion", "number": 3, "since": now()}
NUMBER = "SELECT number FROM aliases"


def test_a_row_is_there_for_everybody(database):
    assert database.quick.scalar(NUMBER, ()) is None
    assert database.quick.insert(aliases, [ROW])
    assert database.quick.scalar(NUMBER, ()) == 3
    with database.connect() as connection:
        assert connection.execute(aliases.select()).mappings().one() == ROW


def test_while_another_writes_nothing_is_done_and_nobody_waits(database):
    with database.begin() as connection:
        connection.execute(aliases.insert(), [ROW])
        assert not database.quick.insert(aliases, [{**ROW, "alias": "shadow"}])
    with database.connect() as connection:
        assert len(connection.execute(aliases.select()).all()) == 1


def test_on_a_full_disk_none_of_the_rows_is_kept(database):
    lane = database.quick
    pages = lane.scalar("PRAGMA page_count", ())
    lane.scalar(f"PRAGMA max_page_count={pages}", ())
    rows = [{**ROW, "alias": f"{n:04d}"} for n in range(2_000)]
    with pytest.raises(StorageError, match="full"):
        lane.insert(aliases, rows)
    lane.scalar("PRAGMA max_page_count=100000", ())
    assert lane.insert(aliases, [ROW])
    with database.connect() as connection:
        assert len(connection.execute(aliases.select()).all()) == 1


def test_what_is_no_table_is_told_as_a_storage_error(database):
    with pytest.raises(StorageError, match="no such table"):
        database.quick.scalar("SELECT 1 FROM nowhere", ())


def test_it_is_prepared_like_every_connection(database):
    seen = []
    event.listen(database.engine, "connect", lambda *_: seen.append(1))
    assert database.quick.scalar("PRAGMA journal_mode", ()) == "wal"
    assert len(seen) <= 1
    assert database.quick is database.quick


def test_closing_the_database_lets_go_of_it(database):
    database.quick.insert(aliases, [ROW])
    database.close()
    assert database.quick.scalar(NUMBER, ()) == 3
