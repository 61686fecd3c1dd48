"""Asking how to divide the rows: three named sets, or two and folds."""

import pandas as pd
import streamlit as st

from core.data import STRATEGIES, Strategy
from core.data.frames import kind_of_dtype
from core.wording import percent
from core.workspace import Cycle, Dataset
from pages.shared.explore_dividing import divide, wait_for_split
from pages.shared.explore_sets import TITLES, show_sets
from pages.shared.frame import md
from pages.shared.state import workspace

MOST_ROWS_IN_FOLDS = 20_000
_SETS, _FOLDS = "A validation set", "Folds of the training rows"


def show_split(cycle: Cycle, dataset: Dataset) -> None:
    """Show the sets of the present split, and ask for another one."""
    if cycle.target is None:
        st.caption("Say above what to predict; then the rows can be divided.")
        return
    wait_for_split(cycle)
    made = workspace().data.split_of(cycle.id)
    current = made is not None and made.sources == cycle.sources
    if made is not None and current:
        show_sets(cycle, dataset, made)
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
        format_func=lambda name: TITLES[name],
        key=f"explore-strategy-{dataset.id}",
    )
    with two:
        column, group = _ask_columns(frame, strategy, cycle.target, dataset)
    seed = three.number_input(
        "Seed", min_value=0, max_value=2**31, value=0, key=f"explore-seed-{dataset.id}",
        help="The same seed gives the same sets.",
    )  # fmt: skip
    st.caption(md(STRATEGIES[strategy]))
    shares = (0.6, 0.2, 0.2)
    if strategy != "column":
        shares = _ask_shares(dataset)
    if st.button("Split", type="primary", icon=":material/call_split:"):
        request = {
            "strategy": strategy,
            "fractions": shares,
            "random_state": int(seed),
            "column": column,
            "group": group,
        }
        divide(cycle, dataset, request)


def _ask_shares(dataset: Dataset) -> tuple[float, float, float]:
    """Ask how large the sets are, and below 20,000 rows whether to do with two."""
    chosen = _SETS
    if dataset.n_rows < MOST_ROWS_IN_FOLDS:
        chosen = st.segmented_control(
            "Choose models on",
            [_SETS, _FOLDS],
            default=_SETS,
            required=True,
            key=f"explore-folds-{dataset.id}",
            help="Folds use every training row to learn from and to choose by, which "
            "is steadier for few rows and takes about five times as long.",
        )
    if chosen == _FOLDS:
        end = st.slider(
            "Where training ends, in per cent",
            5, 95, 80, step=5, key=f"explore-fraction-{dataset.id}",
        )  # fmt: skip
        st.caption(
            f"Train {percent(end / 100, 0)}, cross-validated in training; test "
            f"{percent(1 - end / 100, 0)}. A split by time chooses on the latest "
            "fifth of the training rows."
        )
        return end / 100, 0.0, 1 - end / 100
    low, high = st.slider(
        "Where training and validation end, in per cent",
        5, 95, (60, 80), step=5, key=f"explore-fractions-{dataset.id}",
    )  # fmt: skip
    shares = (low / 100, (high - low) / 100, 1 - high / 100)
    named = zip(("Train", "validation", "test"), shares, strict=True)
    st.caption(f"{', '.join(f'{n} {percent(share, 0)}' for n, share in named)}.")
    return shares


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
