"""Charts of where predicted numbers are off."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.evaluation.error_by import ErrorGroup
from core.plots.theme import NEUTRAL, Chart, new_figure, short, text
from core.wording import counted, score_text


def draw_error_by(groups: Sequence[ErrorGroup], column: str, target: str) -> Chart:
    """Draw mean error and mean distance of each group, with 95 % intervals.

    Examples
    --------
    >>> group = ErrorGroup("a", 30, 2.0, 1.5, 2.5, 1.0, 0.5, 1.5)
    >>> draw_error_by([group], "plan", "fee").alt
    'Error in fee by plan, 1 group; largest for a: 2.000 on average.'
    """
    figure = new_figure(
        x=f"Error in {text(target)}", height=150 + 30 * len(groups)
    )  # fmt: skip
    places = list(range(len(groups)))
    for name, symbol, values, ends, shift in (
        ("Mean distance", "circle", [g.mae for g in groups],
         [(g.mae_low, g.mae_high) for g in groups], -0.13),
        ("Actual minus predicted", "diamond", [g.bias for g in groups],
         [(g.bias_low, g.bias_high) for g in groups], 0.13),
    ):  # fmt: skip
        over = [
            0.0 if e[1] is None else e[1] - v for v, e in zip(values, ends, strict=True)
        ]
        under = [
            0.0 if e[0] is None else v - e[0] for v, e in zip(values, ends, strict=True)
        ]
        figure.add_trace(
            go.Scatter(
                x=values, y=[place + shift for place in places], mode="markers",
                marker={"symbol": symbol, "size": 9}, name=name,
                error_x={"type": "data", "symmetric": False, "array": over,
                         "arrayminus": under, "thickness": 1.5, "width": 3},
                customdata=[f"{short(g.label, 40)}, {g.n_rows:,} rows" for g in groups],
                hovertemplate="%{customdata}: %{x:,.4g}",
            )
        )  # fmt: skip
    figure.add_vline(x=0, line={"color": NEUTRAL, "dash": "dot", "width": 1.5})
    figure.update_yaxes(
        range=[len(groups) - 0.5, -0.5], tickvals=places, showgrid=False,
        ticktext=[f"{short(g.label, 24)} ({g.n_rows:,})" for g in groups],
    )  # fmt: skip
    worst = max(groups, key=lambda group: group.mae)
    return Chart(
        figure,
        alt=f"Error in {target} by {column}, {counted('group', len(groups))}; "
        f"largest for {worst.label}: {score_text(worst.mae)} on average.",
        reading="Circles: how far predictions lie from the truth. Diamonds: to which "
        "side; right of zero the model says too little. Lines are 95% intervals; in "
        "brackets are the rows.",
    )
