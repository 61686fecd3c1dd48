from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from core.errors import ModelingError
from core.modeling import Run, train
from core.modeling.cluster import _stop_asked, cluster_places
from core.settings import get_settings
from tests.clusters import local_cluster
from tests.fitted import enough

distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with local_cluster() as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def on_cluster(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("RONDO_DASK_SCHEDULER", scheduler)
    monkeypatch.setattr("core.modeling.cluster._CONNECT_S", 300.0)
    get_settings.cache_clear()
    yield scheduler
    get_settings.cache_clear()


def test_candidates_train_on_two_workers_and_give_the_same_scores(
    on_cluster: str,
    quick: Callable[..., Run],
    churn: pd.DataFrame,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert cluster_places(on_cluster) == 2
    there = train(
        churn, "left", families=("linear", "lightgbm"), budget_s=900,
        checkpoint=tmp_path / "there", **enough(2),
    )  # fmt: skip
    monkeypatch.delenv("RONDO_DASK_SCHEDULER")
    get_settings.cache_clear()
    here = quick(churn, "left", n_jobs=1, n_candidates=6, budget_s=900)
    scores = {e.candidate: e.score for e in here.entries if e.family != "ensemble"}
    both = [e for e in there.entries if e.candidate in scores and e.state == "done"]
    assert len(both) >= 2
    for entry in both:
        assert entry.score == pytest.approx(scores[entry.candidate])
    assert there.champion.predict(churn).shape == (len(churn),)


def test_a_run_on_a_cluster_goes_on_from_its_checkpoint(
    on_cluster: str, quick: Callable[..., Run], churn: pd.DataFrame, tmp_path: Path
) -> None:
    assert on_cluster
    first = quick(churn, "left", n_jobs=None, checkpoint=tmp_path, budget_s=900)
    seen: list[int] = []
    again = quick(
        churn, "left", n_jobs=None, checkpoint=tmp_path, budget_s=900, n_candidates=1,
        on_progress=lambda progress: seen.append(len(progress.leaderboard)),
    )  # fmt: skip
    done = [entry for entry in first.entries if entry.state == "done"]
    kept = {entry.candidate: entry.finished_s for entry in done}
    for entry in again.entries:
        if entry.candidate in kept and entry.family != "ensemble":
            assert entry.finished_s == kept[entry.candidate]


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nowhere at all"])
def test_a_scheduler_that_does_not_answer_is_named(
    address: str, churn: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RONDO_DASK_SCHEDULER", address)
    monkeypatch.setattr("core.modeling.cluster._CONNECT_S", 0.5)
    get_settings.cache_clear()
    with pytest.raises(ModelingError, match="does not answer"):
        train(churn, "left", budget_s=10)
    get_settings.cache_clear()


def test_a_question_that_the_scheduler_does_not_answer_ends_no_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def too_busy(*_: object) -> None:
        raise TimeoutError("timed out")

    monkeypatch.setattr("core.modeling.cluster._ASK_S", -1.0)
    monkeypatch.setattr("core.modeling.cluster._event", too_busy)
    monkeypatch.setattr(distributed, "get_client", lambda: None)
    asked = _stop_asked("rondo-test")
    assert not asked()
    assert not asked()
