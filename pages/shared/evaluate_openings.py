"""How often the test rows were looked at, and a way to rows that nobody has seen."""

import streamlit as st

from core.wording import percent
from core.workspace import Cycle, SplitRecord
from pages.shared.frame import stop_on_error
from pages.shared.navigation import page
from pages.shared.state import workspace


def optimism_words(n_openings: int) -> str:
    """Say beside a number how often its rows were open, and what that does to it.

    Examples
    --------
    >>> optimism_words(1)
    'The test set was opened once.'
    >>> optimism_words(3)
    'The test set was opened 3 times; from the second on, the estimate is optimistic.'
    """
    if n_openings < 2:
        return "The test set was opened once."
    return (
        f"The test set was opened {n_openings} times; from the second on, the estimate "
        "is optimistic."
    )


def propose_fresh_split(cycle: Cycle, split: SplitRecord, n_openings: int) -> None:
    """Say that the rows are worn out, and offer to seal others."""
    st.warning(
        f"These rows have been looked at {n_openings} times, often enough to mislead. "
        "A fresh split seals other rows; models are then trained anew.",
        icon=":material/refresh:",
    )
    if not split.by_chance:
        st.caption(
            "This split follows time or a column, so another seed changes nothing: "
            "bring in rows that nobody has looked at."
        )
        st.page_link(page("explore"), label="Bring rows in on Explore")
        return
    share = percent(split.n_test / max(split.n_rows, 1), 0)
    st.caption(
        f"About {share} of the fresh test rows are among those looked at, by "
        "chance. A table with new rows has none."
    )
    label = f"Split anew with seed {split.random_state + 1}"
    if st.button(label, icon=":material/shuffle:", key=f"anew-{split.id}"):
        with stop_on_error(), st.spinner("Splitting"):
            workspace().data.split_anew(cycle.id)
        st.rerun()
