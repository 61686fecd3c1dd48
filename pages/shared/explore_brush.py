"""One column closely: choose bars by click or by name, and see their rows."""

from functools import partial

import streamlit as st

from core.data import Cohort, ColumnProfile, Profile
from core.data.brushing import Bar, bars_of, merged_rule
from core.plots.brushing import with_chosen_bars
from core.plots.data import draw_distribution, draw_target_along
from core.plots.theme import Chart
from core.workspace import Cycle, Dataset
from pages.shared.explore_rows import show_rows
from pages.shared.frame import md, show_chart
from pages.shared.state import picked, put


def brush_column(
    cycle: Cycle, dataset: Dataset, cohort: Cohort | None, report: Profile, name: str
) -> None:
    """Show the charts of a column, and the rows behind the bars that are chosen."""
    column = report[name]
    bars = bars_of(column)
    place = f"{dataset.id}-{report.n_rows}-{name}"
    chosen_key = f"bars-{place}"
    # The box comes below the charts and is read before them, to mark its bars.
    charts, box = st.container(), st.container()
    with box:
        chosen = _ask_bars(bars, chosen_key)
    with charts:
        _show_charts(column, report, chosen, place)
    if chosen:
        rule = merged_rule([bars[i] for i in chosen])
        show_rows(cycle, dataset, cohort, rule, key=place)


def _ask_bars(bars: tuple[Bar, ...], key: str) -> list[int]:
    if not bars:
        return []
    return st.multiselect(
        "Show the rows of",
        range(len(bars)),
        format_func=lambda i: f"{bars[i].label}: {bars[i].n_rows:,}",
        key=key,
        placeholder="Click a bar (with Shift: several), or choose here",
        help="Numbers: all from the lowest to the highest bar chosen.",
    )


def _show_charts(
    column: ColumnProfile, report: Profile, chosen: list[int], place: str
) -> None:
    if column.histogram is None:
        examples = ", ".join(column.schema.levels[:5])
        st.caption(f"No chart: it has no values to count. {md(examples)}")
        return
    split_by = bool(column.histogram.by_class or column.histogram.target_mean)
    along = report.target is not None and column.name != report.target and split_by
    if not along:
        _show_bars(draw_distribution(column), chosen, place)
        return
    left, right = st.columns(2, gap="large")
    with left:
        _show_bars(draw_distribution(column, report.target), chosen, place)
    with right:
        show_chart(draw_target_along(column, report.target or ""), key=f"along-{place}")


def _show_bars(chart: Chart, chosen: list[int], place: str) -> None:
    marked = with_chosen_bars(chart, chosen)
    key = f"distribution-{place}"
    pick_chart(marked, key, partial(_take_bars, key, f"bars-{place}"))


def _take_bars(chart_key: str, bars_key: str) -> None:
    put(bars_key, picked(chart_key))


def pick_chart(chart: Chart, key: str, on_pick: partial[None]) -> None:
    """Show a chart whose points can be chosen; `on_pick` is called when they are."""
    st.plotly_chart(
        chart.figure,
        key=key,
        alt=chart.alt,
        width="stretch",
        on_select=on_pick,
        selection_mode="points",
        config={"displayModeBar": False, "responsive": True},
    )
    st.caption(chart.reading)
