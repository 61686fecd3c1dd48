"""The chart of a learning curve: what was fitted, and what more rows would bring."""

import plotly.graph_objects as go

from core.evaluation.learning import FARTHEST, LearningCurve, Outlook
from core.plots.theme import NEUTRAL, Chart, new_figure
from core.wording import score_text

_BAND = "rgba(125, 133, 144, 0.22)"


def draw_learning(curve: LearningCurve, ahead: Outlook | None) -> Chart:
    """Draw every fit over its training rows, and the power law with its band.

    Parameters
    ----------
    curve : LearningCurve
    ahead : Outlook or None
        None draws the fits alone.
    """
    figure = new_figure(x="Training rows", y=curve.title, height=360)
    if ahead is not None:
        band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
        figure.add_trace(
            go.Scatter(x=ahead.n_rows, y=ahead.high, showlegend=False, **band)
        )
        figure.add_trace(
            go.Scatter(
                x=ahead.n_rows, y=ahead.low, fill="tonexty", fillcolor=_BAND,
                name="95% interval", **band,
            )
        )  # fmt: skip
        figure.add_trace(
            go.Scatter(
                x=ahead.n_rows, y=ahead.score, mode="lines", name="Power law",
                line={"color": NEUTRAL},
            )
        )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=[p.n_rows for p in curve.points for _ in p.scores],
            y=[score for p in curve.points for score in p.scores],
            mode="markers",
            marker={"size": 8},
            name="One fit",
        )
    )
    figure.add_vline(x=curve.n_rows, line={"color": NEUTRAL, "dash": "dot"})
    marked = [p.n_rows for p in curve.points if p.n_rows != curve.points[-2].n_rows]
    marked += [] if ahead is None else [int(FARTHEST) * curve.n_rows]
    figure.update_xaxes(
        type="log", tickvals=marked, ticktext=[f"{n:,}" for n in marked]
    )
    told = "; ".join(
        f"{p.n_rows:,} rows {score_text(p.mean)}" for p in curve.points if p.scores
    )
    return Chart(
        figure,
        alt=f"Learning curve of {curve.candidate}, mean {curve.title}: {told}.",
        reading="Each dot is a fit on other rows. Right of the dotted line there are "
        "no rows yet: there the line is what the power law expects.",
    )
