"""Charts of monitoring: what has drifted, and each column then against now."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.monitoring import DriftReport
from core.monitoring.distribution import Distribution
from core.monitoring.report import ColumnDrift
from core.plots.theme import BAD, NEUTRAL, WARN, Chart, new_figure, short, text
from core.wording import day_text, moment_text, percent

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
    for state, colour in _STATES:
        places = [i for i, column in enumerate(shown) if _state(column) == state]
        if places:
            figure.add_bar(
                x=[shown[i].effect for i in places],
                y=places,
                orientation="h",
                name=state.capitalize(),
                marker_color=colour,
                customdata=[text(shown[i].name) for i in places],
                hovertemplate="%{customdata}: %{x:.2f}<extra></extra>",
            )
    figure.add_vline(x=report.effect, line_dash="dot", line_color=NEUTRAL)
    labels = [short(column.name, 24) for column in shown]
    figure.update_yaxes(
        tickvals=list(range(len(shown))), ticktext=labels, autorange="reversed"
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
            f" Missing: {percent(seen.missing_before)} then, "
            f"{percent(seen.missing_now)} now."
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
    positions = list(range(len(seen.labels)))
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
        edges = [moment_text(edge) for edge in seen.edges]
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
    then, now = percent(seen.before[place]), percent(seen.now[place])
    return f"{_cell_name(seen, place)} {then} of rows in training, {now} now."


def _cell_name(seen: Distribution, place: int) -> str:
    if seen.axis == "labels":
        return seen.labels[place]
    low, high = seen.edges[place], seen.edges[place + 1]
    if seen.axis == "dates":
        return f"{day_text(low)} to {day_text(high)}"
    return f"{low:.4g} to {high:.4g}"
