"""Batches on the workers of a Dask cluster."""

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from core.data import Cohort, Condition
from core.data.reading import blocks
from core.data.reading.flow import open_flow
from core.errors import ModelingError, RegistryError, ServingError
from core.registry import Registry
from core.registry.copies import copy_version, open_copy
from core.serving import PredictionLog, Service
from core.serving.batch import BatchOptions, file, score_file, score_table
from core.serving.batch import __main__ as batch_command
from core.serving.batch.cluster import _Line
from core.serving.batch.columns import Scorer
from core.serving.overrides import Override
from core.settings import Settings, get_settings
from core.storage.types import now
from tests.clusters import local_cluster
from tests.fitted import customers, fit_model

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with local_cluster() as started:
        yield started


@pytest.fixture
def scheduler(cluster: Any) -> str:
    return str(cluster.scheduler_address)


@pytest.fixture
def point_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str | None], None]]:
    """Set the scheduler of the settings, or take it away."""

    def point(address: str | None) -> None:
        if address is None:
            monkeypatch.delenv("RONDO_DASK_SCHEDULER", raising=False)
        else:
            monkeypatch.setenv("RONDO_DASK_SCHEDULER", address)
        get_settings.cache_clear()

    monkeypatch.setattr("core.modeling.cluster._CONNECT_S", 300.0)
    yield point
    get_settings.cache_clear()


@pytest.fixture
def pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is read in many pieces, with cells that do not fit."""
    rows = customers(400).astype({"age": object})
    rows.loc[150, "age"] = "forty"
    path = tmp_path / "in.csv"
    rows.drop(columns="churn").to_csv(path, index=False)
    monkeypatch.setattr(blocks, "BLOCK", 1_000)
    monkeypatch.setattr(file, "open_flow", partial(open_flow, stream_from=0))
    return path


def both_ways(
    point_at: Callable[[str | None], None],
    scheduler: str,
    answer: Callable[[Path], Any],
    folder: Path,
    ending: str = "csv",
) -> tuple[Path, Path]:
    """Answer a file here and on the cluster."""
    here, there = (folder / f"{place}.{ending}" for place in ("here", "there"))
    point_at(None)
    answer(here)
    point_at(scheduler)
    answer(there)
    return here, there


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_workers_give_the_same_bytes_in_the_same_order(
    task, registry, pieces, scheduler, point_at, tmp_path
):
    rule = Cohort("young", (Condition("", "formula", "age < 25"),))
    outcome = {"binary": "yes", "multiclass": "low", "regression": 1.0}[task]
    override = Override("1", rule, outcome, "Ada", "law", now())
    service = Service(registry.load(task, 1), lambda: [override])
    told: list[tuple[float, int]] = []
    here, there = both_ways(
        point_at,
        scheduler,
        lambda to: score_file(
            service, pieces, to, on_progress=lambda *step: told.append(step)
        ),
        tmp_path,
    )
    assert here.read_bytes() == there.read_bytes()
    half = len(told) // 2
    assert told[:half] == told[half:]
    assert half > 10


def test_workers_give_the_same_reasons_and_the_log_keeps_every_row(
    registry: Registry, log, pieces, scheduler, point_at, tmp_path
):
    registry.add("binary", fit_model(), who="Ada", reference=customers())
    service = Service(registry.load("binary", 2))
    short = customers(30)
    short.to_parquet(tmp_path / "in.parquet")
    here, there = both_ways(
        point_at,
        scheduler,
        lambda to: score_file(
            service,
            tmp_path / "in.parquet",
            to,
            log=log,
            options=BatchOptions({}, n_reasons=2),
        ),
        tmp_path,
        "parquet",
    )
    first, second = pd.read_parquet(here), pd.read_parquet(there)
    kept = log.read("binary")
    ids = [*first.pop("prediction_id"), *second.pop("prediction_id")]
    assert kept.meta["id"].tolist() == ids == sorted(ids)
    pd.testing.assert_frame_equal(first, second)


def test_a_table_of_several_chunks_is_answered_alike(service, scheduler, point_at):
    point_at(None)
    here = score_table(service, customers(), chunk_rows=11)
    point_at(scheduler)
    pd.testing.assert_frame_equal(
        here, score_table(service, customers(), chunk_rows=11)
    )


def test_a_table_of_one_chunk_asks_no_cluster(service, point_at):
    point_at("nowhere at all")
    assert len(score_table(service, customers())) == 120


def test_the_command_uses_the_cluster(
    registry, settings: Settings, pieces, scheduler, point_at, monkeypatch
):
    monkeypatch.setattr(batch_command, "get_settings", lambda: settings)
    monkeypatch.setattr(Scorer, "answer", None)  # what answers in this process
    point_at(scheduler)
    to = [str(pieces), str(pieces.with_name("out.csv")), "--project", "binary"]
    assert batch_command.main(to) == 0
    assert PredictionLog(registry.database).count("binary") == 400


def test_only_so_many_pieces_are_under_way(
    service, pieces, scheduler, point_at, tmp_path, monkeypatch
):
    under_way, most = 0, 0
    submit, wait = _Line.submit, _Line.wait

    def counted_submit(line: _Line, frame: pd.DataFrame) -> Any:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        return submit(line, frame)

    def counted_wait(line: _Line, future: Any, frame: pd.DataFrame) -> Any:
        nonlocal under_way
        under_way -= 1
        return wait(line, future, frame)

    monkeypatch.setattr(_Line, "submit", counted_submit)
    monkeypatch.setattr(_Line, "wait", counted_wait)
    point_at(scheduler)
    score_file(service, pieces, tmp_path / "out.csv")
    assert 1 < most <= 4  # two for each of two workers


def test_an_error_of_a_worker_reaches_the_person(
    service, pieces, scheduler, point_at, tmp_path
):
    point_at(scheduler)
    options = BatchOptions({"none": "spend"})
    with pytest.raises(ServingError, match="file has no column"):
        score_file(service, pieces, tmp_path / "out.csv", options=options)
    options = BatchOptions({}, n_reasons=1)
    with pytest.raises(Exception, match="training rows"):
        score_file(service, pieces, tmp_path / "out.csv", options=options)
    assert not (tmp_path / "out.csv").exists()


def test_a_worker_that_dies_costs_no_row(
    service, pieces, cluster, scheduler, point_at, tmp_path
):
    killed: list[int] = []

    def kill(_share: float, n_rows: int) -> None:
        if not killed:  # after the first piece
            killed.append(n_rows)
            os.kill(cluster.workers[0].process.process.pid, signal.SIGKILL)

    def answer(to: Path) -> None:
        told = kill if to.stem == "there" else None
        score_file(service, pieces, to, on_progress=told)

    here, there = both_ways(point_at, scheduler, answer, tmp_path)
    assert killed
    assert here.read_bytes() == there.read_bytes()


def test_a_piece_that_the_scheduler_dropped_is_handed_over_once_more(
    service, pieces, scheduler, point_at, tmp_path, monkeypatch
):
    submit, dropped = _Line.submit, []

    def submit_and_drop(line: _Line, frame: pd.DataFrame) -> Any:
        future = submit(line, frame)
        if len(dropped) < 2:
            line._client.cancel([future, line._parcel], force=True)
            dropped.append(future)
        return future

    monkeypatch.setattr(_Line, "submit", submit_and_drop)
    here, there = both_ways(
        point_at, scheduler, lambda to: score_file(service, pieces, to), tmp_path
    )
    assert len(dropped) == 2
    assert here.read_bytes() == there.read_bytes()


def test_a_cluster_that_is_lost_is_named_and_leaves_what_is_there(
    service, pieces, point_at, tmp_path
):
    (tmp_path / "out.csv").write_text("kept")
    with local_cluster() as doomed:
        point_at(doomed.scheduler_address)

        def lose(_share: float, _n_rows: int) -> None:
            doomed.close()

        with pytest.raises(ServingError, match="cluster was lost"):
            score_file(service, pieces, tmp_path / "out.csv", on_progress=lose)
    assert (tmp_path / "out.csv").read_text() == "kept"


def test_a_scheduler_that_does_not_answer_is_named(
    service, pieces, point_at, tmp_path, monkeypatch
):
    monkeypatch.setattr("core.modeling.cluster._CONNECT_S", 0.5)
    point_at("nowhere at all")
    with pytest.raises(ModelingError, match="does not answer"):
        score_file(service, pieces, tmp_path / "out.csv")


def test_a_copy_with_one_changed_bit_is_refused(version):
    copy = copy_version(version)
    assert open_copy(copy).model.predict(customers()).tolist() == (
        version.model.predict(customers()).tolist()
    )
    payload = bytearray(copy.files["model.pkl"])
    payload[100] ^= 1
    changed = replace(copy, files={**copy.files, "model.pkl": bytes(payload)})
    with pytest.raises(RegistryError, match=r"model\.pkl .* was changed"):
        open_copy(changed)
    other = replace(copy, manifest_sha256="0" * 64)
    with pytest.raises(RegistryError, match=r"manifest\.json .* was changed"):
        open_copy(other)
