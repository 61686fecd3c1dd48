"""How the version answered over time: calls, time, warnings, promises and money."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.monitoring.service_metrics import SOURCE
from core.monitoring.summary import WindowSummary
from core.plots.windows import draw_service
from core.wording import percent, score_text
from pages.shared.frame import show_chart

_PLACES = {"api": "the API", "page": "the page", "batch": "files"}


def show_service(windows: Sequence[WindowSummary]) -> None:
    """Show the service of every window, newest first, and the time calls took."""
    measured = [window for window in windows if window.service]
    if not measured:
        return
    st.header("Service", anchor=False)
    timed = [window for window in measured if "p50" in window.service]
    if len(timed) > 1:
        show_chart(draw_service(timed), key="monitor-service")
    st.dataframe(
        pd.DataFrame([_row(window) for window in reversed(measured)])
        .dropna(axis="columns", how="all")
        .fillna(""),
        hide_index=True,
    )
    if any("covered" in window.service for window in measured):
        st.caption(
            "**Promise kept** is the share of intervals or sets that held the outcome; "
            "well below what was promised, the answers are surer than they should be."
        )


def _row(window: WindowSummary) -> dict[str, object]:
    figures = window.service
    came = [
        f"{int(count):,} by {_PLACES.get(name[len(SOURCE) :], name[len(SOURCE) :])}"
        for name, count in figures.items()
        if name.startswith(SOURCE)
    ]
    promised = figures.get("promised")
    return {
        "Window": window.label,
        "Rows": f"{window.n_rows:,}",
        "Came": ", ".join(came) or None,
        "Calls": f"{int(calls):,}" if (calls := figures.get("calls")) else None,
        "Not answered": _share(figures.get("refused")),
        "With a warning": _share(figures.get("warned")),
        "Median ms": _number(figures.get("p50")),
        "95th": _number(figures.get("p95")),
        "99th": _number(figures.get("p99")),
        "Promise kept": None
        if promised is None
        else f"{percent(figures['covered'])} of {int(figures['n_covered']):,} "
        f"(promised {percent(promised, 0)})",
        "Mean cost of a row": _number(figures.get("cost")),
    }


def _share(value: float | None) -> str | None:
    return None if value is None else percent(value)


def _number(value: float | None) -> str | None:
    return None if value is None else score_text(value, 10.0)
