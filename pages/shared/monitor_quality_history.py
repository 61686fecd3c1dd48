"""Who has changed what is expected of the columns, when and why."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.monitoring.quality_rules import ASPECTS
from core.workspace.quality_rules import Revision

ALL_ROWS = "(all rows)"


def show_history(number: int, history: Sequence[Revision]) -> None:
    """Show every state that the rules of a version had, newest first."""
    if not history:
        return
    newest = history[0]
    if newest.number != number:
        st.caption(f"Taken over from version {newest.number}.")
    st.dataframe(
        pd.DataFrame([_history_row(each) for each in history]),
        hide_index=True,
        alt="Who changed the expectations, when and why.",
    )


def _history_row(each: Revision) -> dict[str, object]:
    return {
        "Kept (UTC)": f"{each.saved_at:%Y-%m-%d %H:%M}",
        "Hold from": f"{each.since:%Y-%m-%d %H:%M}",
        "Version": each.number,
        "Who": each.who,
        "Own rules": "; ".join(
            f"{rule.column or ALL_ROWS}, {ASPECTS[rule.check].title.lower()}: "
            f"{rule.value or ('as learned' if rule.active else 'off')}"
            for rule in each.rules
        )
        or "none",
        "Why": each.why,
    }
