"""Charts of one prediction: how sure it is, and what decides."""

from collections.abc import Mapping

import plotly.graph_objects as go

from core.plots.theme import NEUTRAL, Chart, new_figure, short
from core.wording import percent

_MOST_CLASSES = 10
_TRACK = "rgba(125, 133, 144, 0.22)"


def draw_probability(probability: float, threshold: float, label: object) -> Chart:
    """Draw the probability of one class against the threshold that decides.

    Parameters
    ----------
    probability, threshold : float, in [0, 1]
        The class is predicted when its probability is at least the threshold.
    label : object
        The class.

    Examples
    --------
    >>> draw_probability(0.62, 0.4, "yes").alt
    'Probability of yes: 62.0%; threshold 40.0%; above it.'
    """
    figure = _row_figure(height=96, top=30)
    figure.add_shape(
        type="rect", x0=0, x1=1, y0=-0.4, y1=0.4, line_width=0, fillcolor=_TRACK,
        layer="below",
    )  # fmt: skip
    figure.add_bar(
        x=[probability],
        y=[0],
        width=0.8,
        orientation="h",
        hovertemplate=f"{probability:.1%}<extra></extra>",
    )
    figure.add_vline(x=threshold, line_width=2, line_dash="dot", line_color=NEUTRAL)
    figure.add_annotation(
        x=threshold,
        y=1,
        yref="paper",
        yanchor="bottom",
        xanchor="left" if threshold < 0.2 else "right" if threshold > 0.8 else "center",
        text=f"threshold {percent(threshold)}",
        showarrow=False,
    )
    side = "above it" if probability >= threshold else "below it"
    return Chart(
        figure,
        alt=f"Probability of {label}: {percent(probability)}; "
        f"threshold {percent(threshold)}; {side}.",
        reading="The class is answered when the bar reaches the dotted line.",
    )


def draw_class_probabilities(probabilities: Mapping[str, float]) -> Chart:
    """Draw the probability of each class, the likeliest first.

    Parameters
    ----------
    probabilities : mapping of str to float, in [0, 1]
        At most the ten likeliest are drawn; ties keep their order.

    Examples
    --------
    >>> draw_class_probabilities({"a": 0.2, "b": 0.8}).alt
    'Probabilities: b 80.0%, a 20.0%.'
    """
    ranked = sorted(probabilities.items(), key=lambda item: -item[1])
    shown = ranked[:_MOST_CLASSES]
    figure = _row_figure(height=40 + 30 * len(shown), top=8)
    positions = [str(i) for i in range(len(shown))]
    labels = [short(label, 24) for label, _ in shown]
    figure.add_bar(
        x=[value for _, value in shown],
        y=positions,
        orientation="h",
        text=[percent(value) for _, value in shown],
        textposition="outside",
        cliponaxis=False,
        customdata=labels,
        hovertemplate="%{customdata}:%{x:.1%}<extra></extra>",
    )
    figure.update_yaxes(
        visible=True,
        type="category",
        range=None,
        autorange="reversed",
        tickvals=positions,
        ticktext=labels,
    )
    figure.update_layout(bargap=0.3)
    figure.update_xaxes(range=[0, 1.12], tickvals=[0, 0.25, 0.5, 0.75, 1])
    named = ", ".join(f"{label} {percent(value)}" for label, value in shown)
    return Chart(
        figure,
        alt=f"Probabilities: {named}.",
        reading="The answer is the class with the longest bar; "
        "the bars of all classes add up to 100%.",
    )


def draw_interval(
    prediction: float,
    interval: tuple[float, float],
    target: object,
    coverage: float = 0.9,
) -> Chart:
    """Draw a predicted number with the interval it comes with.

    Parameters
    ----------
    prediction : float
    interval : tuple of float
        Lower and upper end.
    target : object
        Name of what is predicted.
    coverage : float, default=0.9
        Share of rows whose truth lies within.

    Examples
    --------
    >>> draw_interval(12.0, (10.0, 15.5), "price").alt
    'Predicted price: 12; 90% interval from 10 to 15.5.'
    """
    low, high = interval
    share = percent(coverage, 0)
    figure = _row_figure(height=88, top=8)
    figure.add_shape(
        type="line", x0=low, x1=high, y0=0, y1=0, layer="below",
        line={"width": 8, "color": _TRACK},
    )  # fmt: skip
    figure.add_scatter(
        x=[prediction],
        y=[0],
        mode="markers",
        marker={"size": 14},
        hovertemplate="%{x:,.6g}<extra></extra>",
    )
    for end in (low, high):
        figure.add_shape(
            type="line", x0=end, x1=end, y0=-0.4, y1=0.4,
            line={"width": 2, "color": NEUTRAL},
        )  # fmt: skip
    room = 0.15 * (high - low) or abs(prediction) * 0.1 or 1.0
    figure.update_xaxes(
        tickformat=",",
        nticks=6,
        range=[min(low, prediction) - room, max(high, prediction) + room],
    )
    return Chart(
        figure,
        alt=f"Predicted {target}: {prediction:,.6g}; {share} interval from "
        f"{low:,.6g} to {high:,.6g}.",
        reading=f"The dot is the prediction; for {share} of such rows "
        "the truth lies within the line.",
    )


def _row_figure(*, height: int, top: int) -> go.Figure:
    """Return a flat figure whose horizontal axis runs from 0 to 100%."""
    figure = new_figure(height=height)
    figure.update_layout(showlegend=False, margin={"l": 8, "r": 20, "t": top, "b": 26})
    figure.update_xaxes(
        range=[0, 1], tickformat=".0%", fixedrange=True, automargin=False
    )
    figure.update_yaxes(visible=False, fixedrange=True, range=[-0.5, 0.5])
    return figure
