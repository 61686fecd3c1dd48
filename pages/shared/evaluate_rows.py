"""Opened test rows: read once, shown page by page."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.evaluation import Evaluation
from core.wording import counted
from core.workspace.opened import OpenedRows
from pages.shared.state import workspace

MOST_ROWS = 500
PAGE_ROWS = 100
_MOST_COLUMNS = 40


@dataclass(frozen=True, eq=False)
class Report:
    """An evaluation, and the way to the rows it was made on; read when asked for."""

    evaluation: Evaluation
    rows: Callable[[], OpenedRows]


@st.cache_resource(max_entries=4, show_spinner="Reading the test rows")
def opened_rows(cycle_id: str, evaluation_id: str) -> OpenedRows:
    """Return the rows of one evaluation, which never changes."""
    del evaluation_id
    return workspace().opened.rows(cycle_id)


def show_opened(
    given: OpenedRows, target: str, places: np.ndarray, what: str, *, key: str
) -> None:
    """Show rows in the order given: at most five pages of a hundred."""
    n_shown, page = min(len(places), MOST_ROWS), 1
    st.markdown(f"**{counted('row', len(places))}** {what}")
    if not n_shown:
        return
    if n_shown > PAGE_ROWS:
        n_pages = -(-n_shown // PAGE_ROWS)
        page = st.pagination(n_pages, key=f"page-{key}-{len(places)}")
    start = (page - 1) * PAGE_ROWS
    shown = places[start : min(start + PAGE_ROWS, n_shown)]
    table = table_of(given, target, shown)
    st.dataframe(
        table,
        height=35 * min(len(shown), 8) + 38,
        alt=f"{len(shown)} of the rows, with what was predicted.",
        key=f"rows-{key}",
    )
    notes = ["The number in front is the row's place among the test rows, from 0."]
    if n_shown < len(places):
        notes.append(f"The first {n_shown:,} of {len(places):,} rows.")
    st.caption(" ".join(notes))


def table_of(given: OpenedRows, target: str, places: np.ndarray) -> pd.DataFrame:
    """Return rows with the truth, the answer and how far off it is in front."""
    held, frame = given.held, given.frame.iloc[places]
    output = held.output[places]
    said: dict[str, object] = {}
    if held.task == "regression":
        said = {
            f"Predicted {target}": output,
            "Actual minus predicted": held.error[places],
        }
    else:
        codes = held.predicted[places]
        said = {
            f"Predicted {target}": [str(held.classes[code]) for code in codes],
            "Its probability": output[np.arange(len(places)), codes],
        }
    names = [target, *(name for name in frame.columns if name != target)]
    shown = frame[names[:_MOST_COLUMNS]].rename(columns={target: f"Actual {target}"})
    front = pd.DataFrame(said, index=frame.index)
    front = front.drop(columns=[c for c in front.columns if c in shown.columns])
    return pd.concat([shown.iloc[:, :1], front, shown.iloc[:, 1:]], axis=1)
