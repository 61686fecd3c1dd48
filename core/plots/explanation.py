"""Charts that explain: what columns add to one answer, and what they do to all."""

import numpy as np
import plotly.graph_objects as go

from core.evaluation.explaining import RowExplanation, value_text
from core.plots.theme import NEUTRAL, WARN, Chart, new_figure, short, text

MOST_BARS = 10


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
    rising = found.output >= found.base
    _rule(figure, found.base, f"average {found.amount(found.base)}", left=rising)
    _rule(
        figure, found.output, f"this row {found.amount(found.output)}", left=not rising
    )
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
        margin={"t": 56},
        legend={"itemclick": False, "itemdoubleclick": False},
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
