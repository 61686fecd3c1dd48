import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import StatementError

from core.errors import StorageError
from core.settings import Settings
from core.storage import Database, open_database
from core.storage.tables import aliases, metadata, projects
from core.storage.types import now


def test_migrations_make_exactly_the_tables_that_the_code_names(database: Database):
    with database.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


def test_opening_twice_keeps_what_is_there(settings: Settings, database: Database):
    with database.begin() as connection:
        connection.execute(insert(projects).values(id="a", name="A", created_at=now()))
    again = open_database(settings)
    with again.connect() as connection:
        assert connection.execute(select(projects.c.name)).scalar_one() == "A"
    again.close()


def test_moments_come_back_aware_and_in_utc(database: Database):
    berlin = datetime(2026, 5, 3, 14, tzinfo=timezone(timedelta(hours=2)))
    with database.begin() as connection:
        connection.execute(insert(projects).values(id="a", name="A", created_at=berlin))
    with database.connect() as connection:
        stored = connection.execute(select(projects.c.created_at)).scalar_one()
    assert stored == datetime(2026, 5, 3, 12, tzinfo=UTC)
    assert stored.tzinfo is UTC


def test_a_naive_moment_is_refused(database: Database):
    naive = now().replace(tzinfo=None)
    with pytest.raises(StatementError, match="naive"), database.begin() as connection:
        connection.execute(insert(projects).values(id="a", name="A", created_at=naive))


def test_writers_take_turns_so_no_update_is_lost(database: Database):
    with database.begin() as connection:
        connection.execute(
            insert(aliases).values(
                project_id="a", alias="champion", number=0, since=now()
            )
        )

    def count_up() -> None:
        for _ in range(10):
            with database.begin() as connection:
                seen = connection.execute(select(aliases.c.number)).scalar_one()
                connection.execute(update(aliases).values(number=seen + 1))

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.connect() as connection:
        assert connection.execute(select(func.max(aliases.c.number))).scalar_one() == 40


def test_a_failed_block_leaves_no_trace(database: Database):
    with pytest.raises(RuntimeError), database.begin() as connection:
        connection.execute(insert(projects).values(id="a", name="A", created_at=now()))
        raise RuntimeError
    with database.connect() as connection:
        assert connection.execute(select(projects)).all() == []


def test_a_home_that_cannot_be_made_names_the_setting(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="RONDO_HOME"):
        open_database(Settings(home=tmp_path / "file" / "home"))
