"""What the outcomes of some rows say about all: coverage by age, and an inference."""

import streamlit as st

from core.wording import counted, percent, with_interval
from core.workspace.partly import PartlyLabelled
from pages.shared.monitor_windows import Subject
from pages.shared.state import workspace


def show_partial(subject: Subject) -> None:
    """Offer to infer all rows' performance while some outcomes are missing."""
    if not 0 < subject.n_outcomes < subject.n_predictions:
        return
    wanted = st.toggle(
        "Infer all rows from the outcomes that are known",
        key=f"partial-{subject.project_id}",
        persist_state="session",
    )
    if not wanted:
        return
    found = _partly(subject, subject.n_outcomes, subject.n_predictions)
    shares = found.ages["n_labels"] / found.ages["n_rows"]
    shown = found.ages.assign(share=[percent(share, 0) for share in shares.tolist()])
    _show_estimate(found)
    st.dataframe(
        shown,
        hide_index=True,
        column_config={
            "age": "Age of the prediction",
            "n_rows": st.column_config.NumberColumn("Rows", format="localized"),
            "n_labels": st.column_config.NumberColumn("Outcomes", format="localized"),
            "share": "Known",
        },
    )


@st.cache_data(max_entries=8, show_spinner="Looking at the newest 10,000 rows")
def _partly(
    subject: Subject,
    n_outcomes: int,  # noqa: ARG001  part of the cache's key
    n_predictions: int,  # noqa: ARG001  part of the cache's key
) -> PartlyLabelled:
    return workspace().monitoring.partly_labelled(subject.project_id, subject.number)


def _show_estimate(found: PartlyLabelled) -> None:
    estimate = found.estimate
    if estimate is None:
        st.caption("At least 30 outcomes, and rows without one, are needed to infer.")
        return
    all_rows = with_interval(estimate.value, estimate.low, estimate.high)
    alone = with_interval(estimate.alone, estimate.alone_low, estimate.alone_high)
    n_rows = estimate.n_labelled + estimate.n_unlabelled
    st.markdown(
        f"**{found.title} over all {counted('row', n_rows)}: {all_rows}**; from the "
        f"{counted('outcome', estimate.n_labelled)} alone: {alone}."
    )
    apart = found.told_apart
    if apart is None:
        st.caption(
            "This holds if rows with an outcome are like the others; 200 of each are "
            "needed to check that."
        )
    elif found.alike:
        st.caption(
            "Rows with an outcome are like the others (a classifier cannot tell them "
            "apart), so they may speak for them."
        )
    else:
        st.warning(
            "Rows with an outcome differ from the others: a classifier tells them "
            f"apart with an AUC of {apart.auc:.2f}. Both figures may be wrong for all "
            "rows; label some of those proposed below.",
            icon=":material/warning:",
        )
