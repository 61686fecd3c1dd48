"""The chart of a table's gaps: which columns are missing together."""

from typing import Final

from core.data.gaps import MissingPatterns
from core.plots.theme import Chart, new_figure, short
from core.wording import counted, percent

_MOST_COLUMNS: Final = 12
_EMPTY, _THERE = "#3b8fc2", "rgba(125, 133, 144, 0.12)"


def draw_missing(found: MissingPatterns, n_rows: int) -> Chart:
    """Draw each pattern as a column of cells, filled where values are missing.

    Parameters
    ----------
    found : MissingPatterns
        With at least one pattern; at most 12 columns are drawn.
    n_rows : int
        Rows of the table.
    """
    names = found.columns[:_MOST_COLUMNS]
    patterns = [p for p in found.patterns if set(p.columns) & set(names)]
    cells = [[float(name in p.columns) for p in patterns] for name in names]
    shares = [percent(p.n_rows / n_rows) for p in patterns]
    spoken = [
        f"{counted('row', p.n_rows)} ({share})"
        for p, share in zip(patterns, shares, strict=True)
    ]
    figure = new_figure(x="Share of all rows", height=90 + 28 * len(names))
    figure.add_heatmap(
        z=cells,
        colorscale=[[0, _THERE], [1, _EMPTY]],
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=3,
        ygap=3,
        customdata=[spoken] * len(names),
        hovertemplate="%{customdata}<extra></extra>",
    )
    places = {"showgrid": False, "tickmode": "array"}
    figure.update_xaxes(tickvals=[*range(len(patterns))], ticktext=shares, **places)
    figure.update_yaxes(
        tickvals=[*range(len(names))],
        ticktext=[short(name) for name in names],
        autorange="reversed",
        **places,
    )
    most = patterns[0]
    listed = ", ".join(most.columns[:4])
    return Chart(
        figure,
        alt=(
            f"Patterns of missing values in {len(names)} columns. Most frequent: "
            f"{listed} missing in {counted('row', most.n_rows)}."
        ),
        reading=(
            "Each column of cells is one pattern, the most frequent first: its blue "
            "cells are missing in that share of the rows, and the others are there."
        ),
    )
