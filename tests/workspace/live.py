"""A small live project for tests of monitoring: built once, copied for each test."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd

from core.settings import Settings
from core.workspace import Workspace
from tests.rounds import QUICK, go_round
from tests.workspace.conftest import customers

PROJECT = "who-leaves"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def build(
    folder: Path, n_rows: int = 700, *, ended_by_its_budget: bool = False
) -> None:
    """Take a small table as far as a champion."""
    workspace = Workspace(settings_in(folder, "home"))
    plan, ends = QUICK, None
    if ended_by_its_budget:
        plan, ends = replace(plan, budget_s=2, families=("linear", "extra_trees")), {}
    cycle = go_round(workspace, customers(n_rows), plan, ends)
    assert cycle.project_id == PROJECT
    workspace.close()


def copied(folder: Path, name: str) -> Workspace:
    """Open a copy of the home that `build` made."""
    shutil.copytree(folder / "home", folder / name)
    return Workspace(settings_in(folder, name))


def settings_in(folder: Path, name: str) -> Settings:
    return Settings(home=folder / name, models=folder / "models")


def drifted(n_rows: int, seed: int) -> pd.DataFrame:
    """Rows whose calls have tripled."""
    rows = customers(n_rows, seed)
    return rows.assign(calls=rows["calls"] * 3 + 1)


def use(workspace: Workspace, rows: pd.DataFrame, month: int) -> list[str]:
    """Predict rows at a moment of a month after March 2026."""
    service = workspace.service(PROJECT)
    inputs = rows.drop(columns="left")
    answers = service.predict(inputs, strict=False)
    at = START + timedelta(days=31 * month)
    return workspace.log.append(
        PROJECT, 1, inputs, answers, latency_ms=2.0, source="batch", at=at
    )
