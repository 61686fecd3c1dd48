"""Charts that explain a model: what its columns do to all answers."""

from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from core.evaluation.explaining import Dependence, JointEffect, value_text
from core.plots.theme import WARN, Chart, new_figure, short, text

_FAINT: Final = "rgba(125, 133, 144, 0.35)"


def draw_dependence(found: Dependence, answer: object) -> Chart:
    """Draw the answers along the values of one column.

    Parameters
    ----------
    found : Dependence
    answer : object
        Name of what is answered.
    """
    words = found.kind in ("category", "boolean")
    places = list(range(len(found.values))) if words else list(found.values)
    n_known = len(places) - (found.values[-1] is None)
    figure = new_figure(x=short(found.column, 60), y=text(answer), height=340)
    if words:
        _add_words(figure, found, places)
    else:
        _add_curve(figure, found, places[:n_known])
        if n_known < len(places):
            _add_missing(figure, found)
    if found.label is not None:
        figure.update_yaxes(tickformat=".0%")
    figure.update_layout(legend={"itemclick": False})
    best, worst = int(np.argmax(found.mean)), int(np.argmin(found.mean))
    return Chart(
        figure,
        alt=f"Mean {answer} along {found.column}: from {_level(found, worst)} to "
        f"{_level(found, best)}, on {found.n_rows:,} rows.",
        reading="The mean answer when every row is given the value and keeps all else "
        f"({found.n_rows:,} test rows, with 95% interval). Thin lines are single rows: "
        "where they cross or fan out, the effect hangs on other columns.",
    )


def _add_curve(figure: go.Figure, found: Dependence, places: list[Any]) -> None:
    n = len(places)
    for line in found.lines:
        figure.add_scatter(
            x=places, y=line[:n], mode="lines", line={"width": 1, "color": _FAINT},
            hoverinfo="skip", showlegend=False,
        )  # fmt: skip
    figure.add_scatter(
        x=[*places, *places[::-1]],
        y=[*found.high[:n], *found.low[:n][::-1]],
        fill="toself", fillcolor="rgba(86, 150, 220, 0.25)", line={"width": 0},
        hoverinfo="skip", name="95% interval of the mean",
    )  # fmt: skip
    figure.add_scatter(
        x=places, y=found.mean[:n], mode="lines+markers", marker={"size": 5},
        line={"width": 2.5}, name="mean answer",
    )  # fmt: skip


def _add_missing(figure: go.Figure, found: Dependence) -> None:
    figure.add_hline(
        y=found.mean[-1], line_dash="dot", line_color=WARN, line_width=2,
        annotation_text="missing", annotation_position="top right",
    )  # fmt: skip


def _add_words(figure: go.Figure, found: Dependence, places: list[Any]) -> None:
    mean = np.asarray(found.mean)
    below, above = (np.asarray(q) for q in found.quantiles)
    figure.add_scatter(
        x=places, y=(below + above) / 2, mode="markers",
        marker={"size": 0.1, "color": _FAINT}, hoverinfo="skip",
        name="8 rows in 10",
        error_y={"array": (above - below) / 2, "width": 0, "thickness": 9,
                 "color": _FAINT},
    )  # fmt: skip
    figure.add_scatter(
        x=places, y=mean, mode="markers", marker={"size": 10}, name="mean answer",
        error_y={"array": np.asarray(found.high) - mean, "thickness": 2, "width": 5},
    )  # fmt: skip
    figure.update_xaxes(
        tickvals=places,
        ticktext=[short(value_text(value), 18) for value in found.values],
    )


def _level(found: Dependence, place: int) -> str:
    value = found.mean[place]
    written = f"{value:.1%}" if found.label is not None else f"{value:,.6g}"
    return f"{written} at {value_text(found.values[place])}"


def draw_joint(found: JointEffect, answer: object, *, share: bool) -> Chart:
    """Draw the mean answer over the values of two columns.

    Parameters
    ----------
    found : JointEffect
    answer : object
        Name of what is answered.
    share : bool
        Whether answers are probabilities.
    """
    table = np.asarray(found.mean)
    figure = new_figure(x=short(found.second, 60), y=short(found.first, 40), height=340)
    written = [[f"{v:.1%}" if share else f"{v:,.5g}" for v in line] for line in table]
    figure.add_heatmap(
        z=table,
        x=[short(value_text(value), 16) for value in found.columns],
        y=[short(value_text(value), 16) for value in found.rows],
        colorscale="Blues",
        customdata=written,
        hovertemplate="%{y}, %{x}: %{customdata}<extra></extra>",
        colorbar={"tickformat": ".0%" if share else ",", "thickness": 12},
    )
    figure.update_xaxes(type="category", showgrid=False)
    figure.update_yaxes(type="category", showgrid=False)
    low, high = (
        f"{v:.1%}" if share else f"{v:,.6g}" for v in (table.min(), table.max())
    )
    pair = f"{found.first} and {found.second}"
    return Chart(
        figure,
        alt=f"Mean {answer} over {pair}: from {low} to {high}.",
        reading="The darker, the higher the mean answer. Without an interaction every "
        "line of the picture would rise and fall alike.",
    )
