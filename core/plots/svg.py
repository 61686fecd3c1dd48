"""Still pictures of charts: a figure as SVG, without a script, a font or a file.

Lines, dots with intervals, bars and heat maps are drawn, which is what Rondo's charts
of an evaluation are made of, and the area between two lines.
"""

from collections.abc import Iterator
from html import escape, unescape
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from core.plots.svg_axis import Axis, make_axis
from core.plots.theme import NEUTRAL, Chart

COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#a6458c", "#8a6d00", "#3b8fc2")
WIDTH: Final = 640
MOST_MARKS: Final = 4_000
_LETTER: Final = 6.2
_MOST_LEFT: Final = 230


def draw_svg(chart: Chart) -> str:
    """Return a chart as an SVG element with its text for screen readers.

    Examples
    --------
    >>> from core.plots.theme import new_figure
    >>> figure = new_figure(x="Age").add_bar(x=[1, 2], y=[3, 4])
    >>> draw_svg(Chart(figure, "Two bars", "")).startswith('<svg role="img"')
    True
    """
    figure = chart.figure
    height = int(figure.layout.height or 320)
    x, y = _axes(figure, height)
    marks = [*_grid(x, y), *_marks(figure, x, y), *_rules(figure, x, y), *_key(figure)]
    return (
        f'<svg role="img" aria-label="{escape(chart.alt)}" viewBox="0 0 {WIDTH} '
        f'{height}" xmlns="http://www.w3.org/2000/svg">{"".join(marks)}</svg>'
    )


def _axes(figure: go.Figure, height: int) -> tuple[Axis, Axis]:
    xs, ys, bars = _values(figure)
    flat = {trace.orientation == "h" for trace in figure.data if trace.type == "bar"}
    layout = figure.layout
    bottom, top = height - 46.0, 34.0
    y = make_axis(layout.yaxis, ys, bottom, top, with_zero=bars and flat != {True})
    longest = max((len(_plain(label)) for _, label in y.ticks), default=4)
    left = min(_MOST_LEFT, 30.0 + _LETTER * longest)
    x = make_axis(layout.xaxis, xs, left, WIDTH - 16.0, with_zero=bars and True in flat)
    return x, y


def _values(figure: go.Figure) -> tuple[list[Any], list[Any], bool]:
    xs: list[Any] = []
    ys: list[Any] = []
    for trace in figure.data:
        x, y = _sides(trace)
        if trace.type == "heatmap":
            x, y = [e for v in x for e in _edges(v)], [e for v in y for e in _edges(v)]
        xs += x
        ys += y
        xs += _ends(trace, "error_x", x)
    return xs, ys, any(trace.type == "bar" for trace in figure.data)


def _edges(value: Any) -> tuple[Any, ...]:
    return (value,) if isinstance(value, str) else (value - 0.5, value + 0.5)


def _sides(trace: Any) -> tuple[list[Any], list[Any]]:
    sides = []
    for side in (trace.x, trace.y):
        given = [] if side is None else list(side)
        sides.append([v.item() if isinstance(v, np.generic) else v for v in given])
    if trace.type == "heatmap":
        n_down, n_across = np.shape(trace.z)
        return sides[0] or list(range(n_across)), sides[1] or list(range(n_down))
    return sides[0], sides[1]


def _ends(trace: Any, name: str, values: list[Any]) -> list[float]:
    """Return both ends of each dot's interval along the x axis."""
    error = getattr(trace, name, None) if trace.type in ("scatter", "bar") else None
    if error is None or error.array is None:
        return []
    below = error.arrayminus if error.arrayminus is not None else error.array
    reach = zip(values, below, error.array, strict=True)
    return [end for v, low, high in reach for end in (v - low, v + high)]


def _grid(x: Axis, y: Axis) -> Iterator[str]:
    bottom, top = max(y.start, y.end), min(y.start, y.end)
    left, right = min(x.start, x.end), max(x.start, x.end)
    for value, label in _spread(y.ticks):
        at = y.start + (value - y.low) / (y.high - y.low) * (y.end - y.start)
        at = at if y.names else y.at(value)
        yield f'<path class="g" d="M{left:.0f} {at:.1f}H{right:.0f}"/>'
        yield _words(left - 6, at + 4, label, "end")
    for value, label in _spread(x.ticks, most=9):
        at = x.start + (value - x.low) / (x.high - x.low) * (x.end - x.start)
        at = at if x.names else x.at(value)
        yield f'<path class="g" d="M{at:.1f} {top:.0f}V{bottom:.0f}"/>'
        yield _words(at, bottom + 16, label, "middle")
    yield _words((left + right) / 2, bottom + 36, x.title, "middle")
    yield _words(8, top - 14, y.title, "start")


def _spread(
    ticks: tuple[tuple[float, str], ...], most: int = 24
) -> tuple[tuple[float, str], ...]:
    return ticks[:: max(1, -(-len(ticks) // most))]


def _plain(label: str) -> str:
    return unescape(label.replace("<b>", "").replace("</b>", "").replace("<br>", " "))


def _words(x: float, y: float, label: str, anchor: str) -> str:
    cut = _plain(label)
    cut = cut if len(cut) <= 36 else cut[:35] + "…"
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(cut)}</text>'


def _marks(figure: go.Figure, x: Axis, y: Axis) -> Iterator[str]:
    for place, trace in enumerate(figure.data):
        colour = _colour(trace, place)
        if place and trace.type == "scatter" and trace.fill == "tonexty":
            yield _band(figure.data[place - 1], trace, x, y)
        if trace.type == "heatmap":
            yield from _cells(trace, x, y)
        elif trace.type == "bar":
            yield from _bars(trace, colour, x, y)
        elif trace.type == "scatter":
            yield from _scatter(trace, colour, x, y)


def _band(above: Any, below: Any, x: Axis, y: Axis) -> str:
    """Return the area between two lines."""
    there = [(x.at(a), y.at(b)) for a, b in zip(*_sides(above), strict=True)]
    back = [(x.at(a), y.at(b)) for a, b in zip(*_sides(below), strict=True)]
    path = "L".join(f"{a:.1f} {b:.1f}" for a, b in (*there, *reversed(back)))
    return f'<path fill="{NEUTRAL}" fill-opacity="0.2" d="M{path}Z"/>'


def _colour(trace: Any, place: int) -> str:
    for part in (getattr(trace, "line", None), getattr(trace, "marker", None)):
        colour = None if part is None else part.color
        if isinstance(colour, str):
            return colour
    return COLOURS[place % len(COLOURS)]


def _scatter(trace: Any, colour: str, x: Axis, y: Axis) -> Iterator[str]:
    xs, ys = _sides(trace)
    pairs = [(a, b) for a, b in zip(xs, ys, strict=True) if _known(a) and _known(b)]
    dots = [(x.at(a), y.at(b)) for a, b in pairs][:MOST_MARKS]
    mode = trace.mode or "lines"
    if "lines" in mode and dots and trace.line.width != 0:
        path = "L".join(f"{a:.1f} {b:.1f}" for a, b in dots)
        dash = ' stroke-dasharray="4 4"' if trace.line.dash else ""
        style = f'fill="none" stroke="{colour}" stroke-width="2"{dash}'
        yield f'<path {style} d="M{path}"/>'
    ends = _ends(trace, "error_x", xs)
    for (_, b), low, high in zip(dots, ends[::2], ends[1::2], strict=False):
        d = f"M{x.at(low):.1f} {b:.1f}H{x.at(high):.1f}"
        yield f'<path stroke="{NEUTRAL}" stroke-width="2" d="{d}"/>'
    if "markers" in mode and trace.marker.opacity != 0:
        fills, sizes = _each(trace.marker.color), _each(trace.marker.size)
        for i, (a, b) in enumerate(dots):
            own = fills[i] if fills and isinstance(fills[i], str) else colour
            radius = max(1.0, float(sizes[i]) / 2) if sizes else 4.0
            yield f'<circle cx="{a:.1f}" cy="{b:.1f}" r="{radius:.1f}" fill="{own}"/>'


def _each(given: Any) -> list[Any]:
    """Return what a trace says of each dot; empty where all are alike."""
    alike = given is None or isinstance(given, str | int | float)
    return [] if alike else list(given)


def _known(value: Any) -> bool:
    return isinstance(value, str) or (value is not None and bool(np.isfinite(value)))


def _bars(trace: Any, colour: str, x: Axis, y: Axis) -> Iterator[str]:
    xs, ys = _sides(trace)
    across = trace.orientation == "h"
    along, beside = (x, y) if across else (y, x)
    sizes, places = (xs, ys) if across else (ys, xs)
    thick = _thickness(beside, places)
    for size, place in zip(sizes, places, strict=True):
        if not _known(size) or not _known(place):
            continue
        a, b = sorted((along.at(max(along.low, 0.0)), along.at(size)))
        at = beside.at(place) - thick / 2
        box = (a, at, b - a, thick) if across else (at, a, thick, b - a)
        yield _box(box, colour)


def _thickness(axis: Axis, places: list[Any]) -> float:
    if axis.names:
        return 0.7 * axis.step
    spots = sorted({axis.at(place) for place in places if _known(place)})
    gaps = np.diff(spots)
    return float(0.9 * gaps.min()) if gaps.size else 20.0


def _box(box: tuple[float, float, float, float], fill: str, extra: str = "") -> str:
    a, b, width, height = box
    return (
        f'<rect x="{a:.1f}" y="{b:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{fill}"{extra}/>'
    )


def _cells(trace: Any, x: Axis, y: Axis) -> Iterator[str]:
    xs, ys = _sides(trace)
    z = np.asarray(trace.z, dtype=np.float64)
    most = float(np.nanmax(z)) if np.isfinite(z).any() else 1.0
    wide = abs(x.at(xs[-1]) - x.at(xs[0])) / max(len(xs) - 1, 1) or 60.0
    tall = abs(y.at(ys[-1]) - y.at(ys[0])) / max(len(ys) - 1, 1) or 60.0
    for i, down in enumerate(ys):
        for j, right in enumerate(xs):
            if np.isfinite(z[i, j]):
                share = z[i, j] / most if most else 0.0
                corner = (x.at(right) - wide / 2, y.at(down) - tall / 2)
                opacity = f' fill-opacity="{0.08 + 0.7 * share:.2f}"'
                yield _box((*corner, wide - 1, tall - 1), COLOURS[0], opacity)


def _rules(figure: go.Figure, x: Axis, y: Axis) -> Iterator[str]:
    for shape in figure.layout.shapes:
        if shape.type != "line":
            continue
        across = str(shape.xref or "").endswith("domain")
        upright = str(shape.yref or "").endswith("domain")
        a = (x.start, x.end) if across else (x.at(shape.x0), x.at(shape.x1))
        b = (y.start, y.end) if upright else (y.at(shape.y0), y.at(shape.y1))
        d = f"M{a[0]:.1f} {b[0]:.1f}L{a[1]:.1f} {b[1]:.1f}"
        colour = shape.line.color or NEUTRAL
        yield f'<path stroke="{colour}" stroke-dasharray="4 4" d="{d}"/>'
    for note in figure.layout.annotations:
        if note.text and {note.xref, note.yref} <= {None, "x", "y"}:
            yield _words(x.at(note.x), y.at(note.y) + 4, note.text, "middle")


def _key(figure: go.Figure) -> Iterator[str]:
    """Name the traces, in their colours, where there are several."""
    named = [
        (i, t) for i, t in enumerate(figure.data) if t.name and t.showlegend is None
    ]
    at = WIDTH - 16.0
    for place, trace in reversed(named if len(named) > 1 else []):
        label = _plain(str(trace.name))[:28]
        yield _words(at, 14, label, "end")
        at -= _LETTER * len(label) + 12
        yield f'<circle cx="{at:.0f}" cy="10" r="4" fill="{_colour(trace, place)}"/>'
        at -= 12
