"""Charts of lift and gain."""

from collections.abc import Sequence
from typing import Final

import plotly.graph_objects as go

from core.evaluation.gains import AVERAGE, Gain, mean_gain
from core.plots.theme import NEUTRAL, Chart, new_figure, short
from core.wording import percent

_GUIDE: Final = {"color": NEUTRAL, "dash": "dot", "width": 1.5}
_FEWEST_SHARE: Final = 0.005


def draw_gain(gains: Sequence[Gain]) -> Chart:
    """Draw the share found of each class against the share of rows taken.

    Examples
    --------
    >>> draw_gain([Gain("yes", (0.0, 0.5, 1.0), (0.0, 0.9, 1.0), 0.3)]).alt
    'Gain: the first 10% of the rows hold 18.0% of yes.'
    """
    figure = new_figure(x="Share of rows taken", y="Share of the class found",
                        height=400)  # fmt: skip
    shown = _with_mean(gains)
    for each in shown:
        _add(figure, each.share, each.found, each, "%{y:.1%} found in %{x:.1%}")
    ends = [0, 1]
    figure.add_trace(go.Scatter(x=ends, y=ends, mode="lines", line=_GUIDE,
                                name="At random", hoverinfo="skip"))  # fmt: skip
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%", fixedrange=True)
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%", fixedrange=True)
    said = ", ".join(f"{percent(each.at(0.1))} of {each.label}" for each in shown)
    return Chart(
        figure,
        alt=f"Gain: the first 10% of the rows hold {said}.",
        reading="Rows are taken in the order of their probability. The steeper the "
        "curve rises, the fewer rows have to be looked at.",
    )


def draw_lift(gains: Sequence[Gain]) -> Chart:
    """Draw how many times more of a class the first rows hold than chance would."""
    figure = new_figure(x="Share of rows taken", y="Lift", height=400)
    shown = _with_mean(gains)
    for each in shown:
        points = [
            (s, lift)
            for s, lift in zip(each.share, each.lift, strict=True)
            if s >= _FEWEST_SHARE  # before, a lift rests on a handful of rows
        ]
        x, y = zip(*points, strict=True)
        _add(figure, x, y, each, "lift %{y:.2f} in %{x:.1%}")
    figure.add_hline(y=1, line=_GUIDE)
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%", fixedrange=True)
    figure.update_yaxes(rangemode="tozero", fixedrange=True)
    said = ", ".join(f"{each.at(0.1) / 0.1:.1f} of {each.label}" for each in shown)
    return Chart(
        figure,
        alt=f"Lift among the first 10% of the rows: {said}.",
        reading="A lift of 3 means three times as many of the class as in rows taken "
        "at random, the dotted line.",
    )


def _with_mean(gains: Sequence[Gain]) -> list[Gain]:
    return [*gains, mean_gain(gains)] if len(gains) > 1 else list(gains)


def _add(
    figure: go.Figure, x: Sequence[float], y: Sequence[float], each: Gain, words: str
) -> None:
    dash = "dash" if each.label == AVERAGE else "solid"
    figure.add_trace(
        go.Scatter(x=x, y=y, mode="lines", name=short(each.label, 24),
                   line={"dash": dash}, hovertemplate=words)
    )  # fmt: skip
