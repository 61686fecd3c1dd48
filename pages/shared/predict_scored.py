"""A file that was answered while one waited."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.serving import Service
from core.serving.batch import BatchOptions, neutralise_formulas, score_table
from core.wording import counted
from pages.shared.predict_batch import answered_name
from pages.shared.state import workspace

_N_SHOWN = 8


@dataclass(frozen=True, eq=False)
class ScoredFile:
    """A file whose rows were answered and kept.

    Attributes
    ----------
    made_from : tuple of str and dict
        The upload, and how its columns were matched.
    csv : bytes
        All rows in the order of the file, safe to open in a spreadsheet.
    head : DataFrame of shape (at most 8, n_columns + n_answers)
    n_rows, n_warned : int
        Rows answered; of these, with a warning.
    """

    made_from: tuple[str, dict[str, str]]
    csv: bytes
    head: pd.DataFrame
    n_rows: int
    n_warned: int


def score_now(
    service: Service, frame: pd.DataFrame, options: BatchOptions, upload_id: str
) -> ScoredFile:
    """Answer and keep all rows; the answers stand behind the file's own columns."""
    scored = score_table(service, frame, log=workspace().log, options=options)
    warned = scored[scored.columns[-2]] != ""
    return ScoredFile(
        made_from=(upload_id, dict(options.mapping)),
        csv=neutralise_formulas(scored).to_csv(index=False).encode(),
        head=scored.iloc[:_N_SHOWN, frame.shape[1] :],
        n_rows=len(scored),
        n_warned=int(warned.sum()),
    )


def show_scored(scored: ScoredFile, file_name: str, version: int) -> None:
    """Show what became of the file, its download, and the first answers."""
    warned = f", {scored.n_warned:,} with a warning" if scored.n_warned else ""
    st.success(
        f"Answered and kept: {counted('row', scored.n_rows)}{warned}.",
        icon=":material/check_circle:",
    )
    st.download_button(
        "Download the answered file",
        scored.csv,
        file_name=f"{answered_name(file_name)}-v{version}.csv",
        mime="text/csv",
        type="primary",
        icon=":material/download:",
        on_click="ignore",
    )
    st.dataframe(scored.head, hide_index=True, alt="The first answers.")
    st.caption("The first answers; in the file they stand behind its own columns.")
