"""The chart of one answer: what each column adds, from the average to this row."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import plotly.graph_objects as go
from scipy.special import expit

from core.evaluation.explaining import RowExplanation, value_text
from core.plots.theme import NEUTRAL, WARN, Chart, new_figure, short, text

MOST_BARS: Final = 10
_CLOSE: Final = 1e-4
_MOST_TICKS: Final = 6
_SHARES: Final = (
    0.0001, 0.001, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.97, 0.99, 0.999,
    0.9999,
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Bar:
    """One step of the way from the average to the answer."""

    name: str
    step: str
    error: float
    start: float
    effect: float


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
    bars = _bars(found)
    figure = new_figure(x=text(_axis(found)), height=110 + 27 * (len(bars) + 2))
    for sign, name in ((1, "raises"), (-1, "lowers")):
        _add_bars(figure, found, bars, sign=sign, name=name)
    points = [end for bar in bars for end in (bar.start, bar.start + bar.effect)]
    low, high = min([found.base, *points]), max([found.base, *points])
    room = 0.22 * (high - low) or 0.05
    _scale(figure, found, (low - room, high + room))
    figure.update_yaxes(
        range=[len(bars) + 0.1, -1.1],
        tickvals=list(range(len(bars))),
        ticktext=[short(bar.name, 30) for bar in bars],
        showgrid=False,
        fixedrange=True,
    )
    middle = (low + high) / 2
    average = found.average_words.removeprefix("on ").removeprefix("at ")
    for place, value, words in (
        (-1, found.base, f"{average} {found.amount(found.average)}"),
        (len(bars), found.output, f"this row {found.amount(found.answer)}"),
    ):
        _rule(figure, value, words, place=place, left=value > middle)
    figure.update_layout(
        barmode="overlay",
        margin={"t": 40},
        legend={"yref": "container", "y": 1, "yanchor": "top", "itemclick": False},
    )
    told = ", ".join(f"{bar.step} by {bar.name}" for bar in bars)
    return Chart(
        figure,
        alt=f"{found.subject}: {found.amount(found.average)} {found.average_words}, "
        f"{told}, {found.amount(found.answer)} for this row.",
        reading=_reading(found),
    )


def _bars(found: RowExplanation) -> list[_Bar]:
    """Return the steps, greatest first; the last may stand for many columns."""
    shown, rest = found.items[:MOST_BARS], found.items[MOST_BARS:]
    parts = [
        (f"{item.column} = {value_text(item.value)}", item.effect, item.error)
        for item in shown
    ]
    if rest:
        effect = sum(item.effect for item in rest)
        parts.append((f"{len(rest)} other columns", effect, 0.0))
    bars, start = [], found.base
    for name, effect, error in parts:
        bars.append(_Bar(name, found.step(effect), error, start, effect))
        start += effect
    return bars


def _add_bars(
    figure: go.Figure,
    found: RowExplanation,
    bars: Sequence[_Bar],
    *,
    sign: int,
    name: str,
) -> None:
    """Add the bars of one direction."""
    places = [i for i, bar in enumerate(bars) if (bar.effect >= 0) == (sign > 0)]
    mine = [bars[i] for i in places]
    figure.add_bar(
        x=[bar.effect for bar in mine],
        y=places,
        base=[bar.start for bar in mine],
        orientation="h",
        width=0.72,
        name=name,
        marker_color=None if sign > 0 else WARN,
        text=[bar.step.removesuffix(" points").removeprefix("odds ") for bar in mine],
        textposition="outside",
        cliponaxis=False,
        customdata=[
            f"{text(bar.name)}: {bar.step}"
            + (f" ± {_size(found, bar.error)}" if bar.error > 0 else "")
            for bar in mine
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _axis(found: RowExplanation) -> str:
    """Return what the horizontal axis measures."""
    subject = found.subject.removeprefix("The ").capitalize()
    if found.scale == "log-odds" and not _is_sigmoid(found):
        return f"Log-odds of {value_text(found.label)}"
    return subject


def _is_sigmoid(found: RowExplanation) -> bool:
    """Say whether log-odds are those of the answer itself: nothing recalibrates it."""
    pairs = ((found.base, found.average), (found.output, found.answer))
    return all(abs(expit(score) - share) < _CLOSE for score, share in pairs)


def _scale(figure: go.Figure, found: RowExplanation, ends: tuple[float, float]) -> None:
    """Set the horizontal axis; log-odds are written as probabilities."""
    figure.update_xaxes(range=list(ends), fixedrange=True, nticks=6)
    if found.scale == "log-odds" and _is_sigmoid(found):
        low, high = (float(expit(end)) for end in ends)
        inside = [share for share in _SHARES if low < share < high]
        kept = inside[:: max(1, math.ceil(len(inside) / _MOST_TICKS))]
        figure.update_xaxes(
            tickvals=[math.log(share / (1 - share)) for share in kept],
            ticktext=[f"{share * 100:.3g}%" for share in kept],
        )
    elif found.label is not None and found.scale == "answer":
        figure.update_xaxes(tickformat=".0%")
    else:
        figure.update_xaxes(tickformat=",")


def _rule(
    figure: go.Figure, value: float, words: str, *, place: int, left: bool
) -> None:
    """Add a rule at the first or last bar, with its words on a line of their own."""
    ends = (-0.9, 0.36) if place < 0 else (place - 1.36, place - 0.1)
    figure.add_shape(
        type="line", x0=value, x1=value, y0=ends[0], y1=ends[1],
        line={"width": 1, "dash": "dot", "color": NEUTRAL},
    )  # fmt: skip
    figure.add_annotation(
        x=value, y=place + (0.25 if place < 0 else -0.25), text=words, showarrow=False,
        xanchor="right" if left else "left", xshift=-4 if left else 4,
    )  # fmt: skip


def _reading(found: RowExplanation) -> str:
    if found.scale != "answer":
        return (
            "Each bar is what the value of one column multiplies the odds (the "
            "probability against its opposite) by; together they lead from the average "
            "training row to this row's answer. Exact for the trees of this model."
        )
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
