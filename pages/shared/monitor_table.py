"""A later table, compared with the training rows and not kept."""

from typing import BinaryIO

import pandas as pd
import streamlit as st

from core.data import read_table
from core.workspace import MonitorReport
from pages.shared.monitor_windows import Subject
from pages.shared.state import workspace

_TYPES = ["csv", "tsv", "txt", "gz", "zip", "parquet", "xlsx"]


def choose_table(subject: Subject) -> MonitorReport | None:
    """Ask for a table, and return its comparison."""
    uploaded = st.file_uploader(
        "A later table with the columns of the model",
        type=_TYPES,
        key=f"monitor-table-{subject.project_id}",
    )
    if uploaded is None:
        st.caption("Its rows are compared with the training rows; they are not kept.")
        return None
    return _compare_table(subject, uploaded.file_id, uploaded)


@st.cache_resource(
    max_entries=2, scope="session", show_spinner="Comparing with the training rows"
)
def _compare_table(
    subject: Subject,
    upload_id: str,  # noqa: ARG001  the cache's key
    _uploaded: BinaryIO,
) -> MonitorReport:
    _uploaded.seek(0)
    table = read_table(_uploaded, name=getattr(_uploaded, "name", "table"))
    return workspace().monitoring.report_for(
        subject.project_id, pd.DataFrame(table.frame), subject.number
    )
