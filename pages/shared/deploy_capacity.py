"""How much a version answers on this machine: a load test, and the goal."""

import pandas as pd
import streamlit as st

from core.deployment.capacity import Level, LoadTest, within_goal
from core.plots.capacity import draw_load
from core.wording import counted, score_text
from pages.shared.frame import md, show_chart, stop_on_error
from pages.shared.jobs import watch_job
from pages.shared.state import workspace


def show_capacity(project_id: str, number: int) -> tuple[LoadTest, Level] | None:
    """Offer the load test of a version, and show what the last one measured.

    Returns
    -------
    (found, best) or None
        The test, and its level with the largest rate within the goal, if any.
    """
    st.header("Capacity", anchor=False)
    st.caption(
        "One server process answers with this version, on this machine and in a home "
        "of its own, while 1 to 64 clients call it, 2 seconds each. The project's log "
        "is not touched. It runs at low priority; clients and server share the cores."
    )
    capacity = workspace().capacity
    job = capacity.newest_job(project_id, number)
    if job is not None and job.is_active:
        watch_job(job.id, "Load test")
    else:
        if job is not None and job.state == "failed":
            watch_job(job.id, "Load test")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            rows = st.number_input(
                "Rows in a call of the test", 1, 1_000, 1, key="load-rows", width=220
            )
            if st.button("Run the load test", icon=":material/speed:", key="load-run"):
                with stop_on_error():
                    capacity.start(project_id, number, int(rows))
                st.rerun()
    found = capacity.latest(project_id, number)
    best = None if found is None else _show_found(found)
    return None if found is None or best is None else (found, best)


def _show_found(found: LoadTest) -> Level | None:
    goal_ms = st.number_input(
        "Latency goal: 95 of 100 calls within (ms)",
        1.0,
        60_000.0,
        200.0,
        format="%.0f",
        key="load-goal",
        width=320,
        persist_state="session",
    )
    best = within_goal(found.levels, goal_ms)
    if best is None:
        st.warning(
            f"No level kept {goal_ms:,.0f} ms. Allow more, take a faster candidate, or "
            "test again when the machine is quieter.",
            icon=":material/speed:",
        )
    else:
        st.success(
            f"Within {goal_ms:,.0f} ms one copy answered **{score_text(best.per_s)} "
            f"calls a second** ({counted('client', best.n_clients)}; "
            f"{counted('call', best.n_calls)}, 95 of 100 within "
            f"{score_text(best.p95)} ms).",
            icon=":material/speed:",
        )
    st.dataframe(load_table(found), hide_index=True, alt="What each level found.")
    st.caption(md(machine_words(found)))
    show_chart(draw_load(found.levels, goal_ms), "load-chart")
    return best


def load_table(found: LoadTest) -> pd.DataFrame:
    """Return one row a level."""
    return pd.DataFrame(
        {
            "Clients": [each.n_clients for each in found.levels],
            "Calls/s": [score_text(each.per_s) for each in found.levels],
            "p50 ms": [score_text(each.p50) for each in found.levels],
            "p95 ms": [score_text(each.p95) for each in found.levels],
            "p99 ms": [score_text(each.p99) for each in found.levels],
            "CPU ms": [score_text(each.cpu_ms) for each in found.levels],
            "MB": [score_text(each.memory_mb) for each in found.levels],
            "Calls": [each.n_calls for each in found.levels],
            "Failed": [each.n_failed for each in found.levels],
        }
    )


def machine_words(found: LoadTest) -> str:
    """Say where and when a test ran, and how busy it was there."""
    machine = found.machine
    memory = "" if machine.memory_gb is None else f", {machine.memory_gb:,.0f} GB"
    load = (
        ""
        if machine.load is None
        else f" Before it, {machine.load:.1f} processes wanted a core"
        + (
            ": it was busy, so a quiet machine answers more."
            if machine.load > machine.n_cores / 2
            else "."
        )
    )
    return (
        f"{found.at:%Y-%m-%d %H:%M} UTC, {machine.processor}, "
        f"{counted('core', machine.n_cores)}{memory}; "
        f"{counted('row', found.rows_a_call)} a call; ready "
        f"{found.start_s:.1f} s after its start.{load}"
    )
