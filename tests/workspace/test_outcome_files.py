"""Large files of outcomes: exact counts, all or nothing, and nothing twice."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import SchemaError
from core.workspace import Workspace, outcome_files
from tests.workspace.conftest import customers
from tests.workspace.live import PROJECT, build, copied, use


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("outcomes")
    build(made)
    return made


@pytest.fixture
def site(folder: Path, request, monkeypatch) -> Iterator[tuple[Workspace, list[str]]]:
    monkeypatch.setattr(outcome_files, "CHUNK", 50)
    workspace = copied(folder, request.node.name[:60])
    monkeypatch.setattr(workspace.jobs, "_spawn", lambda _: None)  # done in the test
    yield workspace, use(workspace, customers(200, 1), 0)
    workspace.close()


def file_of(rows: list[tuple[str, str]]) -> io.BytesIO:
    lines = ["prediction_id,outcome", *(f"{id_},{value}" for id_, value in rows)]
    return io.BytesIO("\n".join(lines).encode())


def say_nothing(_share: float, _message: str) -> None:
    pass


def test_every_row_of_a_file_is_counted_once_across_its_pieces(site):
    workspace, ids = site
    rows = [(each, "no") for each in ids[:120]]
    rows += [(ids[0], "no"), (ids[1], "yes"), ("x" * 32, "no"), ("x" * 32, "no")]
    rows += [(ids[2], "")]
    job = workspace.outcome_files.start(PROJECT, 1, file_of(rows))
    found = workspace.outcome_files.execute(job, say_nothing)
    assert found == {
        "n_rows": 125, "n_added": 120, "n_replaced": 1, "n_repeated": 1,
        "n_empty": 1, "n_unknown": 2, "unknown": ("x" * 32,),
    }  # fmt: skip
    assert workspace.monitoring.n_outcomes(PROJECT, 1) == 120
    assert not workspace.batches.source(PROJECT, job.arguments["batch_id"]).exists()


def test_a_job_that_was_killed_goes_on_behind_the_last_piece(site, monkeypatch):
    workspace, ids = site
    job = workspace.outcome_files.start(
        PROJECT, 1, file_of([(each, "no") for each in ids])
    )
    told = []

    def stop(_share: float, message: str) -> None:
        told.append(message)
        if message.startswith("100 rows"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workspace.outcome_files.execute(job, stop)
    assert workspace.monitoring.n_outcomes(PROJECT, 1) == 100
    found = workspace.outcome_files.execute(job, say_nothing)
    assert (found["n_rows"], found["n_added"], found["n_repeated"]) == (200, 200, 0)


def test_an_outcome_that_does_not_fit_at_the_end_changes_nothing(site):
    workspace, ids = site
    rows = [*((each, "no") for each in ids), (ids[0], "perhaps")]
    job = workspace.outcome_files.start(PROJECT, 1, file_of(rows))
    with pytest.raises(SchemaError, match="perhaps"):
        workspace.outcome_files.execute(job, say_nothing)
    assert workspace.monitoring.n_outcomes(PROJECT, 1) == 0
