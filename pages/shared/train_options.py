"""More options of a training plan: rows that weigh, classes, directions of columns."""

from typing import Any

import streamlit as st

from core.data import describe_schema
from core.workspace import Cycle, SplitRecord
from pages.shared.state import workspace

_NUMBERS = frozenset(("number", "integer", "boolean"))
_ALIKE = "All rows alike"


@st.cache_data(max_entries=50, show_spinner=False)
def _number_columns(split_id: str, target: str) -> tuple[str, ...]:
    rows = workspace().data.part(split_id, "train").drop(columns=target)
    kinds = describe_schema(rows).kinds
    return tuple(name for name, kind in kinds.items() if kind in _NUMBERS)


def ask_options(cycle: Cycle, split: SplitRecord, key: str) -> dict[str, Any]:
    """Ask for what most runs leave as it is; return arguments of `TrainingPlan`."""
    if cycle.target is None:
        return {}
    with st.popover("More options", icon=":material/settings:"):
        numbers = _number_columns(split.id, cycle.target)
        weight = _ask_weight(numbers, key)
        balanced = cycle.task != "regression" and st.toggle(
            "Balanced classes",
            key=f"{key}-balanced",
            help="Learn as if every class were as frequent as any other. Scores still "
            "count rows as they are.",
        )
        monotonic: dict[str, int] = {}
        if cycle.task != "multiclass":
            monotonic = _ask_directions([n for n in numbers if n != weight], key)
        largest = st.toggle(
            "Allow models of more than 20 MB",
            key=f"{key}-largest",
            help="By default the champion stays below 20 MB as a file, so that it can "
            "be sent and loaded anywhere.",
        )
        whole_budget = st.toggle(
            "Search until the time is over",
            key=f"{key}-whole",
            help="By default the search ends once 40 candidates in a row were no "
            "better, or one candidate for 20 training rows was tried (at least 16): "
            "choosing among more finds luck rather than a better model.",
        )
    return {
        "weight": weight,
        "balanced": balanced,
        "monotonic": monotonic,
        "largest": largest,
        "whole_budget": whole_budget,
    }


def _ask_weight(numbers: tuple[str, ...], key: str) -> str | None:
    chosen = st.selectbox(
        "How much a row counts",
        [None, *numbers],
        format_func=lambda name: _ALIKE if name is None else name,
        key=f"{key}-weight",
        help="A column of numbers from 0 on; it is no feature then. Fitting, scores, "
        "probabilities and thresholds follow it, and rows with 0 are left out.",
    )
    return None if chosen is None else str(chosen)


def _ask_directions(numbers: list[str], key: str) -> dict[str, int]:
    left, right = st.columns(2, gap="large")
    rising = left.multiselect(
        "May only raise the prediction",
        numbers,
        key=f"{key}-rising",
        help="A larger value never lowers the prediction, all else being equal. Trees "
        "and the linear model can promise that; other families are left out then.",
    )
    falling = right.multiselect(
        "May only lower the prediction",
        [name for name in numbers if name not in rising],
        key=f"{key}-falling",
        help="A larger value never raises the prediction, all else being equal.",
    )
    return {**dict.fromkeys(rising, 1), **dict.fromkeys(falling, -1)}
