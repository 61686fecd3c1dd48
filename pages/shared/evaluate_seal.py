"""The sealed test set: what it is, what opening it means, and the one button."""

from collections.abc import Sequence

import streamlit as st

from core.workspace import Cycle, Opening, RunRecord, SplitRecord
from pages.shared.evaluate_openings import propose_fresh_split
from pages.shared.evaluate_words import MANY_OPENINGS, openings_words
from pages.shared.frame import facts, md, stop_on_error
from pages.shared.state import workspace


def show_seal(
    cycle: Cycle, split: SplitRecord, run: RunRecord, opened: Sequence[Opening]
) -> None:
    """Explain the test set and offer to open it; the opening is counted first."""
    facts(
        [
            ("Test rows", f"{split.n_test:,}"),
            ("Opened", _times(len(opened))),
            ("Predicting", cycle.target or ""),
            ("Model to be measured", run.chosen),
        ]
    )
    st.markdown(
        f"When the table was split, {split.n_test:,} rows were set aside and sealed. "
        "No model, no comparison and no choice has seen them, so they tell how the "
        "model will do on new rows."
    )
    st.markdown(
        "Opening measures the model and the baseline on them. **Each opening is "
        "counted and dated beside the numbers:** whoever chooses again after looking "
        "makes the next look a little too good. So open it when the choice is made."
    )
    if opened:
        st.caption(md(openings_words(opened)))
    if len(opened) >= MANY_OPENINGS:
        propose_fresh_split(cycle, split, len(opened))
    _ask_to_open(cycle, split, n_before=len(opened))


def _ask_to_open(cycle: Cycle, split: SplitRecord, *, n_before: int) -> None:
    why = st.text_input(
        "Why now (optional)",
        max_chars=200,
        placeholder="For example: the choice is made",
        help="It is kept with the opening.",
        key="evaluate-why",
    )
    label = "Open the test set" if not n_before else "Open the test set again"
    key = f"open-{cycle.run_id}-{n_before}"  # pressed in two tabs, it opens once
    if not st.button(label, type="primary", icon=":material/lock_open:", key=key):
        return
    with (
        stop_on_error(),
        st.spinner(f"Measuring on {split.n_test:,} rows; this may take a few seconds"),
    ):
        workspace().evaluation.open(cycle.id, why.strip())
    st.rerun()


def _times(count: int) -> str:
    return ("never", "once", "twice")[count] if count < 3 else f"{count} times"
