"""Bringing a table in, and what was found out about its file."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from core.data import ReadReport
from core.workspace import Cycle, Dataset
from pages.shared.explore_import import show_questions, show_reading
from pages.shared.frame import facts, md, stop_on_error
from pages.shared.state import recall, remember, workspace

_N_ROWS, _N_COLUMNS = 500, 100
_TURN = "explore-upload"
_DELIMITERS = {"Comma": ",", "Semicolon": ";", "Tab": "\t", "Bar |": "|"}
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "blank"}
_ENCODINGS = ["utf-8", "cp1252", "latin-1", "utf-16"]
_FORMATS = {"csv": "Text", "parquet": "Parquet", "excel": "Workbook"}


def ask_table(cycle: Cycle) -> None:
    """Ask for a file; it goes straight to the store, and the page runs anew."""
    settings, turn = workspace().settings, recall(_TURN, 0)
    uploaded = st.file_uploader(
        "A table: one row for each case, one column for each thing known about it",
        key=f"{_TURN}-{cycle.id}-{turn}",
        max_upload_size=settings.max_upload_mb,
    )
    st.caption(
        "CSV, TSV (also .gz or .zip), Parquet or Excel. At most "
        f"{settings.max_upload_mb:,} MB, {settings.max_rows:,} rows and "
        f"{settings.max_columns:,} columns. It stays on this machine."
    )
    options = _ask_options(cycle.id)
    earlier = workspace().data.list(cycle.project_id)
    if uploaded is not None:
        with stop_on_error(), st.spinner("Reading the table"):
            dataset = workspace().data.import_table(
                cycle.project_id, uploaded, uploaded.name, **options
            )
            _use(cycle, dataset.id)
    elif others := [item for item in earlier if item.id != cycle.dataset_id]:
        _offer_earlier(cycle, {item.id: item for item in others})


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


def _ask_options(cycle_id: str) -> dict[str, Any]:
    """Ask how a file is written; what is left alone is guessed."""
    options: dict[str, Any] = {}
    with st.expander("How the file is written (guessed when left alone)"):
        one, two, three, four = st.columns(4)
        delimiter = one.selectbox(
            "Between values", _DELIMITERS, index=None, placeholder="Guess",
            key=f"explore-delimiter-{cycle_id}",
        )  # fmt: skip
        encoding = two.selectbox(
            "Encoding", _ENCODINGS, index=None, placeholder="Guess",
            key=f"explore-encoding-{cycle_id}",
        )  # fmt: skip
        header = three.selectbox(
            "First row", ["Names of columns", "Values"], index=None,
            placeholder="Guess", key=f"explore-header-{cycle_id}",
        )  # fmt: skip
        sheet = four.text_input(
            "Sheet of a workbook", placeholder="First with values",
            key=f"explore-sheet-{cycle_id}",
        )  # fmt: skip
    if delimiter:
        options["delimiter"] = _DELIMITERS[delimiter]
    if encoding:
        options["encoding"] = encoding
    if header:
        options["header"] = header == "Names of columns"
    if sheet.strip():
        options["sheet"] = sheet.strip()
    return options


def show_source(cycle: Cycle, dataset: Dataset) -> None:
    """Show the table's size, how its file was read, and its first rows."""
    n_missing = sum(column.n_missing for column in dataset.schema)
    n_cells = max(dataset.n_rows * dataset.n_columns, 1)
    facts(
        [
            ("Rows", f"{dataset.n_rows:,}"),
            ("Columns", f"{dataset.n_columns:,}"),
            ("Missing cells", f"{n_missing / n_cells:.1%}"),
            ("Lines refused", f"{dataset.report.n_refused:,}"),
        ]
    )
    st.markdown(how_it_was_read(dataset.report))
    for note in dataset.report.notes:
        st.caption(f":material/info: {md(note)}")
    if dataset.report.refused:
        _show_refused(dataset.report)
    show_questions(cycle, dataset)
    show_reading(cycle, dataset)
    frame = workspace().data.frame(dataset.id)
    shown = frame.iloc[:_N_ROWS, :_N_COLUMNS]
    st.dataframe(
        shown,
        alt=f"The first rows of {dataset.name}.",
        height=320,
        column_config={name: st.column_config.DateColumn() for name in days(shown)},
    )
    if shown.shape != frame.shape:
        st.caption(
            f"The first {len(shown):,} rows and {shown.shape[1]:,} columns are shown."
        )
    with st.expander("Bring another table"):
        st.caption("The recipe is kept where it fits; split and models become stale.")
        ask_table(cycle)


def days(frame: pd.DataFrame) -> list[str]:
    """Return the date columns without a time of day."""
    dates = frame.select_dtypes("datetime")
    midnight = (
        dates.isna() | (dates == dates.apply(lambda day: day.dt.normalize()))
    ).all()
    return [str(name) for name in dates.columns if midnight[name]]


def how_it_was_read(report: ReadReport) -> str:
    """Say in one line how a file was read, as Markdown.

    Examples
    --------
    >>> report = ReadReport("a.csv", "0" * 64, 5, "csv", "utf-8", ";", None, True, 1, 2)
    >>> how_it_was_read(report).split(" · ")[1:3]
    ['semicolon between values', 'names in the first row']
    """
    parts = [f"**{md(report.name)}** ({_FORMATS.get(report.format, report.format)}"]
    parts[0] += f", {md(report.encoding)})" if report.encoding else ")"
    if report.format == "csv":
        mark = report.delimiter
        between = f"{_NAMES.get(mark, repr(mark))} between values" if mark else ""
        parts.append(md(between) if between else "one column")
    parts.append("names in the first row" if report.header else "no names in the file")
    parts.append(f"SHA-256 {report.sha256[:12]}…")
    return " · ".join(parts)


def _show_refused(report: ReadReport) -> None:
    st.warning(
        "More or fewer values than the table has columns: nobody can say which value "
        "belongs where. What is refused is not in the table.",
        title="One line was refused"
        if report.n_refused == 1
        else f"{report.n_refused:,} lines were refused",
    )
    rows = [
        {"Line": row.line, "Why": row.reason, "Text": row.text}
        for row in report.refused
    ]
    with st.expander("What was refused, and why"):
        st.dataframe(pd.DataFrame(rows), hide_index=True, alt="Refused lines.")
