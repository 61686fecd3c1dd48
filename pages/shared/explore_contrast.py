"""How the target differs between the rows looked at and the others, in words."""

import pandas as pd
import streamlit as st

from core.data.contrast import Contrast, Side
from core.wording import percent, points_text, signed_text, with_interval
from pages.shared.frame import md


def show_contrast(found: Contrast) -> None:
    """Say how the target differs between these rows and the rest."""
    if not found.sides:
        st.caption("Too few rows on one side to compare the target with the rest.")
        return
    if len(found.sides) == 1:
        st.markdown(_said(found, found.sides[0]))
    else:
        table = pd.DataFrame([_row(side) for side in found.sides])
        st.dataframe(
            table, hide_index=True, alt=f"Shares of {found.target} here and elsewhere."
        )
    st.caption(
        f"95 % intervals; {found.n_inside:,} rows here and {found.n_rest:,} elsewhere "
        "have a target value. A difference found by looking around is a hint, no proof."
    )


def _said(found: Contrast, side: Side) -> str:
    name = md(found.target)
    if found.is_share:
        here, there = (
            _share(side.inside, side.inside_range),
            _share(side.rest, side.rest_range),
        )
        what = f"**{name}** is **{md(side.label)}** in {here} of these rows"
        gap = points_text(side.difference)
    else:
        here = with_interval(side.inside, *side.inside_range)
        there = with_interval(side.rest, *side.rest_range)
        what = f"The mean of **{name}** is {here} in these rows"
        gap = signed_text(side.difference)
    clear = "" if side.is_clear else "; that may be chance"
    return f"{what}, {there} in the others: {gap}{clear}."


def _share(value: float, ends: tuple[float, float]) -> str:
    return f"{percent(value)} ({percent(ends[0])} to {percent(ends[1])})"


def _row(side: Side) -> dict[str, str]:
    low, high = (points_text(end) for end in side.difference_range)
    return {
        "Class": side.label,
        "These rows": _share(side.inside, side.inside_range),
        "The others": _share(side.rest, side.rest_range),
        "Difference": f"{points_text(side.difference)} ({low} to {high})",
    }
