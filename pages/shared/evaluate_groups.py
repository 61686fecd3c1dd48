"""Groups of a column side by side: what the model does to each of them."""

import pandas as pd
import streamlit as st

from core.evaluation.fairness import QUESTIONS, Fairness, Group, GroupFigure
from core.plots.slices import draw_groups
from core.wording import percent, with_interval
from core.workspace.scrutiny import Judgement
from pages.shared.frame import md, show_chart
from pages.shared.state import workspace

_SHARES = ("selection", "recall", "false_alarms", "precision")


def show_groups(judged: Judgement) -> None:
    """Ask for a column and a favourable answer; show each figure with its question."""
    held = judged.glance.held
    target = judged.glance.model.target
    columns = [str(name) for name in judged.rows.columns if name != target]
    left, right = st.columns(2)
    column = left.selectbox(
        "Column that tells the groups apart", columns, index=None, key="group-column",
        placeholder="For example sex, age or region",
        help="It need not be one that the model uses.",
    )  # fmt: skip
    favourable = None
    if held.classes:
        labels = [str(label) for label in held.classes]
        favourable = right.selectbox(
            "Favourable answer", labels, len(labels) - 1, key="group-favourable",
            help="The answer that is good to be given, for example a loan.",
        )  # fmt: skip
    if column is None:
        st.info(
            "Choose the column. Which differences between groups are fair is for "
            "people to say; here are the figures for it.",
            icon=":material/diversity_3:",
        )
        return
    found = workspace().scrutiny.groups(judged, column, favourable)
    _say_ratios(found)
    names = list(found.names)
    name = st.segmented_control(
        "Figure", names, default=names[0], required=True, key="group-figure",
        format_func=lambda n: QUESTIONS[n][0],
    )  # fmt: skip
    st.markdown(f"**{QUESTIONS[name][1]}**")
    show_chart(draw_groups(found, name), "groups")
    st.dataframe(
        groups_table(found), hide_index=True, key="groups-table",
        alt="Each group with its figures and intervals",
    )  # fmt: skip
    st.caption(
        f"{len(judged.rows):,} test rows; 95% intervals, Wilson's for shares. Where a "
        "figure rests on under 30 rows it says too few."
    )


def _say_ratios(found: Fairness) -> None:
    """Say which groups lie below the four-fifths line."""
    below = [group for group in found.groups if group.below_line]
    if below:
        told = "; ".join(_ratio_words(group) for group in below)
        st.warning(
            f"Below four fifths of the selection rate of {md(found.most_selected)}: "
            f"{md(told)}. Find out why before the model decides about people.",
            icon=":material/balance:",
        )
    elif found.most_selected is not None:
        st.success(
            "No group of at least 30 rows is selected less than four fifths as often "
            f"as {md(found.most_selected)}.",
            icon=":material/check_circle:",
        )


def _ratio_words(group: Group) -> str:
    ends = with_interval(group.ratio, group.ratio_low, group.ratio_high)
    return f"{group.name} at {ends}, {group.below_line}"


def groups_table(found: Fairness) -> pd.DataFrame:
    """Return one row for each group, its figures with intervals."""
    rows = []
    for group in found.groups:
        row: dict[str, object] = {"Group": group.name, "Rows": group.n_rows}
        for name, figure in group.figures.items():
            row[QUESTIONS[name][0]] = figure_text(figure, share=name in _SHARES)
        if found.favourable is not None:
            row["Selected, against the most"] = with_interval(
                group.ratio, group.ratio_low, group.ratio_high
            )
        rows.append(row)
    return pd.DataFrame(rows)


def figure_text(figure: GroupFigure, *, share: bool) -> str:
    """Return a figure with its interval and rows, or that they are too few.

    Examples
    --------
    >>> figure_text(GroupFigure(0.5, 0.4, 0.6, 90), share=True)
    '50.0% (40.0% to 60.0%) of 90'
    >>> figure_text(GroupFigure(0.5, 0.1, 0.9, 4), share=True)
    'too few (4)'
    """
    if figure.too_few or figure.value is None:
        return f"too few ({figure.n_rows})"
    if not share or figure.low is None or figure.high is None:
        return with_interval(figure.value, figure.low, figure.high)
    ends = f"({percent(figure.low)} to {percent(figure.high)})"
    return f"{percent(figure.value)} {ends} of {figure.n_rows:,}"
