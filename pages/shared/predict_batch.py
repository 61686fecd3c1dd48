"""Large files: answered by a job, watched here, downloaded when they are done."""

import re

import streamlit as st

from core.serving import Service
from core.serving.batch import BatchOptions
from core.wording import counted
from core.workspace import Job
from pages.shared.frame import md
from pages.shared.jobs import watch_job
from pages.shared.state import workspace


def start_batch(
    service: Service, batch_id: str, name: str, options: BatchOptions
) -> Job:
    """Start to answer a file that lies on disk."""
    version = service.version
    return workspace().batches.start(
        version.project, version.number, batch_id, name, options
    )


def ask_reasons(service: Service) -> int:
    """Ask how many columns are named for each row."""
    if service.version.reference is None:
        return 0
    wanted = st.toggle(
        "Name the three columns that moved each answer most",
        key="batch-reasons",
        help="Each row is explained on its own, some tens of rows a second: slow for "
        "large files.",
    )
    return 3 if wanted else 0


def show_batches(project_id: str) -> None:
    """Show the batches at work, and those that can be downloaded."""
    for job in workspace().batches.newest(project_id):
        with st.container(border=True):
            name, number = job.arguments["name"], job.arguments["number"]
            st.markdown(f"**{md(name)}**, answered by version {number}")
            if job.is_active:
                watch_job(job.id, "Answering")
            else:
                _show_done(job)


def _show_done(job: Job) -> None:
    path, told = workspace().batches.result(job), job.result or {}
    if path is None:
        return
    warned = f", {told['n_warned']:,} with a warning" if told["n_warned"] else ""
    refused = ""
    if told["n_refused"]:
        refused = f" Left out as no rows: {counted('line', told['n_refused'])}."
    st.caption(
        f"Answered and kept: {counted('row', told['n_rows'])}{warned}.{refused} "
        "It stays here until five newer files are answered."
    )
    name = answered_name(job.arguments["name"])
    st.download_button(
        f"Download ({path.stat().st_size / 1e6:,.1f} MB)",
        path.read_bytes,
        file_name=f"{name}-v{job.arguments['number']}.csv",
        mime="text/csv",
        icon=":material/download:",
        key=f"take-{job.id}",
        on_click="ignore",
    )


def answered_name(file_name: str) -> str:
    """Return a plain name for the answered file, without its ending.

    Examples
    --------
    >>> answered_name("../../May rows.csv.gz"), answered_name("$x$")
    ('May-rows-answered', 'x-answered')
    """
    stem = re.split(r"[\\/]", file_name)[-1].split(".")[0]
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-")[:60]
    return f"{plain or 'rows'}-answered"
