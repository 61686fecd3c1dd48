"""Asking for a training plan: time, metric, families."""

import streamlit as st

from core.modeling import (
    FAMILIES,
    METRIC_OPTIONS,
    UNAVAILABLE,
    TrainingPlan,
    metrics_for,
)
from core.workspace import Cycle, SplitRecord
from pages.shared.frame import facts, md
from pages.shared.state import workspace
from pages.shared.train_hint import show_hint
from pages.shared.train_options import ask_options
from pages.shared.train_words import duration

BUDGETS_S = (15, 60, 300, 900, 3600)


@st.cache_data(max_entries=50, show_spinner=False)
def _n_features(split_id: str) -> int:
    return int(workspace().data.part(split_id, "train").shape[1]) - 1


def show_ground(cycle: Cycle, split: SplitRecord) -> None:
    """Show what will be trained on."""
    chosen_on = "folds" if split.in_folds else f"{split.n_validation:,}"
    facts(
        (
            ("Target", f"{cycle.target} ({cycle.task})"),
            ("Training rows", f"{split.n_train:,}"),
            ("Validation rows", chosen_on),
            ("Columns", f"{_n_features(split.id):,}"),
        )
    )


def ask_plan(cycle: Cycle, split: SplitRecord, key: str) -> TrainingPlan | None:
    """Ask for time, metric and families; return the plan when Train is pressed."""
    if cycle.target is None or cycle.task is None:
        return None
    left, right = st.columns(2, gap="large")
    budget_s = left.segmented_control(
        "Time budget",
        BUDGETS_S,
        default=60,
        required=True,
        format_func=duration,
        key=f"{key}-budget",
        help="A good model comes within seconds; more time is spent on better ones.",
    )
    metrics = {metric.name: metric for metric in metrics_for(cycle.task)}
    metric = right.selectbox(
        "Metric to choose by",
        list(metrics),
        format_func=lambda name: metrics[name].title,
        key=f"{key}-metric",
    )
    options = _ask_options(metric, key)
    with st.container(horizontal=True):
        families = _ask_families(key)
        more = ask_options(cycle, split, key)
    show_hint(cycle, split, families, float(budget_s or 60))
    if not st.button(
        "Train", type="primary", icon=":material/play_arrow:", key=f"{key}-train"
    ):
        return None
    if not families:
        st.warning("Tick at least one family.")
        return None
    return TrainingPlan(
        cycle.target, cycle.task, metric, float(budget_s or 60), families,
        metric_options=options, **more,
    )  # fmt: skip


def _ask_options(metric: str, key: str) -> dict[str, float]:
    """Ask for the metric's parameters, where it has any."""
    offered = METRIC_OPTIONS.get(metric, ())
    if not offered:
        return {}
    columns = st.columns(max(2, len(offered)), gap="medium")
    return {
        option.name: column.number_input(
            option.title, min_value=option.low, max_value=option.high,
            value=option.default, help=option.about, key=f"{key}-{option.name}",
        )
        for column, option in zip(columns, offered, strict=False)
    }  # fmt: skip


def _ask_families(key: str) -> tuple[str, ...]:
    """Ask which families to try; the baseline is always trained."""
    offered = [name for name in FAMILIES if name != "baseline"]
    with st.popover("Families of models to try", icon=":material/tune:"):
        st.caption("The baseline is always trained: every other model has to beat it.")
        ticked = []
        for name in offered:
            missing = UNAVAILABLE.get(name)
            if st.checkbox(
                f"**{FAMILIES[name].title}**  \n:gray[{md(FAMILIES[name].about)}]",
                value=missing is None and not FAMILIES[name].asked_for,
                disabled=missing is not None,
                key=f"{key}-{name}",
                help=missing,
            ):
                ticked.append(name)
    return tuple(ticked)
