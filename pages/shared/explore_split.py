"""Three named sets: how to divide the rows, and whether they can be trusted."""

import pandas as pd
import streamlit as st

from core.data import STRATEGIES, SplitDiagnosis, Strategy
from core.data.frames import kind_of_dtype
from core.plots.split import draw_split
from core.workspace import Cycle, Dataset, SplitRecord
from pages.shared.explore_facts import diagnosis_of
from pages.shared.frame import md, show_chart, show_findings, stop_on_error
from pages.shared.state import workspace

_TITLES = {
    "stratified": "At random, same mix",
    "random": "At random",
    "time": "By time",
    "group": "By group",
    "time and group": "By time and group",
    "column": "By a column of its own",
}
_SETS = {
    "train": "Models learn from it",
    "validation": "The best model is chosen on it",
    "test": "Sealed: the champion is judged on it, once",
}


def show_split(cycle: Cycle, dataset: Dataset) -> None:
    """Show the sets of the present split, and ask for another one."""
    if cycle.target is None:
        st.caption("Say above what to predict; then the rows can be divided.")
        return
    made = workspace().data.split_of(cycle.id)
    current = made is not None and made.sources == cycle.sources
    if made is not None and current:
        _show_sets(cycle, made)
    elif made is not None:
        st.warning(
            "Table, target or recipe have changed since. Split again.",
            title="The split is stale",
        )
    if current:
        with st.expander("Split another way"):
            st.caption("What was trained on the present sets becomes stale.")
            _ask_split(cycle, dataset)
    else:
        with st.container(border=True):
            _ask_split(cycle, dataset)


def _ask_split(cycle: Cycle, dataset: Dataset) -> None:
    frame = workspace().data.cleaned(cycle.id)
    one, two, three = st.columns([2, 2, 1])
    strategy: Strategy = one.selectbox(
        "How to divide the rows",
        list(STRATEGIES),
        format_func=lambda name: _TITLES[name],
        key=f"explore-strategy-{dataset.id}",
    )
    with two:
        column, group = _ask_columns(frame, strategy, cycle.target, dataset)
    seed = three.number_input(
        "Seed", min_value=0, max_value=2**31, value=0, key=f"explore-seed-{dataset.id}",
        help="The same seed gives the same sets.",
    )  # fmt: skip
    st.caption(md(STRATEGIES[strategy]))
    ends = (60, 80)
    if strategy != "column":
        ends = st.slider(
            "Where training and validation end, in per cent",
            5, 95, (60, 80), step=5, key=f"explore-fractions-{dataset.id}",
        )  # fmt: skip
    shares = (ends[0] / 100, (ends[1] - ends[0]) / 100, 1 - ends[1] / 100)
    if strategy != "column":
        st.caption(
            f"Train {shares[0]:.0%}, validation {shares[1]:.0%}, test {shares[2]:.0%}."
        )
    if st.button("Split", type="primary", icon=":material/call_split:"):
        with stop_on_error(), st.spinner("Dividing the rows and sealing the test set"):
            workspace().data.split(
                cycle.id,
                strategy=strategy,
                fractions=shares,
                random_state=int(seed),
                column=column,
                group=group,
            )
        st.rerun()


def _ask_columns(
    frame: pd.DataFrame, strategy: Strategy, target: str | None, dataset: Dataset
) -> tuple[str | None, str | None]:
    """Ask for the column that makes the split, and for the groups beside times."""
    if strategy in ("random", "stratified"):
        return None, None
    column = _ask_column("Column", frame, strategy, target, dataset)
    if strategy != "time and group":
        return column, None
    return column, _ask_column("Group", frame, "group", target, dataset)


def _ask_column(
    title: str,
    frame: pd.DataFrame,
    strategy: Strategy,
    target: str | None,
    dataset: Dataset,
) -> str | None:
    return st.selectbox(
        title,
        _columns_for(frame, strategy, target),
        index=None,
        placeholder="Choose the column",
        key=f"explore-split-{title.lower()}-{dataset.id}-{strategy}",
    )


def _columns_for(
    frame: pd.DataFrame, strategy: Strategy, target: str | None
) -> list[str]:
    """Return the columns that can order, group or name the sets; likely ones first."""
    kinds = {str(name): kind_of_dtype(frame[name]) for name in frame.columns}
    names = [name for name in kinds if name != target]
    if strategy in ("time", "time and group"):
        ordered = [n for n in names if kinds[n] == "date"]
        return ordered + [n for n in names if kinds[n] in ("number", "integer")]
    return sorted(names, key=lambda name: kinds[name] != "category")


def _show_sets(cycle: Cycle, made: SplitRecord) -> None:
    report = diagnosis_of(cycle, made.id)
    for item, place in zip(report.sets, st.columns(3), strict=True):
        with place, st.container(border=True, height="stretch"):
            st.metric(item.name.capitalize(), f"{item.n_rows:,} rows")
            st.caption(_about(item.name, item.share, item.earliest, item.latest))
    how = _TITLES[made.strategy].lower()
    by = f", column {md(made.column)}" if made.column else ""
    by += f", groups {md(made.group)}" if made.group else ""
    st.caption(f"Divided {how}{by}, seed {made.random_state}.{_said(report)}")
    show_findings(report.findings, empty="The three sets are alike, and share no row.")
    _show_mix(report, cycle)


def _said(report: SplitDiagnosis) -> str:
    """Say how well a quick model tells train from test."""
    found = report.apart
    if found is None:
        return ""
    return (
        f" A quick model tells train from test rows with AUC {found.score:.2f} "
        f"({found.low:.2f} to {found.high:.2f}); near 0.5 is good."
    )


def _about(name: str, share: float, earliest: str | None, latest: str | None) -> str:
    text = f"{share:.0%}. {_SETS[name]}."
    return f"{text} {earliest[:10]} to {latest[:10]}." if earliest and latest else text


def _show_mix(report: SplitDiagnosis, cycle: Cycle) -> None:
    mix = report.sets[0].target_mix
    if "sd" in mix and "mean" in mix and cycle.task == "regression":
        table = report.frame()
        st.dataframe(table, hide_index=True, alt="Mean and spread of the target.")
    elif mix:
        chart = draw_split(report, cycle.target or "")
        show_chart(chart, key="explore-split-mix")
