"""The wheel: where a project stands on its way round."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

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
_RING, _BETWEEN = 0.045, 0.02
MOST_RINGS = 3
"""More rings would leave no room for the words in the middle."""


def draw_wheel(
    statuses: Sequence[StageStatus],
    cycle_number: int,
    others: Mapping[int, Sequence[StageStatus]] = MappingProxyType({}),
) -> Chart:
    """Draw one arc for each stage, clockwise from the top, coloured by its state.

    Parameters
    ----------
    statuses : sequence of StageStatus
        In the order of the workflow.
    cycle_number : int
        Which turn of the wheel it is; shown in the middle.
    others : mapping of int to sequence of StageStatus, default=empty
        Other cycles by number, at most three: thin rings inside, in this order.
    """
    figure = new_figure(height=440)
    step = 2 * np.pi / len(statuses)
    for position, status in enumerate(statuses):
        _draw_arc(figure, status, position * step, (position + 1) * step)
    for place, (number, theirs) in enumerate(others.items()):
        outer = _INNER - _BETWEEN - place * (_RING + _BETWEEN)
        for position, status in enumerate(theirs):
            between = (position * step, (position + 1) * step)
            _draw_ring(figure, status, number, between, outer)
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
    rings = _ring_words(list(others))
    return Chart(
        figure,
        alt=f"The wheel of cycle {cycle_number}. {words}.{rings}",
        reading="Clockwise from the top. Green is done, blue comes next, amber was "
        f"made from something that has changed since, grey has to wait.{rings}",
    )


def _draw_arc(figure: go.Figure, status: StageStatus, start: float, end: float) -> None:
    said = f"{status.stage.capitalize()}: {status.detail}"
    _fill(figure, status, (start, end), (_INNER, _OUTER), said)
    middle = (start + end) / 2
    figure.add_annotation(
        x=0.8 * np.sin(middle),
        y=0.8 * np.cos(middle),
        text=f"<b>{status.stage.capitalize()}</b><br>{_SIGNS[status.state]}",
        showarrow=False,
        font={"size": 13, "color": "#ffffff"},
    )


def _ring_words(numbers: list[int]) -> str:
    if not numbers:
        return ""
    if len(numbers) == 1:
        return f" The thin ring inside is cycle {numbers[0]}."
    inwards = ", ".join(str(number) for number in numbers)
    return f" The thin rings are the cycles {inwards}, from outside to inside."


def _draw_ring(
    figure: go.Figure,
    status: StageStatus,
    number: int,
    ends: tuple[float, float],
    outer: float,
) -> None:
    said = f"Cycle {number}, {status.stage}: {status.detail}"
    _fill(figure, status, ends, (outer - _RING, outer), said)


def _fill(
    figure: go.Figure,
    status: StageStatus,
    ends: tuple[float, float],
    radii: tuple[float, float],
    said: str,
) -> None:
    """Fill the part of a ring between two angles."""
    angle = np.linspace(ends[0] + _GAP / 2, ends[1] - _GAP / 2, _POINTS)
    inner, outer = radii
    x = np.concatenate([outer * np.sin(angle), inner * np.sin(angle[::-1])])
    y = np.concatenate([outer * np.cos(angle), inner * np.cos(angle[::-1])])
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
            text=said,
            name=status.stage,
        )
    )
