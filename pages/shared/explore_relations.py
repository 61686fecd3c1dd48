"""Which columns promise most, and which go together."""

import streamlit as st

from core.data import QuickScore
from core.plots.data import draw_associations, draw_relation
from core.workspace import Cycle, Dataset
from pages.shared.explore_facts import profile_of
from pages.shared.frame import md, show_chart


def show_relations(cycle: Cycle, dataset: Dataset) -> None:
    """Show what each column alone tells about the target, then all pairs."""
    report = profile_of(dataset, cycle.target, cycle.task)
    st.header("What promises most", anchor=False)
    if report.quick_score is not None:
        _show_quick_score(report.quick_score)
    if report.relation:
        show_chart(draw_relation(report.relation), key="explore-relation")
    elif cycle.target is None:
        st.caption("Say above what to predict; then each column is tried alone.")
    else:
        st.caption(
            f"Too few rows, or nothing varies in {md(cycle.target)}: no column can be "
            "tried."
        )
    st.header("What goes together", anchor=False)
    if len(report.associations.names) > 1:
        chart = draw_associations(report.associations, cycle.target)
        show_chart(chart, key="explore-associations")
    else:
        st.caption("There are not two columns to compare.")


def _show_quick_score(found: QuickScore) -> None:
    without = ""
    if found.left_out:
        without = (
            f", without {md(', '.join(found.left_out))}, which may know the answer"
        )
    st.markdown(
        f"**A first guess, before any training: {found.metric} {found.score:.2f}** "
        f"({found.low:.2f} to {found.high:.2f}, 95 %). Small random trees on "
        f"{found.n_columns} columns of {found.n_rows:,} sampled rows, each judged "
        f"while held out{without}."
    )
