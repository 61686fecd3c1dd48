"""Charts over windows: drift through time, and drift beside importance."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from core.monitoring import DriftReport
from core.monitoring.rules import value_of
from core.monitoring.signals import SIGNALS
from core.monitoring.summary import WindowSummary
from core.plots.theme import (
    BAD,
    NEUTRAL,
    WARN,
    Chart,
    new_figure,
    short,
    text,
    window_name,
)
from core.wording import percent, score_text

_MOST_TICKS = 8
_NAMED = 5
_TIMES = {"p50": "Median", "p95": "95th percentile", "p99": "99th percentile"}
_STATES = (("drifted", BAD), ("changed a little", WARN), ("steady", NEUTRAL))


def draw_signals(
    summaries: Sequence[WindowSummary], signals: Sequence[str], threshold: float
) -> Chart:
    """Draw signals of the same unit window by window, with the threshold.

    Parameters
    ----------
    summaries : sequence of WindowSummary
        Earliest first.
    signals : sequence of str
    threshold : float
        Above it a window is bad.
    """
    unit = SIGNALS[signals[0]].unit
    figure = new_figure(y=f"Change, in {unit}", height=240)
    places = list(range(len(summaries)))
    for name in signals:
        values = [value_of(each, name) for each in summaries]
        figure.add_scatter(
            x=places,
            y=values,
            name=SIGNALS[name].title,
            mode="lines+markers",
            customdata=[text(each.label) for each in summaries],
            hovertemplate="%{customdata}: %{y:.2f}<extra></extra>",
        )
    figure.add_hline(y=threshold, line_dash="dot", line_color=NEUTRAL)
    _name_windows(figure, [each.label for each in summaries])
    figure.update_yaxes(rangemode="tozero")
    figure.update_layout(showlegend=True)
    newest = summaries[-1]
    told = ", ".join(
        f"{SIGNALS[name].title.lower()} {score_text(value_of(newest, name))}"
        for name in signals
    )
    return Chart(
        figure,
        alt=f"{len(summaries)} windows. In the newest, {newest.label}: {told}.",
        reading=(
            f"Above the dotted line at {score_text(threshold)} a window is bad. One "
            "bad window may be chance; several in a row are not."
        ),
    )


def draw_service(summaries: Sequence[WindowSummary]) -> Chart:
    """Draw how long calls took, window by window: median, 95th and 99th percentile.

    Parameters
    ----------
    summaries : sequence of WindowSummary
        Earliest first, each with its times.
    """
    figure = new_figure(y="Milliseconds a call", height=260)
    places = list(range(len(summaries)))
    for name, title in _TIMES.items():
        figure.add_scatter(
            x=places,
            y=[each.service.get(name) for each in summaries],
            name=title,
            mode="lines+markers",
            customdata=[text(each.label) for each in summaries],
            hovertemplate="%{customdata}: %{y:.1f} ms<extra></extra>",
        )
    _name_windows(figure, [each.label for each in summaries])
    figure.update_yaxes(rangemode="tozero")
    figure.update_layout(showlegend=True)
    newest = summaries[-1]
    told = ", ".join(
        f"{title.lower()} {newest.service[name]:.1f}"
        for name, title in _TIMES.items()
        if name in newest.service
    )
    return Chart(
        figure,
        alt=f"{len(summaries)} windows. In the newest, {newest.label}, in ms: {told}.",
        reading="Half of the calls were quicker than the median; one in a hundred was "
        "slower than the 99th percentile.",
    )


def _name_windows(figure: go.Figure, labels: Sequence[str]) -> None:
    step = max(1, -(-len(labels) // _MOST_TICKS))
    named = list(range(0, len(labels), step))
    figure.update_xaxes(
        tickvals=named, ticktext=[window_name(labels[i]) for i in named]
    )


def draw_harm(
    report: DriftReport,
    harm: Mapping[str, float],
    weight: Mapping[str, float],
    *,
    as_share: bool,
) -> Chart:
    """Draw each column's drift beside what it can do to the answers.

    Parameters
    ----------
    report : DriftReport
    harm : mapping of column name to float
        How far the column's own move changes the answers: the size of its mark.
    weight : mapping of column name to float
        How far shuffling the column changes them.
    as_share : bool
        Whether answers are probabilities.
    """
    names = [name for name in report.columns if name in weight]
    figure = new_figure(
        x="Drift, in standard deviations", y="Importance: answers move by", height=360
    )
    ranked = sorted(names, key=lambda name: -harm.get(name, 0.0))
    for state, colour in _STATES:
        chosen = [name for name in ranked if _state(report, name) == state]
        if chosen:
            places = [(report.columns[name].effect, weight[name]) for name in chosen]
            sizes = {name: harm.get(name, 0.0) for name in chosen}
            largest = max([1e-12, *harm.values()])
            trace = _marks(places, sizes, largest, as_share=as_share)
            figure.add_scatter(name=state.capitalize(), marker_color=colour, **trace)
    for name in [n for n in ranked if harm.get(n)][:_NAMED]:
        place = {"x": report.columns[name].effect, "y": weight[name]}
        figure.add_annotation(text=short(name, 18), showarrow=False, yshift=24, **place)
    _frame_harm(figure, report, [(report.columns[n].effect, weight[n]) for n in names])
    if as_share:
        figure.update_yaxes(tickformat=".0%")
    first = [name for name in ranked if harm.get(name)][:3]
    told = ", ".join(f"{n} {_size(harm[n], as_share=as_share)}" for n in first)
    return Chart(
        figure,
        alt="Drift of each column beside its importance. "
        + (f"Most harm: {told}." if told else "No column's move changes the answers."),
        reading=(
            "Far right has moved far, high up matters to the model; the larger the "
            "mark, the more this column's move alone changes the answers. Look at "
            "the largest first; what grey marks show may be chance."
        ),
    )


def _marks(
    places: Sequence[tuple[float, float]],
    harm: Mapping[str, float],
    largest: float,
    *,
    as_share: bool,
) -> dict[str, Any]:
    """Return a trace of columns, the size of each mark its harm."""
    return {
        "x": [x for x, _ in places],
        "y": [y for _, y in places],
        "mode": "markers",
        "marker_size": [8 + 26 * size / largest for size in harm.values()],
        "marker_opacity": 0.85,
        "customdata": [
            [text(name), _size(size, as_share=as_share)] for name, size in harm.items()
        ],
        "hovertemplate": "%{customdata[0]}: drift %{x:.2f}, harm "
        "%{customdata[1]}<extra></extra>",
    }


def _frame_harm(
    figure: go.Figure, report: DriftReport, places: Sequence[tuple[float, float]]
) -> None:
    """Mark where drift begins, and leave room around the marks and their names."""
    figure.add_vline(x=report.effect, line_dash="dot", line_color=NEUTRAL)
    reach = max([2 * report.effect, *(x for x, _ in places)])
    top = max([1e-9, *(y for _, y in places)])
    figure.update_xaxes(range=[-0.02 * reach, 1.15 * reach])
    figure.update_yaxes(range=[0, 1.25 * top])
    figure.update_layout(showlegend=True)


def _state(report: DriftReport, name: str) -> str:
    column = report.columns[name]
    if column.drifted:
        return "drifted"
    return "changed a little" if column.changed else "steady"


def _size(value: float, *, as_share: bool) -> str:
    return percent(value) if as_share else score_text(value)
