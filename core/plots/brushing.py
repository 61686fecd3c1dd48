"""Charts to choose rows by: bars and cells that can be clicked."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.data.crossing import Crossing
from core.plots.theme import Chart, new_figure, short, text
from core.wording import counted, percent

_PALE, _DEEP = "rgba(125, 133, 144, 0.10)", "#3b8fc2"
_CLEAR: dict[str, object] = {"opacity": 0}
_CHOSEN: dict[str, object] = {"opacity": 0.45, "color": "#d4572a"}


def with_chosen_bars(chart: Chart, places: Sequence[int]) -> Chart:
    """Return a bar chart whose other bars fade; as it was when none is chosen."""
    figure = go.Figure(chart.figure)
    _keep_still(figure)
    if places:
        figure.update_traces(selectedpoints=list(places), selector={"type": "bar"})
    return Chart(figure, chart.alt, chart.reading)


def _keep_still(figure: go.Figure) -> None:
    """Let nobody drag a chart away whose points are to be clicked."""
    figure.update_xaxes(fixedrange=True)
    figure.update_yaxes(fixedrange=True)


def add_cells(
    figure: go.Figure, names: Sequence[Sequence[str]], chosen: int | None = None
) -> None:
    """Lay clickable points over the cells of a heat map.

    Plotly tells of clicks on points, not on cells of a heat map. They are numbered
    row by row.

    Parameters
    ----------
    figure : Figure
        With a heat map whose cells lie at 0, 1, 2 … on both axes.
    names : sequence of rows of str
        What is said where the pointer stands on a cell; escaped.
    chosen : int, default None
        The cell that is marked.
    """
    n_columns = len(names[0]) if names else 0
    figure.update_traces(
        hoverinfo="skip", hovertemplate=None, selector={"type": "heatmap"}
    )
    _keep_still(figure)
    # Points widen the axes; cells fill them, the first row on top.
    figure.update_xaxes(range=[-0.5, n_columns - 0.5], showgrid=False)
    figure.update_yaxes(range=[len(names) - 0.5, -0.5], showgrid=False)
    figure.add_scatter(
        x=[x for _ in names for x in range(n_columns)],
        y=[y for y in range(len(names)) for _ in range(n_columns)],
        mode="markers",
        marker={"symbol": "square", "size": 22, "opacity": 0},
        customdata=[said for row in names for said in row],
        hovertemplate="%{customdata}<extra></extra>",
        showlegend=False,
        selected={"marker": _CHOSEN},
        unselected={"marker": _CLEAR},
        selectedpoints=None if chosen is None else [chosen],
    )


def draw_crossing(found: Crossing, chosen: tuple[int, int] | None = None) -> Chart:
    """Draw how many rows have which values of two columns together.

    Parameters
    ----------
    found : Crossing
    chosen : (row, column), default None
        The cell that is marked.
    """
    n_rows = sum(map(sum, found.counts))
    labels = [short(bar.label, 22) for bar in found.columns]
    sides = [short(bar.label, 22) for bar in found.rows]
    figure = new_figure(
        x=text(found.second), y=text(found.first), height=170 + 30 * len(sides)
    )
    figure.add_heatmap(
        z=[list(row) for row in found.counts],
        x=list(range(len(labels))),
        y=list(range(len(sides))),
        colorscale=[[0.0, _PALE], [1.0, _DEEP]],
        zmin=0,
        zmax=max(map(max, found.counts)),
        texttemplate="%{z:,}",
        showscale=False,
        xgap=1,
        ygap=1,
    )
    names = [
        [f"{side}, {label}: {counted('row', count)}, {percent(count / n_rows)}"
         for label, count in zip(labels, row, strict=True)]
        for side, row in zip(sides, found.counts, strict=True)
    ]  # fmt: skip
    place = None if chosen is None else chosen[0] * len(labels) + chosen[1]
    add_cells(figure, names, place)
    figure.update_xaxes(tickvals=list(range(len(labels))), ticktext=labels)
    figure.update_yaxes(tickvals=list(range(len(sides))), ticktext=sides)
    most = max(
        ((n, a, b) for a, row in zip(found.rows, found.counts, strict=True)
         for b, n in zip(found.columns, row, strict=True)),
        key=lambda item: item[0],
    )  # fmt: skip
    return Chart(
        figure,
        alt=f"Rows by {found.first} and {found.second}. Most, {most[0]:,}, have "
        f"{most[1].label} and {most[2].label}.",
        reading=f"Each cell counts the rows that have both values, of {n_rows:,}.",
    )
