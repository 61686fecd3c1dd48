"""Fetching a table from where it is: an address or a database."""

from collections.abc import Callable

import streamlit as st

from core.workspace import Cycle, Dataset
from pages.shared.explore_options import ask_writing
from pages.shared.frame import stop_on_error
from pages.shared.state import workspace

Tell = Callable[[float, str], None]


def ask_address(cycle: Cycle, key: str) -> Dataset | None:
    """Ask for an address, and fetch the table there."""
    options = ask_writing(cycle.id)
    with st.form(f"{key}-address", border=False):
        address = st.text_input(
            "Address of the table", placeholder="https://host/table.csv",
            key=f"{key}-url", autocomplete="off",
            help="Of a file, not of the page that describes it. Also s3://, gs:// and "
            "others, where their library is installed.",
        )  # fmt: skip
        st.caption(
            f"The table is fetched once and kept. {limits_said()} A password in the "
            "address is used and forgotten."
        )
        if not st.form_submit_button("Fetch", type="primary"):
            return None
    data, project = workspace().data, cycle.project_id
    return watch(lambda tell: data.import_address(
        project, address, on_progress=tell, **options
    ))  # fmt: skip


def ask_database(cycle: Cycle, key: str) -> Dataset | None:
    """Ask for a database and a query, and fetch its rows."""
    with st.form(f"{key}-database", border=False):
        url = st.text_input(
            "Address of the database", type="password", key=f"{key}-url",
            placeholder="postgresql+psycopg://user:password@host/database",
            autocomplete="off",
            help="As SQLAlchemy writes it; sqlite:///folder/file.db for a file.",
        )  # fmt: skip
        query = st.text_area(
            "Query", placeholder="SELECT * FROM customers", key=f"{key}-query"
        )
        st.caption(
            "One SELECT, in a transaction that changes nothing. Its rows are fetched "
            f"once and kept. {limits_said()} The address is used and forgotten."
        )
        if not st.form_submit_button("Run the query", type="primary"):
            return None
    data, project = workspace().data, cycle.project_id
    return watch(lambda tell: data.import_query(project, url, query, on_progress=tell))


def limits_said() -> str:
    """Say in one sentence how large a table may be."""
    most = workspace().settings
    return (
        f"At most {most.max_upload_mb:,} MB, {most.max_rows:,} rows and "
        f"{most.max_columns:,} columns."
    )


def watch(take: Callable[[Tell], Dataset]) -> Dataset:
    """Take a table in, with its progress shown; a fault ends the page in words."""
    shown = st.progress(0.0, text="Fetching the table")

    def tell(share: float, _: str) -> None:
        shown.progress(share, text="Reading the table")

    try:
        with stop_on_error():
            return take(tell)
    finally:
        shown.empty()
