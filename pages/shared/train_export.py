"""The chosen candidate as a Python script, offered once it was proven."""

import io

import streamlit as st

from core.data import write_parquet
from core.wording import counted
from core.workspace import Cycle, RunRecord, ScriptRecord, SplitRecord
from pages.shared.frame import md, stop_on_error
from pages.shared.jobs import watch_job
from pages.shared.state import workspace
from pages.shared.train_words import duration


def show_export(cycle: Cycle, run: RunRecord, split: SplitRecord) -> None:
    """Offer the script, or what stands in the way."""
    scripts = workspace().scripts
    job = scripts.active(cycle)
    with st.expander(
        "Take it away as code", icon=":material/code:", expanded=job is not None
    ):
        st.caption(
            "One Python script that reads the table, cleans, splits and fits "
            f"{md(run.chosen)}, and prints the same score. It needs no Rondo. Before "
            "it is offered, it is run and its answers are compared with the model's."
        )
        if job is not None:
            watch_job(job.id, "Code")
            return
        found = scripts.latest(run, run.chosen)
        if found is not None:
            _show(found, split)
        label = "Write and prove the script" if found is None else "Write it again"
        if st.button(label, icon=":material/terminal:", key="write-script"):
            with stop_on_error():
                scripts.start(cycle, run)
            st.rerun()


def _show(found: ScriptRecord, split: SplitRecord) -> None:
    proof = found.proof
    if not proof.held:
        st.warning(
            f"The script of {md(found.candidate)} is not offered: {md(proof.reason)}",
            icon=":material/block:",
        )
        return
    st.success(
        f"Proven in {duration(proof.seconds)} where Rondo cannot be imported: the same "
        f"validation score, and the same answers on {counted('row', proof.n_rows)} "
        f"(largest difference {proof.difference:.1g}).",
        icon=":material/verified:",
    )
    with stop_on_error():
        text = workspace().scripts.read(found)
    with st.container(horizontal=True):
        st.download_button(
            "Download train.py", text, "train.py", icon=":material/download:",
            on_click="ignore",
        )  # fmt: skip
        st.download_button(
            "Download the table", lambda: _table(split), "table.parquet",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        with st.popover("Read it", icon=":material/visibility:", width="content"):
            st.code(text, language="python", height=420)


def _table(split: SplitRecord) -> bytes:
    buffer = io.BytesIO()
    write_parquet(workspace().data.frame(split.sources["dataset_id"] or ""), buffer)
    return buffer.getvalue()
