"""What was found out about a table's file: size, how it was read, its first rows."""

import pandas as pd
import streamlit as st

from core.data import ReadReport
from core.workspace import Cycle, Dataset
from pages.shared.explore_bring import ask_table
from pages.shared.explore_import import show_questions, show_reading
from pages.shared.frame import facts, md
from pages.shared.state import workspace

_N_ROWS, _N_COLUMNS = 500, 100
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "blank"}
_FORMATS = {
    "csv": "Text", "json": "JSON", "json lines": "JSON lines", "parquet": "Parquet",
    "excel": "Workbook",
}  # fmt: skip


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
    if dataset.report.sources:
        _show_files(dataset.report)
    if dataset.report.refused:
        _show_refused(dataset.report)
    show_questions(cycle, dataset)
    show_reading(cycle, dataset)
    _show_rows(dataset)
    with st.expander("Bring another table"):
        st.caption("The recipe is kept where it fits; split and models become stale.")
        ask_table(cycle)


def _show_rows(dataset: Dataset) -> None:
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
    if report.origin:
        parts.append(f"from {md(report.origin)}")
    if report.format == "csv":
        mark = report.delimiter
        between = f"{_NAMES.get(mark, repr(mark))} between values" if mark else ""
        parts.append(md(between) if between else "one column")
    if report.format in ("csv", "excel"):
        names = "names in the first row" if report.header else "no names in the file"
        parts.append(names)
    parts.append(f"SHA-256 {report.sha256[:12]}…")
    return " · ".join(parts)


def _show_files(report: ReadReport) -> None:
    files = [
        {"File": f.name, "Rows": f.n_rows, "Bytes": f.size_bytes, "SHA-256": f.sha256}
        for f in report.sources
    ]
    with st.expander(f"The {len(files)} files, one behind the other"):
        st.dataframe(
            pd.DataFrame(files), hide_index=True, alt="The files of the table."
        )


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
