"""A load test asks the very version, keeps to its bounds, and leaves nothing behind."""

import math
import shutil

import numpy as np
import pytest

from core.deployment.capacity import (
    Level,
    LoadTest,
    copies_needed,
    level_of,
    quantile_interval,
    within_goal,
)
from core.deployment.load import load_test
from core.errors import DeploymentError


def level(n_clients: int, per_s: float, p95: float, n_failed: int = 0) -> Level:
    n_calls = int(per_s) + n_failed
    return Level(n_clients, n_calls, n_failed, 1.0, p95, p95, p95, p95, p95, 1.0, 9.0)


def test_every_level_is_answered_and_the_project_is_untouched(save, settings):
    version = save()
    before = sorted(settings.home.rglob("*"))
    told: list[str] = []
    found = load_test(
        version,
        rows_a_call=3,
        clients=(1, 4),
        seconds=0.2,
        on_progress=lambda _, message: told.append(message),
    )
    assert [each.n_clients for each in found.levels] == [1, 4]
    assert all(each.n_calls and not each.n_failed for each in found.levels)
    assert all(0 < each.p50 <= each.p95 <= each.p99 for each in found.levels)
    assert found.rows_a_call == 3
    assert found.machine.n_cores >= 1
    assert LoadTest.from_dict(found.to_dict()) == found
    assert sorted(settings.home.rglob("*")) == before
    assert told[-1] == "4 at a time"


def test_a_server_that_does_not_start_is_said_and_does_not_linger(save, monkeypatch):
    version = save()
    monkeypatch.setattr("core.deployment.load.sys.executable", shutil.which("false"))
    with pytest.raises(DeploymentError, match="did not start"):
        load_test(version, clients=(1,), seconds=0.1)


def test_the_largest_rate_is_that_of_a_level_that_keeps_the_goal():
    levels = [level(1, 100, 5), level(4, 250, 40), level(16, 260, 90)]
    assert within_goal(levels, 50) == levels[1]
    assert within_goal(levels, 1) is None


def test_a_level_with_a_failed_call_does_not_count():
    assert within_goal([level(1, 100, 5), level(2, 200, 5, 1)], 50) == level(1, 100, 5)


def test_failed_calls_are_no_latencies():
    found = level_of(1, [], 3, 1.0, cpu_s=None, memory_mb=None)
    assert math.isinf(found.p95)
    assert (found.per_s, found.cpu_ms) == (0.0, None)


def test_the_interval_of_a_quantile_covers_it_as_often_as_it_says():
    rng = np.random.default_rng(0)
    truth = -math.log(0.05)  # of an exponential distribution
    ends = [quantile_interval(np.sort(rng.exponential(size=400)), 0.95)
            for _ in range(400)]  # fmt: skip
    covered = np.mean([low <= truth <= high for low, high in ends])
    assert 0.92 <= covered <= 0.99


@pytest.mark.parametrize("per_s", [0.0, 1.0, 69.9, 70.0, 70.1, 1e4])
def test_copies_are_enough_and_not_one_too_many(per_s):
    n = copies_needed(per_s, 100)
    assert n * 70 >= per_s - 1e-6
    assert n == 1 or (n - 1) * 70 < per_s
