"""Faults put into a copy of the stream: what catches each, and what was lost before."""

import pandas as pd
import streamlit as st

from core.wording import counted, percent, score_text
from core.workspace.rehearsing import Trial
from pages.shared.frame import md
from pages.shared.monitor_rehearsal import newest_result
from pages.shared.monitor_windows import Subject


def show_break_it(subject: Subject, *, as_share: bool) -> None:
    """Show which rule catches which fault, when, and what was lost before.

    `as_share` tells whether the model answers with probabilities.
    """
    st.header("Break it", anchor=False)
    st.caption(
        "Faults are put into a copy of the test rows, into the columns that the model "
        "relies on most; the live stream is not touched. *After* so many broken rows a "
        "rule alarms without outcomes; until then answers are off by so much, and the "
        "metric becomes what the last column says."
    )
    found = newest_result(subject, "break", "Break it", 200)
    if found is None:
        return
    trials = [Trial.from_dict(each) for each in found["trials"]]
    st.dataframe(
        pd.DataFrame([_trial_row(each, as_share=as_share) for each in trials]),
        hide_index=True,
        alt="Each fault, what caught it, and what was lost before.",
    )
    blind = [each.title.lower() for each in trials if not each.caught_by]
    if blind:
        st.warning(
            f"Nothing but outcomes shows {md(', '.join(blind))}. Bring outcomes in "
            "early, or watch the column with a rule of its own.",
            icon=":material/visibility_off:",
        )


def _trial_row(each: Trial, *, as_share: bool) -> dict[str, object]:
    moved = percent(each.moved) if as_share else score_text(each.moved)
    return {
        "Fault": each.title,
        "Broken": ", ".join(each.columns),
        "Caught by": each.caught_by or "nothing",
        "After": counted("row", each.n_rows) if each.caught_by else "",
        "Outcomes tell": ""
        if each.by_outcomes is None
        else counted("window", each.by_outcomes),
        "Answers off": moved if each.moved else "",
        each.metric: f"{score_text(each.healthy)} → {score_text(each.broken)}",
    }
