"""Charts that explain: what columns add to one answer, and what they do to all."""

from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from core.evaluation.explaining import (
    Dependence,
    JointEffect,
    RowExplanation,
    value_text,
)
from core.plots.theme import NEUTRAL, WARN, Chart, new_figure, short, text

MOST_BARS: Final = 10
_FAINT: Final = "rgba(125, 133, 144, 0.35)"


def draw_contributions(found: RowExplanation) -> Chart:
    """Draw how the answer comes about, from the average up or down to this row.

    The ten greatest contributions stand one under the other; all others together
    are one more bar.

    Examples
    --------
    >>> from core.evaluation.explaining import Contribution
    >>> items = (Contribution("calls", 9, 0.4), Contribution("age", 50, -0.1))
    >>> draw_contributions(
    ...     RowExplanation("binary", "left", "yes", 0.3, 0.6, items, "exact", 0)).alt
    'The probability of yes: 30.0% on average, +40.0 points by calls = 9, -10.0 points \
by age = 50, 60.0% for this row.'
    """
    shown, rest = found.items[:MOST_BARS], found.items[MOST_BARS:]
    effects = [item.effect for item in shown]
    names = [f"{item.column} = {value_text(item.value)}" for item in shown]
    errors = [item.error for item in shown]
    if rest:
        effects.append(sum(item.effect for item in rest))
        names.append(f"{len(rest)} other columns")
        errors.append(0.0)
    starts = found.base + np.concatenate([[0.0], np.cumsum(effects)[:-1]])
    steps = [found.step(effect) for effect in effects]
    figure = new_figure(
        x=text(found.subject.removeprefix("The ").capitalize()),
        height=118 + 27 * len(effects),
    )
    hover = [
        f"{text(name)}: {step}" + (f" ± {_size(found, error)}" if error > 0 else "")
        for name, step, error in zip(names, steps, errors, strict=True)
    ]
    for sign, name in ((1, "raises"), (-1, "lowers")):
        places = [i for i, effect in enumerate(effects) if (effect >= 0) == (sign > 0)]
        figure.add_trace(
            go.Bar(
                x=[effects[i] for i in places],
                y=places,
                base=[starts[i] for i in places],
                orientation="h",
                width=0.72,
                name=name,
                marker_color=None if sign > 0 else WARN,
                text=[steps[i].removesuffix(" points") for i in places],
                textposition="outside",
                cliponaxis=False,
                customdata=[hover[i] for i in places],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    # Words stand between the two rules where they are far apart: outside, the frame of
    # a narrow chart would cut them.
    rising = found.output >= found.base
    spread = np.ptp(np.concatenate([starts, starts + effects]))
    left = rising != (abs(found.output - found.base) > 0.6 * spread)
    _rule(figure, found.base, f"average {found.amount(found.base)}", left=left)
    _rule(figure, found.output, f"this row {found.amount(found.output)}", left=not left)
    figure.update_yaxes(
        autorange="reversed",
        tickvals=list(range(len(names))),
        ticktext=[short(name, 30) for name in names],
        showgrid=False,
        fixedrange=True,
    )
    ends = np.concatenate([starts, starts + effects])
    room = 0.16 * (ends.max() - ends.min()) or 0.05
    figure.update_xaxes(
        range=[ends.min() - room, ends.max() + room],
        tickformat=".0%" if found.label is not None else ",",
        fixedrange=True,
        nticks=6,
    )
    figure.update_layout(
        barmode="overlay",
        margin={"t": 60},
        legend={"yref": "container", "y": 1, "yanchor": "top", "itemclick": False},
    )
    told = ", ".join(
        f"{step} by {name}" for step, name in zip(steps, names, strict=True)
    )
    return Chart(
        figure,
        alt=f"{found.subject}: {found.amount(found.base)} on average, {told}, "
        f"{found.amount(found.output)} for this row.",
        reading=_reading(found),
    )


def _rule(figure: go.Figure, value: float, words: str, *, left: bool) -> None:
    figure.add_vline(x=value, line_width=1, line_dash="dot", line_color=NEUTRAL)
    figure.add_annotation(
        x=value, y=1, yref="paper", yanchor="bottom", text=words, showarrow=False,
        xanchor="right" if left else "left",
    )  # fmt: skip


def _reading(found: RowExplanation) -> str:
    how = (
        "Exact for the trees of this model."
        if found.method == "exact"
        else f"Measured against {found.n_background} training rows by sampling; the "
        f"greatest error is {_size(found, max(i.error for i in found.items))} "
        "(95%)."
    )
    return (
        "Each bar is what the value of one column adds to or takes from the average; "
        f"together they lead to this row's answer. {how}"
    )


def _size(found: RowExplanation, error: float) -> str:
    return found.step(error).lstrip("+")


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
