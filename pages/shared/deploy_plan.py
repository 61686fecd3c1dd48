"""The tab Plan: how to deploy a version, how much it answers, and what that costs."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.errors import WorkspaceError
from core.registry import ModelVersion, VersionInfo
from core.workspace import RunRecord
from pages.shared.deploy_adviser import show_adviser
from pages.shared.deploy_capacity import show_capacity
from pages.shared.deploy_cost import show_cost
from pages.shared.frame import stop_on_error
from pages.shared.state import workspace


def show_plan(project_id: str, versions: Sequence[VersionInfo]) -> None:
    """Ask which version, and show adviser, capacity and cost for it."""
    infos = {info.number: info for info in versions}
    champion = workspace().registry.champion(project_id)
    number = st.selectbox(
        "Version",
        list(infos),
        index=list(infos).index(champion) if champion in infos else 0,
        format_func=lambda n: f"{n} (live)" if n == champion else str(n),
        key="plan-version",
        width=220,
    )
    with stop_on_error():
        version = workspace().service(project_id, number).version
    run = _run_of(version)
    show_adviser(project_id, infos[number], _facts(version, infos[number], run))
    measured = show_capacity(project_id, number)
    show_cost(measured, run, version.lineage.get("candidate", ""))


def _run_of(version: ModelVersion) -> RunRecord | None:
    """Return the run that a version is from, if it is still known."""
    try:
        return workspace().training.get(version.lineage["run"])
    except (KeyError, WorkspaceError):
        return None


def _facts(
    version: ModelVersion, info: VersionInfo, run: RunRecord | None
) -> dict[str, Any]:
    """Return the adviser's answers that the version itself gives."""
    found: dict[str, Any] = {
        "n_columns": len(version.schema),
        "size_mb": info.summary["size_bytes"] / 1e6,
        "learns_online": version.model.updatable,
    }
    split = version.lineage.get("split")
    if split:
        found["n_rows"] = split["n_train"] + split["n_validation"]
    name = version.lineage.get("candidate")
    rows = [] if run is None else run.leaderboard
    timed = [row for row in rows if row["candidate"] == name and row.get("row_ms")]
    if timed:
        found["row_ms"] = timed[0]["row_ms"]
    return found
