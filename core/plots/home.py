"""The wheel: where a project stands on its way round."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from core.plots.theme import Chart, new_figure
from core.workspace.records import StageState, StageStatus

# White words stand on these, so each is darker than its namesake in the theme.
_COLOURS: dict[StageState, str] = {
    "done": "#1a7a50",
    "next": "#1f6fb2",
    "stale": "#8a6400",
    "blocked": "#656e79",
}
_SIGNS: dict[StageState, str] = {
    "done": "done",
    "next": "next",
    "stale": "stale",
    "blocked": "later",
}
_GAP, _INNER, _OUTER = 0.05, 0.60, 1.0
_POINTS = 40


def draw_wheel(statuses: Sequence[StageStatus], cycle_number: int) -> Chart:
    """Draw one arc for each stage, clockwise from the top, coloured by its state.

    Parameters
    ----------
    statuses : sequence of StageStatus
        In the order of the workflow.
    cycle_number : int
        Which turn of the wheel it is; shown in the middle.
    """
    figure = new_figure(height=440)
    step = 2 * np.pi / len(statuses)
    for position, status in enumerate(statuses):
        _draw_arc(figure, status, position * step, (position + 1) * step)
    done = sum(status.state == "done" for status in statuses)
    figure.add_annotation(
        x=0, y=0.08, text=f"<b>Cycle {cycle_number}</b>", showarrow=False, font_size=20
    )
    figure.add_annotation(
        x=0,
        y=-0.10,
        text=f"{done} of {len(statuses)} stages done",
        showarrow=False,
        font_size=14,
    )
    # Without "domain" a change of width widens the range, and never narrows it again.
    ends = {"visible": False, "range": [-1.06, 1.06], "fixedrange": True}
    figure.update_xaxes(constrain="domain", **ends)
    figure.update_yaxes(constrain="domain", scaleanchor="x", **ends)
    figure.update_layout(showlegend=False)
    words = "; ".join(f"{s.stage}: {s.state}, {s.detail}" for s in statuses)
    return Chart(
        figure,
        alt=f"The wheel of cycle {cycle_number}. {words}.",
        reading="Clockwise from the top. Green is done, blue comes next, amber was "
        "made from something that has changed since, grey has to wait.",
    )


def _draw_arc(figure: go.Figure, status: StageStatus, start: float, end: float) -> None:
    angle = np.linspace(start + _GAP / 2, end - _GAP / 2, _POINTS)
    x = np.concatenate([_OUTER * np.sin(angle), _INNER * np.sin(angle[::-1])])
    y = np.concatenate([_OUTER * np.cos(angle), _INNER * np.cos(angle[::-1])])
    colour = _COLOURS[status.state]
    figure.add_trace(
        go.Scatter(
            x=x,
            y=y,
            mode="lines",
            fill="toself",
            fillcolor=colour,
            line={"color": colour, "width": 1},
            hoveron="fills",
            hoverinfo="text",
            text=f"{status.stage.capitalize()}: {status.detail}",
            name=status.stage,
        )
    )
    middle = (start + end) / 2
    figure.add_annotation(
        x=0.8 * np.sin(middle),
        y=0.8 * np.cos(middle),
        text=f"<b>{status.stage.capitalize()}</b><br>{_SIGNS[status.state]}",
        showarrow=False,
        font={"size": 13, "color": "#ffffff"},
    )
