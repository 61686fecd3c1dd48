"""The answers given last, with their ids."""

import pandas as pd
import streamlit as st

from core.serving import Answer
from core.wording import counted
from pages.shared.predict_answer import in_words
from pages.shared.state import workspace

N_RECENT = 20
_SOURCES = {
    "form": "this page",
    "page": "Deploy page",
    "api": "API",
    "batch": "a whole file",
}
_COLUMNS = ["at", "prediction", "probability", "outcome", "version", "source", "id"]


def show_recent(project_id: str) -> None:
    """Show the last answers of a project, newest first."""
    log = workspace().log
    meta = log.read(project_id, limit=N_RECENT).meta
    if meta.empty:
        st.caption("No answer has been given yet.")
        return
    shown = meta.iloc[::-1][_COLUMNS].copy()
    shown["prediction"] = [in_words(Answer(value)) for value in shown["prediction"]]
    shown["outcome"] = [
        "" if pd.isna(value) else in_words(Answer(value)) for value in shown["outcome"]
    ]
    shown["source"] = [_SOURCES.get(each, each) for each in shown["source"]]
    st.dataframe(
        shown,
        hide_index=True,
        height="content",
        alt=f"{counted('answer', len(shown))}, newest first.",
        column_config={
            "at": st.column_config.DatetimeColumn("When (UTC)"),
            "prediction": "Answer",
            "probability": st.column_config.NumberColumn(
                "Probability", format="percent"
            ),
            "outcome": "What came true",
            "version": "Version",
            "source": "Through",
            "id": st.column_config.TextColumn("Id", width="large"),
        },
    )
    st.caption(
        f"Kept in all: {counted('answer', log.count(project_id))}. "
        "Monitor compares them with what came true."
    )
