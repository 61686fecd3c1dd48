import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.modeling.checkpoint import Checkpoint
from core.modeling.entry import Candidate, Entry
from core.modeling.execution import InProcess, Pool
from core.modeling.material import Material
from core.modeling.preparation import Request, prepare

LINEAR = Candidate(1, "Linear model", "linear", {"penalty": 1.0})
LONG = Candidate(2, "Extra trees", "extra_trees", {"min_samples_leaf": 1})


@pytest.fixture
def material(churn: pd.DataFrame, tmp_path: Path) -> Material:
    request = Request(churn, "left", None, None, None, None, 30.0, ("linear",), 0)
    return prepare(request, tmp_path / "work")[0]


@pytest.fixture
def pool(material: Material, tmp_path: Path) -> Iterator[Pool]:
    opened = Pool(material, Checkpoint(tmp_path / "pool"), 1)
    yield opened
    opened.close()


def lives(process: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def until_done(pool: Pool) -> list[Entry]:
    deadline = time.monotonic() + 90
    while not (found := pool.poll(0.2)):
        assert time.monotonic() < deadline
    return found


def test_a_worker_gives_what_this_process_gives(
    pool: Pool, material: Material, churn: pd.DataFrame, tmp_path: Path
) -> None:
    pool.submit(LINEAR, 60)
    here = InProcess(material, Checkpoint(tmp_path / "here"), lambda: False)
    here.submit(LINEAR, 60)
    (alone,) = here.poll(0)
    (entry,) = until_done(pool)
    assert pool.ready
    assert (entry.state, entry.score) == ("done", alone.score)
    models = [Checkpoint(tmp_path / name).model(1) for name in ("here", "pool")]
    np.testing.assert_array_equal(models[0].output(churn), models[1].output(churn))


def test_closing_ends_workers_in_the_middle_of_a_fit(pool: Pool) -> None:
    pool.submit(LONG, 60)
    started = pool.workers
    assert started
    assert all(map(lives, started))
    pool.close()
    assert not any(map(lives, started))


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
def test_closing_before_the_work_is_handed_out_ends_no_thread_with_an_error(
    material: Material, tmp_path: Path
) -> None:
    for attempt in range(15):
        pool = Pool(material, Checkpoint(tmp_path / str(attempt)), 1)
        for _ in range(5):
            pool.submit(LONG, 60)
        started = pool.workers
        pool.close()
        assert not any(map(lives, started))


def test_a_worker_that_dies_fails_its_candidate_and_the_next_one_runs(
    pool: Pool,
) -> None:
    pool.submit(LONG, 60)
    while not pool.ready:
        time.sleep(0.1)
    os.kill(pool.workers[0], signal.SIGKILL)
    (entry,) = until_done(pool)
    assert entry.state in {"failed", "done"}  # done: it was quicker than the signal
    pool.submit(LINEAR, 60)
    (entry,) = until_done(pool)
    assert entry.state == "done"


def test_a_stop_asked_here_gives_nothing(material: Material, tmp_path: Path) -> None:
    here = InProcess(material, Checkpoint(tmp_path), lambda: True)
    here.submit(LONG, 60)
    assert here.poll(0) == []
    assert here.has_room
