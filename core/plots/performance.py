"""The chart of performance over time, with outcomes and without."""

from collections.abc import Callable, Sequence

import plotly.graph_objects as go

from core.monitoring import PerformanceSeries, WindowPerformance
from core.plots.theme import NEUTRAL, Chart, new_figure, text, window_name

_MOST_TICKS = 8


Place = Callable[[WindowPerformance], object]


def draw_performance(
    realised: PerformanceSeries,
    estimated: PerformanceSeries | None = None,
    expected: float | None = None,
    *,
    in_turn: bool = False,
) -> Chart:
    """Draw a metric over time, with its intervals and how many outcomes are known.

    Parameters
    ----------
    realised : PerformanceSeries
        Windows with under 30 outcomes are drawn in grey.
    estimated : PerformanceSeries, default=None
        Of the same metric, drawn dashed.
    expected : float, default=None
        The metric on the test rows, as a dotted line.
    in_turn : bool, default=False
        Draw windows one after the other instead of along time, as those of n rows,
        which may be minutes or months long.
    """
    figure = new_figure(height=400)
    x_of = _in_turn(realised, estimated) if in_turn else _in_time
    known = [w for w in realised.windows if w.value is not None]
    for windows, name, colour in (
        ([w for w in known if w.enough], "From outcomes", None),
        ([w for w in known if not w.enough], "Too few outcomes", NEUTRAL),
    ):
        if windows:
            _add_points(figure, windows, x_of, name, colour)
    guesses = [] if estimated is None else estimated.windows
    guesses = [window for window in guesses if window.value is not None]
    if guesses:
        _add_estimate(figure, guesses, x_of)
    figure.add_bar(
        x=[x_of(window) for window in realised.windows],
        y=[window.coverage for window in realised.windows],
        yaxis="y2",
        marker_color=NEUTRAL,
        showlegend=False,
        hovertemplate="outcomes known: %{y:.0%}<extra></extra>",
    )
    if expected is not None:
        figure.add_hline(y=expected, line_dash="dot", line_color=NEUTRAL)
    figure.update_layout(
        showlegend=True,
        yaxis={"title": text(realised.title), "domain": [0.34, 1], "anchor": "x"},
        yaxis2={
            "title": "Outcomes<br>known",
            "domain": [0, 0.2],
            "range": [0, 1],
            "tickformat": ".0%",
            "anchor": "x",
            "nticks": 3,
        },
        xaxis={"anchor": "y2", **_ticks(realised, x_of)},
    )
    return Chart(
        figure,
        alt=_performance_words(realised, known),
        reading=_performance_reading(realised, bool(guesses), expected),
    )


def _in_time(window: WindowPerformance) -> object:
    return window.start


def _in_turn(realised: PerformanceSeries, estimated: PerformanceSeries | None) -> Place:
    both = (*realised.windows, *(() if estimated is None else estimated.windows))
    places = {at: i for i, at in enumerate(sorted({each.start for each in both}))}
    return lambda window: places[window.start]


def _ticks(series: PerformanceSeries, x_of: Place) -> dict[str, object]:
    """Name at most eight windows along the axis."""
    named = series.windows[:: max(1, -(-len(series.windows) // _MOST_TICKS))]
    return {
        "tickvals": [x_of(window) for window in named],
        "ticktext": [window_name(window.label) for window in named],
    }


def _add_points(
    figure: go.Figure,
    windows: Sequence[WindowPerformance],
    x_of: Place,
    name: str,
    colour: str | None,
) -> None:
    bands = [(w.value or 0.0, w.low, w.high) for w in windows]
    figure.add_scatter(
        x=[x_of(window) for window in windows],
        y=[value for value, _, _ in bands],
        error_y={
            "array": [0 if high is None else high - value for value, _, high in bands],
            "arrayminus": [
                0 if low is None else value - low for value, low, _ in bands
            ],
            "symmetric": False,
            "width": 4,
            "color": colour,
        },
        mode="markers" if colour else "lines+markers",
        name=name,
        marker={"size": 9, "color": colour},
        customdata=[[w.label, w.n_labels] for w in windows],
        hovertemplate="%{customdata[0]}: %{y:.3f} from %{customdata[1]:,} outcomes"
        "<extra></extra>",
    )


def _add_estimate(
    figure: go.Figure, windows: Sequence[WindowPerformance], x_of: Place
) -> None:
    starts = [x_of(window) for window in windows]
    figure.add_scatter(
        x=[*starts, *starts[::-1]],
        y=[*(w.high for w in windows), *(w.low for w in windows[::-1])],
        fill="toself",
        fillcolor="rgba(125, 133, 144, 0.18)",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
        mode="lines",
    )
    figure.add_scatter(
        x=starts,
        y=[window.value for window in windows],
        mode="lines+markers",
        line={"dash": "dash", "color": NEUTRAL},
        marker={"symbol": "diamond-open", "size": 8},
        name="Estimated without outcomes",
        customdata=[window.label for window in windows],
        hovertemplate="%{customdata}: about %{y:.3f}<extra></extra>",
    )


def _performance_words(
    realised: PerformanceSeries, known: Sequence[WindowPerformance]
) -> str:
    sure = [window for window in known if window.enough]
    if not sure:
        return f"{realised.title} over time; no window has 30 outcomes yet."
    first, last = sure[0], sure[-1]
    return (
        f"{realised.title} over time: {first.value:.3f} in {first.label}, "
        f"{last.value:.3f} in {last.label}, from {realised.n_labels:,} outcomes."
    )


def _performance_reading(
    realised: PerformanceSeries, has_estimate: bool, expected: float | None
) -> str:
    better = "Higher" if realised.higher_is_better else "Lower"
    parts = [f"{better} is better; whiskers are 95% intervals"]
    if expected is not None:
        parts.append("the dotted line is the value on the test rows")
    if has_estimate:
        parts.append(
            "the dashed line is estimated without outcomes and cannot see that the "
            "relation between inputs and target has changed"
        )
    return "; ".join(parts) + "."
