"""Where a table has gaps: which values are missing together, and what tells it."""

import streamlit as st

from core.data import Profile
from core.plots.missing import draw_missing
from core.wording import counted, percent, score_text
from pages.shared.frame import md, show_chart


def show_missing(report: Profile) -> None:
    """Show the patterns of missing values; nothing where there are none."""
    found = report.missing
    if not found.patterns:
        return
    st.markdown("**Where values are missing**")
    shown = sum(pattern.n_rows for pattern in found.patterns)
    rest = found.n_gappy - shown
    st.caption(
        f"{counted('row', found.n_gappy)} of {report.n_rows:,} "
        f"({percent(found.n_gappy / report.n_rows)}) lack a value, in "
        f"{counted('pattern', found.n_patterns)}."
        + (f" {counted('row', rest)} have a rarer pattern." if rest else "")
    )
    if found.n_patterns > 1:  # one alone needs no picture
        show_chart(draw_missing(found, report.n_rows), key="explore-missing")
    else:
        st.caption(f"Missing there: {md(', '.join(found.patterns[0].columns))}.")
    for item in found.depends[:5]:
        st.caption(
            f"Which values of {md(item.column)} are missing can be told by "
            f"{md(item.on)}: AUC {score_text(item.auc)}, at least "
            f"{score_text(item.low)}, on {counted('row', item.n_rows)} of a sample."
        )
