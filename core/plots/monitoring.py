"""Charts of monitoring: what has drifted, then against now, and performance."""

from collections.abc import Sequence
from datetime import UTC, datetime

import plotly.graph_objects as go

from core.monitoring import DriftReport, PerformanceSeries, WindowPerformance
from core.monitoring.distribution import Distribution
from core.monitoring.report import ColumnDrift
from core.plots.theme import BAD, NEUTRAL, WARN, Chart, new_figure, short, text

_MOST_COLUMNS = 15
_NOW = "This window"
_STATES = (("drifted", BAD), ("changed a little", WARN), ("steady", NEUTRAL))


def draw_drift(report: DriftReport) -> Chart:
    """Draw how far each column has moved, the furthest first.

    Parameters
    ----------
    report : DriftReport
        At most its 15 first-ranked columns are drawn.
    """
    shown = report.ranked[:_MOST_COLUMNS]
    figure = new_figure(
        x="Change, in standard deviations of shift", height=90 + 26 * len(shown)
    )
    positions = [str(place) for place in range(len(shown))]
    for state, colour in _STATES:
        places = [i for i, column in enumerate(shown) if _state(column) == state]
        if places:
            figure.add_bar(
                x=[shown[i].effect for i in places],
                y=[positions[i] for i in places],
                orientation="h",
                name=state.capitalize(),
                marker_color=colour,
                customdata=[text(shown[i].name) for i in places],
                hovertemplate="%{customdata}: %{x:.2f}<extra></extra>",
            )
    figure.add_vline(x=report.effect, line_dash="dot", line_color=NEUTRAL)
    labels = [short(column.name, 24) for column in shown]
    figure.update_yaxes(
        tickvals=positions,
        ticktext=labels,
        categoryorder="array",
        categoryarray=positions[::-1],
    )
    figure.update_xaxes(rangemode="tozero", range=[0, _reach(report, shown)])
    figure.update_layout(showlegend=True)
    moved = ", ".join(f"{c.name} {c.effect:.2f} ({_state(c)})" for c in shown[:5])
    return Chart(
        figure,
        alt=f"Change of each column since training. Largest: {moved}.",
        reading=(
            f"A column has drifted when its bar passes the dotted line at "
            f"{report.effect:g} and chance does not explain it."
        ),
    )


def _reach(report: DriftReport, shown: Sequence[ColumnDrift]) -> float:
    """Right end of the axis: the dotted line always lies well inside."""
    largest = max((column.effect for column in shown), default=0.0)
    return 1.08 * max(largest, 2 * report.effect)


def _state(column: ColumnDrift) -> str:
    if column.drifted:
        return "drifted"
    return "changed a little" if column.changed else "steady"


def draw_distribution(seen: Distribution, then: str = "Training rows") -> Chart:
    """Draw a column's distribution in training and in the window.

    Parameters
    ----------
    seen : Distribution
        Numbers and dates are drawn as steps, named cells as pairs of bars.
    then : str, default="Training rows"
        What the window is compared with.
    """
    figure = (_pairs_of_bars if seen.axis == "labels" else _two_steps)(seen, then)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    figure.update_layout(showlegend=True)
    missing = ""
    if seen.missing_before or seen.missing_now:
        missing = (
            f" Missing: {_percent(seen.missing_before)} then, "
            f"{_percent(seen.missing_now)} now."
        )
    return Chart(
        figure,
        alt=f"{seen.name}: {_largest_move(seen)}{missing}",
        reading=(
            "Where the two part, the window holds more or fewer such rows than "
            f"before.{missing}"
        ),
    )


def _pairs_of_bars(seen: Distribution, then: str) -> go.Figure:
    figure = new_figure(y="Share of rows")
    positions = [str(place) for place in range(len(seen.labels))]
    names = [text(label) for label in seen.labels]
    for name, shares, colour in ((then, seen.before, NEUTRAL), (_NOW, seen.now, None)):
        figure.add_bar(
            x=positions,
            y=shares,
            name=name,
            marker_color=colour,
            customdata=names,
            hovertemplate="%{customdata}: %{y:.1%}<extra></extra>",
        )
    figure.update_xaxes(
        tickvals=positions, ticktext=[short(label, 16) for label in seen.labels]
    )
    return figure


def _two_steps(seen: Distribution, then: str) -> go.Figure:
    figure = new_figure(x=short(seen.name, 40), y="Share of rows")
    edges: list[object] = list(seen.edges)
    if seen.axis == "dates":
        edges = [datetime.fromtimestamp(edge, UTC) for edge in seen.edges]
    for name, shares, line in (
        (then, seen.before, {"color": NEUTRAL, "shape": "hv", "width": 1}),
        (_NOW, seen.now, {"shape": "hv", "width": 2}),
    ):
        figure.add_scatter(
            x=edges,
            y=[*shares, shares[-1]],
            name=name,
            mode="lines",
            line=line,
            fill="tozeroy" if name == then else None,
            hovertemplate="from %{x}: %{y:.1%}<extra></extra>",
        )
    return figure


def _largest_move(seen: Distribution) -> str:
    """Say which cell has gained or lost most."""
    moves = [now - then for then, now in zip(seen.before, seen.now, strict=True)]
    place = max(range(len(moves)), key=lambda i: abs(moves[i]))
    then, now = _percent(seen.before[place]), _percent(seen.now[place])
    return f"{_cell_name(seen, place)} {then} of rows in training, {now} now."


def _cell_name(seen: Distribution, place: int) -> str:
    if seen.axis == "labels":
        return seen.labels[place]
    low, high = seen.edges[place], seen.edges[place + 1]
    if seen.axis == "dates":
        days = [datetime.fromtimestamp(edge, UTC).date() for edge in (low, high)]
        return f"{days[0]} to {days[1]}"
    return f"{low:.4g} to {high:.4g}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def draw_performance(
    realised: PerformanceSeries,
    estimated: PerformanceSeries | None = None,
    expected: float | None = None,
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
    """
    figure = new_figure(height=400)
    known = [w for w in realised.windows if w.value is not None]
    for windows, name, colour in (
        ([w for w in known if w.enough], "From outcomes", None),
        ([w for w in known if not w.enough], "Too few outcomes", NEUTRAL),
    ):
        if windows:
            _add_points(figure, windows, name, colour)
    guesses = [] if estimated is None else estimated.windows
    guesses = [window for window in guesses if window.value is not None]
    if guesses:
        _add_estimate(figure, guesses)
    figure.add_bar(
        x=[window.start for window in realised.windows],
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
        xaxis={"anchor": "y2"},
    )
    return Chart(
        figure,
        alt=_performance_words(realised, known),
        reading=_performance_reading(realised, bool(guesses), expected),
    )


def _add_points(
    figure: go.Figure,
    windows: Sequence[WindowPerformance],
    name: str,
    colour: str | None,
) -> None:
    bands = [(w.value or 0.0, w.low, w.high) for w in windows]
    figure.add_scatter(
        x=[window.start for window in windows],
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


def _add_estimate(figure: go.Figure, windows: Sequence[WindowPerformance]) -> None:
    starts = [window.start for window in windows]
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
    parts = [f"{better} is better; whiskers are 95 % intervals"]
    if expected is not None:
        parts.append("the dotted line is the value on the test rows")
    if has_estimate:
        parts.append(
            "the dashed line is estimated without outcomes and cannot see that the "
            "relation between inputs and target has changed"
        )
    return "; ".join(parts) + "."
