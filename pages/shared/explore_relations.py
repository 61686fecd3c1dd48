"""Which columns promise most, and which go together."""

from functools import partial

import streamlit as st

from core.data import Cohort, Profile, QuickScore
from core.plots.data import MOST_CELLS, draw_associations, draw_relation
from core.workspace import Cycle, Dataset
from pages.shared.explore_brush import pick_chart
from pages.shared.explore_facts import profile_of
from pages.shared.explore_pair import pair_keys, show_pair
from pages.shared.frame import md
from pages.shared.state import picked, put


def show_relations(cycle: Cycle, dataset: Dataset, cohort: Cohort | None) -> None:
    """Show what each column alone tells about the target, then all pairs."""
    report = profile_of(dataset, cycle.target, cycle.task, cohort)
    st.header("What promises most", anchor=False)
    if report.quick_score is not None:
        _show_quick_score(report.quick_score)
    if report.relation:
        key = f"explore-relation-{report.n_rows}"
        take = partial(_take_bar, key, dataset, report)
        pick_chart(draw_relation(report.relation), key, take)
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
        key = f"explore-associations-{report.n_rows}"
        pick_chart(chart, key, partial(_take_pair, key, dataset, report))
        st.header("Two columns together", anchor=False)
        st.caption("Click a bar or a cell above, or choose two columns here.")
        show_pair(cycle, dataset, cohort, report)
    else:
        st.caption("There are not two columns to compare.")


def _take_bar(chart_key: str, dataset: Dataset, report: Profile) -> None:
    """Put the column of a chosen bar beside the target."""
    points = picked(chart_key)
    if points:
        one, two = pair_keys(dataset)
        put(one, report.relation[points[0]].column)
        put(two, report.target)


def _take_pair(chart_key: str, dataset: Dataset, report: Profile) -> None:
    """Take the two columns of a chosen cell; the diagonal says nothing."""
    names = report.associations.names[-MOST_CELLS:]
    points = picked(chart_key)
    if points and points[0] // len(names) != points[0] % len(names):
        for key, place in zip(
            pair_keys(dataset), divmod(points[0], len(names)), strict=True
        ):
            put(key, names[place])


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
