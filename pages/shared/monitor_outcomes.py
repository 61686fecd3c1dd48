"""Bringing outcomes in by prediction id."""

from typing import BinaryIO

import streamlit as st

from core.data import read_table
from core.serving import OutcomeReport, Service
from core.serving.outcome_table import outcome_pairs
from core.wording import counted
from core.workspace.outcome_files import OutcomeCount
from pages.shared.frame import md, stop_on_error
from pages.shared.jobs import watch_job
from pages.shared.monitor_labelling import offer_labelling
from pages.shared.monitor_windows import Subject
from pages.shared.state import forget, recall, remember, workspace

_KEPT, _JOB = "outcome-report", "outcome-job"
LARGE_BYTES = 4_000_000
"""Files from here on are taken in by a job: about 90,000 rows."""


def take_outcomes(subject: Subject, service: Service) -> None:
    """Take a table of outcomes in, and say what became of each."""
    st.markdown(
        "A table with two columns, **id** (of the prediction; an answered file calls "
        "it **prediction_id**) and **outcome** "
        f"(what became true of {md(service.version.target)})."
    )
    if subject.n_outcomes < subject.n_predictions:
        st.download_button(
            "Download predictions without outcome",
            lambda: _waiting(subject),
            file_name="outcomes.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
    uploaded = st.file_uploader(
        "Outcomes", type=["csv", "tsv", "txt", "gz", "parquet", "xlsx"], key="outcomes"
    )
    _watch_large()
    if uploaded is None:
        _show_report(recall(_KEPT))
        forget(_KEPT)
        _enter_by_hand(subject, service)
        return
    if st.button("Take these outcomes", type="primary", icon=":material/check:"):
        if uploaded.size > LARGE_BYTES:
            _take_large(subject, uploaded)
        with stop_on_error():
            pairs = read_pairs(uploaded, uploaded.name, service)
            report = workspace().monitoring.add_outcomes(subject.project_id, pairs)
        remember(_KEPT, report)
        st.rerun()
    _show_report(recall(_KEPT))


def _enter_by_hand(subject: Subject, service: Service) -> None:
    report = offer_labelling(subject, service)
    if report is not None:
        remember(_KEPT, report)
        st.rerun()


def _waiting(subject: Subject) -> bytes:
    """Return a CSV of the predictions whose outcome is not known, ready to fill in."""
    captured = workspace().monitoring.captured(
        subject.project_id, number=subject.number
    )
    meta = captured.meta
    rows = meta.loc[meta["outcome"].isna(), ["id", "at", "prediction"]]
    return rows.assign(outcome="").to_csv(index=False).encode()


def read_pairs(
    source: BinaryIO, name: str, service: Service
) -> list[tuple[str, object]]:
    """Read prediction ids and outcomes from a file; see `outcome_pairs`."""
    source.seek(0)
    frame = read_table(source, name=name, as_text=True).frame
    return outcome_pairs(frame, service.version.model)


def _take_large(subject: Subject, uploaded: BinaryIO) -> None:
    """Take a large file in by a job, and leave its id for the next run of the page."""
    with stop_on_error():
        job = workspace().outcome_files.start(
            subject.project_id, subject.number, uploaded
        )
    remember(_JOB, job.id)
    st.rerun()


def _watch_large() -> None:
    """Show the job of a large file, and what became of its rows."""
    job_id = recall(_JOB)
    if job_id is None:
        return
    job = watch_job(job_id, "Outcomes")
    if job is not None and job.state == "done" and job.result:
        count = OutcomeCount.from_dict(job.result)
        values = {key: value for key, value in vars(count).items() if key != "n_rows"}
        _show_report(OutcomeReport(**values))
    if job is not None:
        forget(_JOB)


def _show_report(report: OutcomeReport | None) -> None:
    if report is None:
        return
    were = "was" if report.n_added == 1 else "were"
    said = [f"{counted('outcome', report.n_added)} {were} added"]
    for count, words in (
        (report.n_replaced, "replaced an earlier one"),
        (report.n_repeated, "were known already"),
        (report.n_empty, "rows had none"),
        (report.n_unknown, "ids are not of a prediction of this project"),
    ):
        if count:
            said.append(f"{count:,} {words}")
    text = ", ".join(said) + "."
    if report.n_unknown:
        named = ", ".join(md(each) for each in report.unknown[:3])
        st.warning(f"{text} Unknown: {named}.", icon=":material/warning:")
    else:
        st.success(text, icon=":material/check_circle:")
