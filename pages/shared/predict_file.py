"""A whole file of rows: read, matched with the model's columns, answered, kept."""

from dataclasses import dataclass
from typing import BinaryIO

import pandas as pd
import streamlit as st

from core.data import read_table
from core.data.reading.flow import open_flow
from core.serving import Service
from core.serving.batch import BatchOptions
from core.wording import counted
from pages.shared.frame import stop_on_error
from pages.shared.predict_batch import ask_reasons, show_batches, start_batch
from pages.shared.predict_match import ask_mapping, match_columns, show_match
from pages.shared.predict_scored import ScoredFile, score_now, show_scored
from pages.shared.state import forget, recall, remember, workspace

MOST_AT_ONCE = 20_000
"""Rows that the page answers while one waits; more of them make a job."""
LARGE_BYTES = 8_000_000
"""From here on only the beginning of a file is read before the job."""
_COST_OF_REASONS = 200
_N_SHOWN = 8
_TYPES = ["csv", "tsv", "txt", "gz", "zip", "json", "parquet", "xlsx"]


@dataclass(frozen=True, eq=False)
class Brought:
    """A file that was uploaded.

    Attributes
    ----------
    frame : DataFrame
        All of its rows, or the first ones of a large file.
    n_rows : int or None
        None where only the job will tell.
    n_refused : int
        Lines left out among the rows read.
    batch_id : str or None
        Of a large file, which lies on disk.
    """

    frame: pd.DataFrame
    n_rows: int | None
    n_refused: int
    batch_id: str | None


def score_whole_file(service: Service) -> None:
    """Show the tab: upload, look, match, answer, download."""
    version = service.version
    uploaded = st.file_uploader(
        "A table with the columns of the model, one row for each answer",
        type=_TYPES,
        key=f"predict-file-{version.project}",
    )
    kept = f"scored-{version.label}"
    if uploaded is None:
        forget(kept)
        show_batches(version.project)
        return
    with stop_on_error():
        brought = _bring(uploaded.file_id, version.project, uploaded)
    names = [str(name) for name in brought.frame.columns]
    mapping = ask_mapping(version.schema, names, f"map-{uploaded.file_id}")
    show_match(match_columns(version.schema, names, mapping), brought.n_refused)
    scored: ScoredFile | None = recall(kept)
    if scored is not None and scored.made_from == (uploaded.file_id, mapping):
        show_scored(scored, uploaded.name, version.number)
        return
    _show_head(brought)
    options = BatchOptions(mapping, ask_reasons(service))
    _answer(service, uploaded, brought, options, kept)
    show_batches(version.project)


def _answer(
    service: Service,
    uploaded: BinaryIO,
    brought: Brought,
    options: BatchOptions,
    kept: str,
) -> None:
    """Show the button, and answer now or by a job."""
    file_id, name = getattr(uploaded, "file_id", ""), getattr(uploaded, "name", "table")
    cost = _COST_OF_REASONS if options.n_reasons else 1
    at_once = brought.n_rows is not None and brought.n_rows * cost <= MOST_AT_ONCE
    rows = "all rows" if brought.n_rows is None else counted("row", brought.n_rows)
    if not st.button(f"Answer {rows}", type="primary", icon=":material/play_arrow:"):
        return
    with stop_on_error():
        if at_once:
            with st.spinner("Answering and keeping every row"):
                scored = score_now(service, brought.frame, options, file_id)
            remember(kept, scored)
        else:
            project = service.version.project
            batch_id = brought.batch_id
            if (
                batch_id is None
                or not workspace().batches.source(project, batch_id).exists()
            ):
                batch_id = workspace().batches.bring(project, uploaded)
            start_batch(service, batch_id, name, options)
    st.rerun()


@st.cache_resource(max_entries=2, scope="session", show_spinner="Reading the file")
def _bring(
    upload_id: str,  # noqa: ARG001
    project_id: str,
    _uploaded: BinaryIO,
) -> Brought:
    _uploaded.seek(0, 2)
    size = _uploaded.tell()
    _uploaded.seek(0)
    if size < LARGE_BYTES:
        table = read_table(_uploaded, name=getattr(_uploaded, "name", "table"))
        return Brought(table.frame, len(table.frame), table.report.n_refused, None)
    batches = workspace().batches
    batch_id = batches.bring(project_id, _uploaded)
    piece = next(open_flow(batches.source(project_id, batch_id)).pieces)
    return Brought(piece.frame.head(1_000), None, piece.n_refused, batch_id)


def _show_head(brought: Brought) -> None:
    head = brought.frame.head(_N_SHOWN)
    config = {
        str(name): st.column_config.DateColumn()
        for name in head.select_dtypes("datetime")
        if (head[name].dropna() == head[name].dropna().dt.normalize()).all()
    }
    alt = "The first rows of the file."
    st.dataframe(head, hide_index=True, alt=alt, column_config=config)
    columns = counted("column", brought.frame.shape[1])
    if brought.n_rows is None:
        st.caption(f"The first rows of a large file; {columns}.")
    else:
        st.caption(f"{counted('row', brought.n_rows)}, {columns}.")
