"""Evaluate: open the sealed test rows, read what they say, decide, save a version."""

from collections.abc import Sequence

import streamlit as st

from core.workspace import Cycle, EvaluationRecord, Opening, RunRecord, SplitRecord
from pages.shared.evaluate_checks import show_checks
from pages.shared.evaluate_decision import show_decision
from pages.shared.evaluate_download import show_download
from pages.shared.evaluate_explain import show_explanation
from pages.shared.evaluate_learning import show_learning
from pages.shared.evaluate_openings import optimism_words, propose_fresh_split
from pages.shared.evaluate_report import show_numbers, show_report
from pages.shared.evaluate_save import show_saving
from pages.shared.evaluate_seal import show_seal
from pages.shared.evaluate_slices import show_where
from pages.shared.evaluate_stress import show_stress
from pages.shared.evaluate_versions import show_against
from pages.shared.evaluate_words import MANY_OPENINGS
from pages.shared.frame import header, md, stop_on_error
from pages.shared.state import require_cycle, require_run, require_split, workspace


def show_versions(cycle: Cycle, run: RunRecord, found: EvaluationRecord) -> None:
    """Show the model against any saved version."""
    del run
    show_against(cycle, found)


def show_deciding(cycle: Cycle, run: RunRecord, found: EvaluationRecord) -> None:
    """Show what is decided on validation rows; the report follows it."""
    del found
    show_decision(cycle, run)


SECTIONS = {
    "Report": show_report,
    "Decision": show_deciding,
    "Versions": show_versions,
    "Explanation": show_explanation,
    "Slices": show_where,
    "Checks": show_checks,
    "More rows": show_learning,
    "Stress": show_stress,
    "Download": show_download,
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
    cycle: Cycle,
    split: SplitRecord,
    run: RunRecord,
    found: EvaluationRecord,
    opened: Sequence[Opening],
) -> None:
    """Show the headline, the open section, and what to do with the model."""
    show_numbers(run, found, opened)
    tabs = st.tabs(list(SECTIONS), key="evaluate-section", on_change="rerun")
    for tab, (name, show) in zip(tabs, SECTIONS.items(), strict=True):
        if tab.open:
            with tab:
                show(cycle, run, found)
                if name != "Decision":  # which reads no test row
                    st.caption(md(optimism_words(found.n_openings)))
    if len(opened) >= MANY_OPENINGS:
        propose_fresh_split(cycle, split, len(opened))
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
    show_evaluation(cycle, split, run, found, opened)
else:
    if found is not None:
        st.info(
            f"The last evaluation was of {md(found.candidate)}, from before the model "
            f"was chosen anew. It does not speak for {md(run.chosen)}.",
            icon=":material/history:",
        )
    show_before(cycle, split, run, opened)
