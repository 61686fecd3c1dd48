"""The API's calls since the oldest window shown: by version, and by key."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from core.monitoring.summary import WindowSummary
from core.serving.calls import CallCount, measure_calls
from core.serving.keys import ApiKeys
from core.wording import percent, score_text
from pages.shared.monitor_windows import Subject
from pages.shared.state import workspace


def show_calls(subject: Subject, windows: Sequence[WindowSummary]) -> None:
    """Show calls of the API, answered and refused, by version and by key."""
    since = windows[0].start if windows else None
    counts = workspace().monitoring.calls(subject.project_id, since)
    if not counts:
        st.caption(
            "The API has not been called yet; its calls are counted here by version "
            "and by key, those that were refused too."
        )
        return
    named = {key.id: key.name for key in ApiKeys(workspace().database).list()}
    named |= {"": "none", "server": "the server's own"}
    st.subheader("Calls of the API", anchor=False)
    _table(counts, "Version", lambda each: str(each.version))
    _table(counts, "Key", lambda each: named.get(each.key_id, each.key_id))
    strangers = int(measure_calls(counts)["strangers"])
    said = f" {strangers:,} came without a valid key." if strangers else ""
    st.caption(
        "Every call for predictions, by whole hours. *Not answered* counts calls with "
        "wrong values, over a limit, or that failed; times have steps of 9 %, from the "
        f"first byte to the last.{said}"
    )


def _table(
    counts: Sequence[CallCount], title: str, of: Callable[[CallCount], str]
) -> None:
    names = sorted({of(each) for each in counts})
    rows = [
        {title: name, **_row([each for each in counts if of(each) == name])}
        for name in names
    ]
    st.dataframe(
        pd.DataFrame(rows).dropna(axis="columns", how="all").fillna(""),
        hide_index=True,
        alt=f"Calls of the API by {title.lower()}.",
    )


def _row(counts: Sequence[CallCount]) -> dict[str, object]:
    told = measure_calls(counts)
    refused, warned = told.get("refused"), told.get("warned_rows")
    return {
        "Calls": f"{int(told['calls']):,}",
        "Not answered": None if refused is None else percent(refused),
        "With a warning": None if warned is None else percent(warned),
        "Median ms": _ms(told.get("ms50")),
        "95th": _ms(told.get("ms95")),
        "99th": _ms(told.get("ms99")),
    }


def _ms(value: float | None) -> str | None:
    return None if value is None else score_text(value, 10.0)
