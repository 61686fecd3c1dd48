"""The report on the test rows: headline, findings, charts and all metrics."""

from collections.abc import Sequence

import streamlit as st

from core.evaluation import review
from core.findings import Finding
from core.workspace import Cycle, EvaluationRecord, Opening, RunRecord
from pages.shared.evaluate_charts import show_parts
from pages.shared.evaluate_words import (
    headline,
    interval_words,
    metrics_meant,
    metrics_table,
    openings_words,
)
from pages.shared.frame import md, show_findings


def findings_of(found: EvaluationRecord, run: RunRecord) -> tuple[Finding, ...]:
    """Return what the numbers say of the model, with baseline and training score."""
    return review(
        found.champion,
        against_baseline=found.comparison,
        train_score=run.row(found.candidate)["train_score"],
    )


def show_numbers(
    run: RunRecord, found: EvaluationRecord, opened: Sequence[Opening]
) -> None:
    """Show the headline, how often these rows were looked at, and why this model."""
    with st.container(border=True):
        st.markdown(f"**{md(headline(found.champion, found.baseline))}**")
        st.caption(f"{md(interval_words(found.champion))} {md(openings_words(opened))}")
        if run.why and run.chosen == found.candidate:
            st.caption(f"Why this model: {md(run.why)}")


def show_table(found: EvaluationRecord) -> None:
    """Show every metric beside the baseline's."""
    st.header("All metrics", anchor=False)
    st.dataframe(
        metrics_table(found.champion, found.baseline, found.comparison),
        hide_index=True,
        height="content",
        column_config={
            "Metric": st.column_config.TextColumn(pinned=True),
            "Difference": st.column_config.TextColumn(
                help="This model minus the baseline, on the same rows, with interval."
            ),
            "Verdict": st.column_config.TextColumn(
                help="Better or worse only when the whole interval says so."
            ),
        },
        alt="Metrics of the model and the baseline, with intervals and differences",
        key="metrics",
    )
    with st.expander("What each metric says", icon=":material/help:"):
        for title, meant in metrics_meant(found.champion):
            st.markdown(f"**{md(title)}:** {md(meant)}")


def show_report(cycle: Cycle, run: RunRecord, found: EvaluationRecord) -> None:
    """Show what the numbers say, gravest first."""
    findings = findings_of(found, run)
    show_findings(finding for finding in findings if finding.severity != "note")
    show_parts(cycle, found)
    show_table(found)
    show_findings(finding for finding in findings if finding.severity == "note")
