"""Charts of a decision: what each threshold does, and what that is worth."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from core.evaluation.deciding import ThresholdCurve
from core.modeling.metrics import Floats
from core.plots.theme import NEUTRAL, Chart, new_figure, text
from core.wording import percent, score_text

MOST_POINTS: Final = 250
_BAND: Final = "rgba(125, 133, 144, 0.22)"
_DOTTED: Final = {"color": NEUTRAL, "dash": "dot", "width": 1.5}


def draw_thresholds(curve: ThresholdCurve, place: int, present: float) -> Chart:
    """Draw precision, recall and the share flagged along the threshold.

    Parameters
    ----------
    curve : ThresholdCurve
    place : int
        Of the threshold proposed.
    present : float
        The threshold in use.

    Examples
    --------
    >>> from core.evaluation.deciding import threshold_curve
    >>> curve = threshold_curve(np.array([0.0, 1.0]), np.array([0.2, 0.8]), "yes")
    >>> draw_thresholds(curve, 1, 0.5).alt
    'At threshold 0.50: precision 100.0%, recall 100.0%, 50.0% of the rows flagged.'
    """
    found, alarms, _, _ = curve.cells
    flagged = found + alarms
    safe = np.maximum(flagged, 1e-12)
    lines = {
        "Precision": np.where(flagged > 0, found / safe, 1.0),
        "Recall": found / curve.n_positive,
        "Flagged": flagged / curve.n_rows,
    }
    drawn = _thinned(len(flagged), place)
    x = np.asarray(curve.threshold)[drawn]
    figure = new_figure(x="Threshold", y="Share", height=320)
    for (name, values), dash in zip(
        lines.items(), ("solid", "dash", "dot"), strict=True
    ):
        figure.add_trace(
            go.Scatter(
                x=x, y=values[drawn], mode="lines", name=name, line={"dash": dash},
                hovertemplate=f"{name} %{{y:.1%}} from %{{x:.3f}} on<extra></extra>",
            )
        )  # fmt: skip
    figure.add_vline(x=present, line=_DOTTED)
    figure.add_vline(x=curve.threshold[place], line={"color": NEUTRAL, "width": 2})
    figure.update_xaxes(range=[-0.02, 1.02], fixedrange=True)
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%", fixedrange=True)
    precision, recall, share = (float(values[place]) for values in lines.values())
    return Chart(
        figure,
        alt=f"At threshold {curve.threshold[place]:.2f}: precision "
        f"{percent(precision)}, recall {percent(recall)}, {percent(share)} of the rows "
        "flagged.",
        reading="The solid upright line is the threshold proposed, the dotted one that "
        "in use. To the left more rows are flagged: more is found, with more false "
        "alarms.",
    )


def draw_worth(
    curve: ThresholdCurve,
    worth: Floats,
    place: int,
    title: str,
    error: Floats | None = None,
) -> Chart:
    """Draw what each threshold is worth, along the share of rows it flags.

    Parameters
    ----------
    curve : ThresholdCurve
    worth : ndarray of shape (n_thresholds,)
    place : int
        Of the threshold proposed.
    title : str
        What is drawn, for example "F1".
    error : ndarray of shape (n_thresholds,), default=None
        Standard error; a band of 1.96 of it is drawn.
    """
    found, alarms, _, _ = curve.cells
    drawn = _thinned(len(worth), place)
    x = ((found + alarms) / curve.n_rows)[drawn]
    figure = new_figure(x="Share of rows flagged", y=text(title), height=320)
    if error is not None:
        low, high = (worth + side * 1.96 * error for side in (-1, 1))
        figure.add_trace(
            go.Scatter(
                x=_there_and_back(x), y=[*high[drawn], *low[drawn][::-1]],
                fill="toself", mode="lines", line={"width": 0}, fillcolor=_BAND,
                hoverinfo="skip", showlegend=False,
            )
        )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=x, y=worth[drawn], mode="lines", name=text(title),
            customdata=[f"{curve.threshold[i]:.3f}" for i in drawn],
            hovertemplate="%{y:.4g} when %{x:.1%} are flagged, from %{customdata} on"
            "<extra></extra>",
        )
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=[float((found + alarms)[place] / curve.n_rows)], y=[float(worth[place])],
            mode="markers", marker={"size": 11, "symbol": "diamond"}, hoverinfo="skip",
        )
    )  # fmt: skip
    figure.update_layout(showlegend=False)
    figure.update_xaxes(tickformat=".0%", fixedrange=True)
    return Chart(
        figure,
        alt=f"{title} by share of rows flagged: {score_text(float(worth[place]))} at "
        f"the threshold proposed; highest {score_text(float(worth.max()))}.",
        reading="The diamond is the threshold proposed. A flat top means that the "
        "exact threshold matters little."
        + (" The band is the 95% interval." if error is not None else ""),
    )


def _there_and_back(x: Sequence[Any] | Floats) -> list[Any]:
    return [*x, *x[::-1]]


def _thinned(n_points: int, place: int) -> np.ndarray:
    """Return up to 250 places, the chosen one among them."""
    if n_points <= MOST_POINTS:
        return np.arange(n_points)
    spread = np.linspace(0, n_points - 1, MOST_POINTS).astype(np.int64)
    return np.unique(np.append(spread, place))
