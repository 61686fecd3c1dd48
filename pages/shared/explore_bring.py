"""Bringing a table in: files, an address, a database, or one the project has."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.workspace import Cycle, Dataset
from pages.shared.explore_fetch import ask_address, ask_database, limits_said, watch
from pages.shared.explore_options import ask_writing
from pages.shared.state import recall, remember, workspace

_TURN = "explore-upload"
_WAYS = ("Files", "Address", "Database")
_SOURCE_COLUMN = "file"


def ask_table(cycle: Cycle) -> None:
    """Ask for a table; it goes straight to the store, and the page runs anew."""
    key = f"{_TURN}-{cycle.id}-{recall(_TURN, 0)}"
    way = st.segmented_control(
        "Where the table is", _WAYS, default=_WAYS[0], required=True, key=f"{key}-way"
    )
    ask = {"Address": ask_address, "Database": ask_database}.get(way, _ask_files)
    dataset = ask(cycle, key)
    if dataset is not None:
        _use(cycle, dataset.id)
    earlier = workspace().data.list(cycle.project_id)
    if others := [item for item in earlier if item.id != cycle.dataset_id]:
        _offer_earlier(cycle, {item.id: item for item in others})


def _ask_files(cycle: Cycle, key: str) -> Dataset | None:
    settings = workspace().settings
    uploaded = st.file_uploader(
        "A table: one row for each case, one column for each thing known about it",
        key=key,
        max_upload_size=settings.max_upload_mb,
        accept_multiple_files=True,
    )
    st.caption(
        "CSV, TSV or JSON (also .gz or .zip), Parquet or Excel. Several files of the "
        f"same columns become one table. {limits_said()} It stays on this machine."
    )
    options = ask_writing(cycle.id)
    if len(uploaded) > 1:
        column = _ask_source_column(key, len(uploaded))
        if not st.button("Bring them in", type="primary", key=f"{key}-several"):
            return None
        options["source_column"] = column
    if not uploaded:
        return None
    sources = dict(zip(_names(uploaded), uploaded, strict=True))
    data, project = workspace().data, cycle.project_id
    return watch(
        lambda tell: data.import_files(project, sources, on_progress=tell, **options)
    )


def _names(uploaded: Sequence[Any]) -> list[str]:
    """Return the files' names; the same name again gets a number."""
    names: list[str] = []
    for file in uploaded:
        again = names.count(file.name)
        names.append(f"{file.name} ({again + 1})" if again else file.name)
    return names


def _ask_source_column(key: str, n_files: int) -> str | None:
    st.markdown(f"**{n_files} files** become one table, one behind the other.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.checkbox(
            "Add a column that says which file a row came from", key=f"{key}-add"
        )
        if not wanted:
            return None
        name = st.text_input("Its name", _SOURCE_COLUMN, key=f"{key}-column")
    return name.strip() or _SOURCE_COLUMN


def _use(cycle: Cycle, dataset_id: str) -> None:
    workspace().cycles.use_dataset(cycle.id, dataset_id)
    remember(_TURN, recall(_TURN, 0) + 1)
    st.rerun()


def _offer_earlier(cycle: Cycle, earlier: Mapping[str, Dataset]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Or a table that this project has already",
            list(earlier),
            format_func=lambda key: _about(earlier[key]),
            key=f"explore-earlier-{cycle.id}",
        )
        if st.button("Use it", key="explore-use-earlier"):
            _use(cycle, chosen)


def _about(dataset: Dataset) -> str:
    return f"{dataset.name}, {dataset.n_rows:,} rows, {dataset.created_at:%d %b %H:%M}"
