"""Charts of predicted numbers: against what was true, and what was missed."""

from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.evaluation import Cloud, Residuals
from core.plots.theme import NEUTRAL, Chart, new_figure, short

_GUIDE: Final = {"color": NEUTRAL, "dash": "dot", "width": 1.5}
_BAND: Final = "rgba(125, 133, 144, 0.22)"
_LARGEST: Final = 16.0


def draw_predicted_actual(cloud: Cloud, target: object) -> Chart:
    """Draw predicted (x) against actual (y), with the line where both are equal.

    Examples
    --------
    >>> draw_predicted_actual(Cloud((1.0, 2.0), (1.0, 3.0), (1, 1), False), "price").alt
    'Predicted against actual price of 2 rows; correlation 1.00.'
    """
    name = short(target)
    figure = new_figure(x=f"Predicted {name}", y=f"Actual {name}", height=400)
    _add_cloud(figure, cloud, "predicted %{x:,.4g}, actual %{y:,.4g}")
    both = (*cloud.x, *cloud.y)
    ends = [min(both), max(both)]
    figure.add_trace(
        go.Scatter(x=ends, y=ends, mode="lines", line=_GUIDE, hoverinfo="skip")
    )
    figure.update_layout(showlegend=False)
    return Chart(
        figure,
        alt=f"Predicted against actual {target} of {sum(cloud.n_rows):,} rows"
        f"{_correlation(cloud)}.",
        reading="Points on the dotted line are exactly right; above it the truth was "
        "higher than predicted." + _binned(cloud),
    )


def draw_residuals(found: Residuals, target: object) -> Chart:
    """Draw what was missed along the prediction, with the middle and a band.

    The band holds 80% of the rows in each tenth of the predictions.
    """
    name = short(target)
    figure = new_figure(x=f"Predicted {name}", y="Actual minus predicted", height=400)
    _add_cloud(figure, found.cloud, "predicted %{x:,.4g}, missed by %{y:,.4g}")
    x = (*found.predicted, *found.predicted[::-1])
    figure.add_trace(
        go.Scatter(
            x=x, y=(*found.high, *found.low[::-1]), fill="toself", mode="lines",
            line={"width": 0}, fillcolor=_BAND, hoverinfo="skip", name="80% of rows",
        )
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=found.predicted, y=found.median, mode="lines+markers", name="Median",
            hovertemplate="median %{y:,.4g}<extra></extra>",
        )
    )  # fmt: skip
    figure.add_hline(y=0, line=_GUIDE)
    drift = max(found.median, key=abs)
    return Chart(
        figure,
        alt=f"Residuals of {target} along the prediction, {sum(found.counts):,} rows; "
        f"the median lies furthest from zero at {drift:,.3g}.",
        reading="A median line near zero is good; where it rises or falls, the model "
        "is systematically off, and where the band widens it is less sure."
        + _binned(found.cloud),
    )


def draw_residual_histogram(found: Residuals) -> Chart:
    """Draw how often errors of each size occur."""
    edges = np.asarray(found.edges)
    figure = new_figure(x="Actual minus predicted", y="Rows", height=300)
    figure.add_trace(
        go.Bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=found.counts,
            width=np.diff(edges),
            customdata=np.column_stack([edges[:-1], edges[1:]]),
            hovertemplate="%{customdata[0]:,.3g} to %{customdata[1]:,.3g}: %{y:,} rows"
            "<extra></extra>",
        )
    )
    figure.add_vline(x=0, line=_GUIDE)
    figure.update_layout(showlegend=False, bargap=0.02)
    return Chart(
        figure,
        alt=f"Histogram of the errors of {sum(found.counts):,} rows, from "
        f"{edges[0]:,.3g} to {edges[-1]:,.3g}.",
        reading="A narrow hill around zero is good; a long arm means that some rows "
        "are missed by far.",
    )


def _add_cloud(figure: go.Figure, cloud: Cloud, words: str) -> None:
    n_rows = np.asarray(cloud.n_rows, dtype=np.float64)
    size = 3 + (_LARGEST - 3) * np.sqrt(n_rows / n_rows.max()) if cloud.binned else 6
    rows = "<br>%{customdata} rows" if cloud.binned else ""
    figure.add_trace(
        go.Scatter(
            x=cloud.x,
            y=cloud.y,
            mode="markers",
            marker={"size": size, "opacity": 0.55, "line": {"width": 0}},
            customdata=[f"{n:,}" for n in cloud.n_rows],
            hovertemplate=f"{words}{rows}<extra></extra>",
            name="Rows",
        )
    )


def _binned(cloud: Cloud) -> str:
    return " Rows are gathered in a grid; larger dots are more." if cloud.binned else ""


def _correlation(cloud: Cloud) -> str:
    x, y, w = (
        np.asarray(part, dtype=float) for part in (cloud.x, cloud.y, cloud.n_rows)
    )
    spread = np.cov(x, y, fweights=w.astype(int)) if len(x) > 1 else np.zeros((2, 2))
    scale = float(np.sqrt(spread[0, 0] * spread[1, 1]))
    return f"; correlation {spread[0, 1] / scale:.2f}" if scale else ""
