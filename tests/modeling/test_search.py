"""The clock of a run."""

import os

import pytest

from core.modeling.search import Clock, slowness


def test_a_busy_machine_leaves_more_of_the_budget_for_the_end(monkeypatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(os, "getloadavg", lambda: (2.0, 2.0, 2.0), raising=False)
    quiet = Clock(60.0, n_jobs=2).left_s
    monkeypatch.setattr(os, "getloadavg", lambda: (9.0, 9.0, 9.0), raising=False)
    assert Clock(60.0, n_jobs=2).left_s < quiet - 5
    assert Clock(60.0, n_jobs=2).left_s > 0.7 * 60


def test_the_runs_own_candidates_are_not_what_makes_a_machine_busy(monkeypatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(os, "getloadavg", lambda: (2.0, 2.0, 2.0), raising=False)
    assert slowness(n_jobs=2) == 1.0


def test_a_system_that_does_not_tell_its_load_counts_as_quiet(monkeypatch) -> None:
    monkeypatch.delattr(os, "getloadavg", raising=False)
    assert Clock(10.0).left_s == pytest.approx(9.3, abs=0.1)
