"""A run under way: progress, time left, leaderboard so far, stop."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.modeling import METRICS, Metric, TrainingPlan, find_metric
from core.plots.training import draw_search
from core.wording import decimals_of_score
from core.workspace import Job
from pages.shared.frame import md, show_chart
from pages.shared.state import workspace
from pages.shared.train_words import duration, table

_N_SHOWN = 10


def watch_run(job: Job) -> None:
    """Show a run while it works; the page runs once more when it has ended."""

    @st.fragment(run_every=1.0)
    def view() -> None:
        now = workspace().jobs.get(job.id)
        if not now.is_active:
            st.rerun()
        _show(now)

    view()


def _show(job: Job) -> None:
    remaining_s = job.detail.get("remaining_s")
    left = "" if remaining_s is None else f" · {duration(remaining_s)} left"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(job.progress, text=f"{md(job.message)}{left}", width="stretch")
        st.button(
            "Stop and keep what is done",
            icon=":material/stop_circle:",
            disabled=job.stop_requested,
            on_click=workspace().jobs.stop,
            args=(job.id,),
            key=f"stop-{job.id}",
        )
    rows = job.detail.get("leaderboard", [])
    if not rows:
        st.caption(
            "The first model comes within seconds. You may close this page: the run "
            "goes on, and its address shows it again."
        )
        return
    metric = metric_of(TrainingPlan.from_dict(job.arguments["plan"]))
    left_half, right_half = st.columns(2, gap="large")
    with left_half:
        show_chart(draw_search(rows, metric), key="live-search")
    with right_half:
        st.dataframe(
            table(rows[:_N_SHOWN])[["Candidate", "Score", "95% interval", "Fit (s)"]],
            hide_index=True,
            column_config={
                "Score": st.column_config.NumberColumn(
                    metric.title, format=f"%.{decimals_of_score(_best(rows))}f"
                ),
                "Fit (s)": st.column_config.TextColumn(alignment="right"),
            },
            alt="The best candidates so far",
            key="live-board",
        )
        more = len(rows) - _N_SHOWN
        if more > 0:
            st.caption(f"and {more} more")


def _best(rows: Sequence[Mapping[str, Any]]) -> float:
    return next((row["score"] for row in rows if row["score"] is not None), 0.0)


def metric_of(plan: TrainingPlan) -> Metric:
    """Return the metric that a plan's run chooses by."""
    if plan.metric is not None and plan.metric in METRICS:
        return METRICS[plan.metric].with_options(plan.metric_options)
    return find_metric(None, plan.task or "regression")
