"""The questions that decide how to deploy, as a short form."""

from typing import Any, Final

import streamlit as st

from core.deployment.adviser import Answers

_WORDS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "caller": (
        "Who asks?",
        {"one": "One program", "several": "Several programs", "people": "People"},
    ),
    "language": (
        "Its language",
        {"python": "Python", "javascript": "JavaScript", "other": "Another"},
    ),
    "delay": (
        "An answer is needed",
        {"instant": "At once", "hours": "Within hours"},
    ),
    "data": (
        "The data",
        {
            "stay": "Must stay on own machines",
            "answers": "May leave without names",
            "anywhere": "May be anywhere",
        },
    ),
    "machines": (
        "What there is to run it on",
        {
            "none": "Nothing yet",
            "servers": "Servers with room",
            "containers": "A cluster for containers",
            "mlflow": "An MLflow installation",
        },
    ),
    "changes": (
        "What it learned holds for",
        {"years": "Years", "months": "Months", "days": "Days"},
    ),
    "outcomes": (
        "True answers are known",
        {"never": "Never", "weeks": "After weeks", "days": "Within days"},
    ),
}
_NUMBERS: Final[dict[str, tuple[str, float, float, float]]] = {
    "calls_per_hour": ("Calls an hour", 1.0, 1e9, 1_000.0),
    "rows_a_call": ("Rows in a call", 1.0, 1e6, 1.0),
    "goal_ms": ("Milliseconds allowed", 1.0, 1e7, 200.0),
    "swing": ("Busiest hour, times the mean", 1.0, 1e3, 2.0),
}


def ask_answers() -> dict[str, Any]:
    """Show the form; its answers are kept while the tab is open."""
    given: dict[str, Any] = {}
    defaults = Answers()
    columns = st.columns(4)
    for place, (name, (label, options)) in enumerate(_WORDS.items()):
        given[name] = columns[place % 4].selectbox(
            label,
            list(options),
            index=list(options).index(getattr(defaults, name)),
            format_func=options.__getitem__,
            key=f"advice-{name}",
            persist_state="session",
        )
    given["replaces"] = columns[3].checkbox(
        "It replaces a system", key="advice-replaces", persist_state="session"
    )
    for column, (name, (label, low, high, value)) in zip(
        st.columns(4), _NUMBERS.items(), strict=True
    ):
        given[name] = column.number_input(
            label,
            low,
            high,
            value,
            format="%.1f" if name == "swing" else "%.0f",
            key=f"advice-{name}",
            persist_state="session",
        )
    return given
