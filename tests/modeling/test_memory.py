from pathlib import Path

import numpy as np
import pytest

from core.modeling import memory
from core.modeling.memory import container_free_bytes, free_memory_bytes


def _container(folder: Path, limit: str) -> Path:
    (folder / "memory.max").write_text(limit)
    (folder / "memory.current").write_text("700\n")
    (folder / "memory.stat").write_text("anon 400\ninactive_file 200\n")
    return folder


def test_a_containers_limit_counts_without_the_files_it_can_give_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert container_free_bytes(_container(tmp_path, "1000\n")) == 500
    found = free_memory_bytes()
    assert found is None or found > 500
    monkeypatch.setattr(memory, "container_free_bytes", lambda: 500)
    assert free_memory_bytes() == 500


def test_a_container_without_a_limit_leaves_it_to_the_machine(tmp_path: Path) -> None:
    assert container_free_bytes(_container(tmp_path, "max\n")) is None
    assert container_free_bytes(tmp_path / "none") is None


def test_a_candidate_that_would_not_fit_into_memory_is_skipped_with_a_message(
    churn, quick, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.modeling.material.free_memory_bytes", lambda: 100_000)
    run = quick(churn, "left", families=("linear", "lightgbm"), n_candidates=3)
    states = {entry.candidate: entry for entry in run.entries}
    skipped = states["Linear model"]
    assert skipped.state == "skipped"
    assert "GB of memory are free" in skipped.message
    assert states["Baseline"].state == "done"
    assert np.isfinite(run.leaderboard["score"][0])
