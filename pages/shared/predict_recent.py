"""The answers given last, with their ids."""

import pandas as pd
import streamlit as st

from core.errors import RondoError
from core.serving import Answer, Service
from core.serving.receipt import Receipt, find_kept, replay
from core.wording import counted
from pages.shared.frame import md, show_error
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
    _ask_receipt(project_id)
    st.caption(
        f"Kept in all: {counted('answer', log.count(project_id))}. "
        "Monitor compares them with what came true."
    )


def _ask_receipt(project_id: str) -> None:
    """Ask for an id, and show what was answered then beside the answer of now."""
    given = st.text_input(
        "Receipt of an answer, by its id",
        key=f"receipt-{project_id}",
        placeholder="the id that came with the answer",
        help="The version that gave the answer is asked once more with the row as it "
        "was sent; both answers must be the same, bit for bit.",
    ).strip()
    if not given:
        return
    try:
        kept = find_kept(workspace().database, project_id, given)
        version = workspace().registry.load(project_id, kept.version)
        _show_receipt(replay(Service(version), kept))
    except RondoError as error:
        show_error(error)


def _show_receipt(receipt: Receipt) -> None:
    kept = receipt.kept
    told = (
        f"Version {kept.version} answered on {kept.at:%Y-%m-%d at %H:%M:%S} UTC, "
        f"asked through {_SOURCES.get(kept.source, kept.source)}."
    )
    if receipt.matches:
        st.success(f"{told} Asked again, it gives the same, bit for bit.")
    elif receipt.masked:
        names = md(", ".join(receipt.masked))
        st.info(f"{told} It cannot be asked again: {names} was left out or hashed.")
    else:
        parts = md(", ".join(receipt.differing))
        st.error(f"{told} Asked again, it gives something else: {parts}.")
    left, right = st.columns(2)
    with left:
        st.caption("The row as it was sent")
        st.json(dict(kept.inputs))
    with right:
        st.caption("The answer as it was kept")
        st.json(dict(kept.answer))
