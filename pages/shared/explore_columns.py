"""Every column in one table, and one of them closely."""

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from core.data import Cohort, ColumnProfile, ColumnSchema, Profile
from core.workspace import Cycle, Dataset
from pages.shared.explore_brush import brush_column
from pages.shared.explore_facts import profile_of
from pages.shared.explore_missing import show_missing
from pages.shared.frame import md

KIND_WORDS = {
    "number": "number",
    "integer": "whole number",
    "category": "category",
    "boolean": "yes or no",
    "date": "date",
    "text": "text",
    "id": "names the row",
}


def show_columns(cycle: Cycle, dataset: Dataset, cohort: Cohort | None) -> None:
    """Show an overview of all columns, then the distribution and the rows of one."""
    report = profile_of(dataset, cycle.target, cycle.task, cohort)
    st.dataframe(
        overview(report),
        hide_index=True,
        placeholder="",
        height=38 + 35 * min(len(report.columns), 10),
        alt=f"{len(report.columns)} columns with type, missing values and range.",
        column_config={
            "Missing": st.column_config.ProgressColumn(
                format="percent", min_value=0.0, max_value=1.0, width="small"
            ),
            "Alone predicts": st.column_config.ProgressColumn(
                format="percent", min_value=0.0, max_value=1.0, width=112,
                help="Share of the way from chance to certainty, on held-out rows.",
            ),
            "Bits": st.column_config.NumberColumn(
                format="%.3f", width=64,
                help="Mutual information with the target, on the same rows: whatever "
                "the shape of the relation. 0 is independent.",
            ),
            "Distribution": st.column_config.BarChartColumn(width="small", y_min=0),
        },
    )  # fmt: skip
    names = [item.column for item in report.relation]
    names += [c.name for c in report.columns if c.name not in names]
    chosen = st.selectbox(
        "One column closely", names, key=f"explore-column-{dataset.id}"
    )
    if chosen is not None:
        st.markdown(" · ".join(in_words(report[chosen])))
        brush_column(cycle, dataset, cohort, report, chosen)
    show_missing(report)


def overview(report: Profile) -> pd.DataFrame:
    """Return one row for each column of a table."""
    alone = {item.column: (item.power, item.bits) for item in report.relation}
    rows: list[dict[str, Any]] = [
        {
            "Column": column.name,
            "Type": KIND_WORDS[column.schema.kind],
            "Alone predicts": _rounded(alone.get(column.name, (None, None))[0]),
            "Bits": _rounded(alone.get(column.name, (None, None))[1]),
            "Missing": _rounded(column.schema.missing_share),
            "Distribution": list(column.histogram.counts) if column.histogram else [],
            "Different": column.schema.n_distinct,
            "Typical": _typical(column.schema),
            "From": written(column.schema, column.schema.minimum),
            "To": written(column.schema, column.schema.maximum),
        }
        for column in report.columns
    ]
    table = pd.DataFrame(rows)
    return table if alone else table.drop(columns=["Alone predicts", "Bits"])


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 3)


def written(column: ColumnSchema, value: float | None) -> str:
    """Write a number or a date of a column as a person would.

    Examples
    --------
    >>> written(ColumnSchema("a", "integer", 1, 0, 1), 1234.0)
    '1,234'
    >>> written(ColumnSchema("a", "date", 1, 0, 1), 86400.0)
    '1970-01-02'
    """
    if value is None:
        return ""
    if column.kind == "date":
        try:
            return datetime.fromtimestamp(value, UTC).date().isoformat()
        except (OverflowError, OSError, ValueError):
            return f"{value:.0f} s"
    return f"{value:,.0f}" if column.kind == "integer" else f"{value:,.5g}"


def _typical(column: ColumnSchema) -> str:
    if column.levels:
        return column.levels[0] if column.kind in ("category", "boolean") else ""
    return written(column, column.median)


def in_words(column: ColumnProfile) -> list[str]:
    """Say the main figures of a column, each as Markdown."""
    schema = column.schema
    words = [f"**{md(column.name)}**", KIND_WORDS[schema.kind]]
    words.append(f"{schema.n_missing:,} of {schema.n_rows:,} missing")
    words.append(f"{schema.n_distinct:,} different")
    if column.quantiles:
        quarter, three = column.quantiles["25%"], column.quantiles["75%"]
        middle = f"{written(schema, quarter)} to {written(schema, three)}"
        words.append(f"middle half {md(middle)}")
    words.extend(_moments_in_words(column))
    if column.n_outliers:
        words.append(f"{column.n_outliers:,} far out")
    if column.lengths is not None:
        words.append(f"{column.lengths[0]} to {column.lengths[2]} letters")
    return words


def _moments_in_words(column: ColumnProfile) -> list[str]:
    """Say mean, spread, skew and zeros of numbers, or span and gap of dates."""
    schema, words = column.schema, []
    if schema.kind == "date" and column.longest_gap is not None:
        start, end = (written(schema, moment) for moment in column.longest_gap)
        days = (column.longest_gap[1] - column.longest_gap[0]) / 86_400
        ends = (schema.minimum, schema.maximum)
        words.append(md(" to ".join(written(schema, moment) for moment in ends)))
        words.append(md(f"longest gap {days:,.3g} days, {start} to {end}"))
    if column.mean is not None and column.sd is not None:
        words.append(md(f"mean {column.mean:,.4g}, SD {column.sd:,.4g}"))
    if column.skew is not None:
        words.append(md(f"skew {column.skew:,.2f}"))
    if column.n_zero:
        words.append(f"{column.n_zero:,} zero")
    if column.n_negative:
        words.append(f"{column.n_negative:,} negative")
    return words
