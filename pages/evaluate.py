"""Evaluate: open the sealed test rows, read what they say, save a version."""

from collections.abc import Sequence

import streamlit as st

from core.evaluation import review
from core.findings import Finding
from core.workspace import Cycle, EvaluationRecord, Opening, RunRecord, SplitRecord
from pages.shared.evaluate_charts import show_parts
from pages.shared.evaluate_checks import show_checks
from pages.shared.evaluate_decision import show_decision
from pages.shared.evaluate_explain import show_explanation
from pages.shared.evaluate_save import show_saving
from pages.shared.evaluate_seal import show_seal
from pages.shared.evaluate_slices import show_where
from pages.shared.evaluate_words import (
    headline,
    interval_words,
    metrics_meant,
    metrics_table,
    openings_words,
)
from pages.shared.frame import header, md, show_findings, stop_on_error
from pages.shared.state import require_cycle, require_run, require_split, workspace


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


def show_deciding(cycle: Cycle, run: RunRecord, found: EvaluationRecord) -> None:
    """Show what is decided on validation rows; the report follows it."""
    del found
    show_decision(cycle, run)


SECTIONS = {
    "Report": show_report,
    "Decision": show_deciding,
    "Explanation": show_explanation,
    "Slices": show_where,
    "Checks": show_checks,
}


def show_before(
    cycle: Cycle, split: SplitRecord, run: RunRecord, opened: Sequence[Opening]
) -> None:
    """Show the seal, and what can be decided without breaking it."""
    seal, decision = st.tabs(
        ["The test rows", "Decision"], key="evaluate-before", on_change="rerun"
    )
    if seal.open:
        with seal:
            show_seal(cycle, split, run, opened)
    if decision.open:
        with decision:
            show_decision(cycle, run)


def show_evaluation(
    cycle: Cycle, run: RunRecord, found: EvaluationRecord, opened: Sequence[Opening]
) -> None:
    """Show the headline, the open section, and what to do with the model."""
    show_numbers(run, found, opened)
    tabs = st.tabs(list(SECTIONS), key="evaluate-section", on_change="rerun")
    for tab, show in zip(tabs, SECTIONS.values(), strict=True):
        if tab.open:
            with tab:
                show(cycle, run, found)
    show_saving(cycle, found)


header(
    "Evaluate",
    "The chosen model is measured once more, on test rows that nothing has seen.",
)
split = require_split()
run = require_run()
cycle = require_cycle()
evaluation = workspace().evaluation
with stop_on_error():
    found, opened = evaluation.settle(cycle.id), evaluation.openings(cycle.id)
if found is not None and evaluation.is_fresh(cycle.id):
    show_evaluation(cycle, run, found, opened)
else:
    if found is not None:
        st.info(
            f"The last evaluation was of {md(found.candidate)}, from before the model "
            f"was chosen anew. It does not speak for {md(run.chosen)}.",
            icon=":material/history:",
        )
    show_before(cycle, split, run, opened)
