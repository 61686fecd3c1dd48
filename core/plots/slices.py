"""Charts of slices and of groups: one dot with its interval for each."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.evaluation.fairness import FOUR_FIFTHS, QUESTIONS, Fairness
from core.evaluation.slicing import Slice
from core.plots.theme import BAD, NEUTRAL, Chart, new_figure, short, text
from core.wording import percent, score_text

_SHARES = ("selection", "recall", "false_alarms", "precision")


def draw_slices(slices: Sequence[Slice], error: float, *, of_classes: bool) -> Chart:
    """Draw how wrong the model is on each slice, with intervals, against all rows.

    Parameters
    ----------
    slices : sequence of Slice
        Those with under 30 rows are drawn in grey.
    error : float
        On all rows; a rule marks it.
    of_classes : bool
        Whether errors are shares of wrong answers.
    """
    title = "Share of wrong answers" if of_classes else "Mean absolute error"
    say = percent if of_classes else score_text
    names = [short(one.name or one.sentence, 48) for one in slices]
    figure = new_figure(x=title, height=110 + 44 * len(slices))
    figure.add_trace(
        go.Scatter(
            x=[one.error for one in slices],
            y=names,
            mode="markers",
            marker={"size": 11, "color": [_colour(one) for one in slices]},
            error_x={
                "array": [one.high - one.error for one in slices],
                "arrayminus": [one.error - one.low for one in slices],
                "color": NEUTRAL,
            },
            hovertemplate="%{y}: %{x}<extra></extra>",
            showlegend=False,
        )
    )
    figure.add_vline(x=error, line={"color": NEUTRAL, "dash": "dot"})
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(rangemode="tozero", tickformat=".0%" if of_classes else None)
    told = "; ".join(f"{o.name or o.sentence}: {say(o.error)}" for o in slices)
    return Chart(
        figure,
        alt=f"{title} of each slice; all rows {say(error)}. {told}.",
        reading="Each dot is a slice with its 95% interval; the dotted line is all "
        "test rows. Red: surely and clearly worse than elsewhere.",
    )


def _colour(one: Slice) -> str:
    return BAD if one.is_worse else NEUTRAL


def draw_groups(found: Fairness, figure_name: str) -> Chart:
    """Draw one figure of each group with its interval.

    For the selection rate a rule stands at four fifths of the largest one.

    Parameters
    ----------
    found : Fairness
    figure_name : str
        One of ``found.names``.
    """
    title, _ = QUESTIONS[figure_name]
    share = figure_name in _SHARES
    say = percent if share else score_text
    shown = [
        (group, each)
        for group in found.groups
        if (each := group.figures[figure_name]).value is not None
    ]
    values = [each.value or 0.0 for _, each in shown]
    figure = new_figure(x=title, height=110 + 40 * len(shown))
    figure.add_trace(
        go.Scatter(
            x=values,
            y=[short(group.name, 30) for group, _ in shown],
            mode="markers",
            marker={
                "size": 11,
                "symbol": ["circle-open" if e.too_few else "circle" for _, e in shown],
            },
            error_x={
                "array": [_length(e.value, e.high) for _, e in shown],
                "arrayminus": [_length(e.low, e.value) for _, e in shown],
                "color": NEUTRAL,
            },
            hovertemplate="%{y}: %{x}<extra></extra>",
            showlegend=False,
        )
    )
    line = _line(found) if figure_name == "selection" else None
    if line is not None:
        figure.add_vline(x=line, line={"color": BAD, "dash": "dash"})
    figure.update_yaxes(autorange="reversed", showgrid=False, type="category")
    figure.update_xaxes(
        tickformat=".0%" if share else None, rangemode="tozero" if share else "normal"
    )
    guide = "Each dot is a group with its 95% interval. "
    if line is not None:
        guide += "The dashed line is four fifths of the largest rate. "
    told = "; ".join(f"{g.name}: {say(e.value or 0.0)}" for g, e in shown)
    return Chart(
        figure,
        alt=f"{title} of each group of {text(found.column)}. {told}.",
        reading=f"{guide}Open circles rest on under 30 rows: too few to judge.",
    )


def _length(low: float | None, high: float | None) -> float:
    return 0.0 if low is None or high is None else high - low


def _line(found: Fairness) -> float | None:
    for group in found.groups:
        if group.name == found.most_selected:
            return FOUR_FIFTHS * (group.figures["selection"].value or 0.0)
    return None
