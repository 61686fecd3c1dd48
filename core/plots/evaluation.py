"""Charts of an evaluation: which classes are confused, what thresholds do, what counts.

Charts of predicted numbers are in ``core.plots.residuals``.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from core.evaluation import (
    Calibration,
    Confusion,
    Importance,
    ImportanceBasis,
    ScoreCurve,
)
from core.plots.brushing import add_cells
from core.plots.theme import NEUTRAL, Chart, new_figure, short, text

MOST_BARS: Final = 20
_MOST_WORDY: Final = 6
_MOST_NUMBERED: Final = 12
_SHADES: Final = [[0, "#eef4fa"], [1, "#5b9bd5"]]
_INK: Final = "#14181f"  # legible on every shade
_GUIDE: Final = {"color": NEUTRAL, "dash": "dot", "width": 1.5}


def draw_confusion(
    confusion: Confusion, chosen: tuple[int, int] | None = None
) -> Chart:
    """Draw rows by true and by predicted class, shaded by the share of the true class.

    Its cells can be clicked: they are points, numbered row by row.

    Parameters
    ----------
    confusion : Confusion
    chosen : (true, predicted), default=None
        Places of the cell that is marked.

    Examples
    --------
    >>> draw_confusion(Confusion(("no", "yes"), ((90, 10), (5, 15)))).alt
    'Confusion matrix of 120 rows. Of 100 rows that are no, 90 are predicted no. Of 20 \
rows that are yes, 15 are predicted yes.'
    """
    counts = np.asarray(confusion.counts)
    totals = counts.sum(axis=1, keepdims=True)
    share = counts / np.maximum(totals, 1)
    size = len(confusion.labels)
    figure = new_figure(x="Predicted", y="Actual", height=min(620, 200 + 60 * size))
    places = list(range(size))
    names = [text(label) for label in confusion.labels]
    hover = [
        [
            f"{a} predicted as {b}: {counts[i, j]:,} ({share[i, j]:.1%})"
            for j, b in enumerate(names)
        ]
        for i, a in enumerate(names)
    ]
    figure.add_trace(
        go.Heatmap(
            z=share, x=places, y=places, zmin=0, zmax=1, showscale=False, xgap=2,
            ygap=2, colorscale=_SHADES,
        )
    )  # fmt: skip
    add_cells(figure, hover, None if chosen is None else chosen[0] * size + chosen[1])
    if size <= _MOST_NUMBERED:
        _write_cells(figure, counts, share, with_share=size <= _MOST_WORDY)
    ticks = {
        "tickvals": places,
        "ticktext": [short(label, 18) for label in confusion.labels],
    }
    figure.update_xaxes(**ticks)
    figure.update_yaxes(**ticks)
    figure.update_layout(hoverdistance=200)  # a cell is clicked wherever in it
    return Chart(
        figure,
        alt=f"Confusion matrix of {counts.sum():,} rows. {_confused(confusion)}",
        reading="Each row of the picture is what was true, each column what was "
        "predicted; right answers lie on the diagonal, and shade is the share of the "
        "true class.",
    )


def draw_roc(curves: Sequence[ScoreCurve], threshold: float | None = None) -> Chart:
    """Draw true against false positive rate over all thresholds.

    Parameters
    ----------
    curves : sequence of ScoreCurve
        One for each class drawn.
    threshold : float, default=None
        Where a single curve's decision is marked.
    """
    figure = _square("False positive rate", "True positive rate (recall)")
    for curve in curves:
        _add_curve(figure, curve, curve.false_positive_rate, curve.recall, len(curves))
    if threshold is not None and len(curves) == 1:
        _mark(figure, curves[0], threshold, curves[0].false_positive_rate, "recall")
    _add_diagonal(figure, "Guessing")
    areas = [(curve.label, curve.roc_area) for curve in curves]
    return Chart(
        figure,
        alt=f"ROC curve; area {_listed(areas)}.",
        reading="The further a curve bends to the upper left, the better it ranks; the "
        "dotted diagonal is guessing.",
    )


def draw_precision_recall(
    curves: Sequence[ScoreCurve], threshold: float | None = None
) -> Chart:
    """Draw precision against recall over all thresholds; see `draw_roc`."""
    figure = _square("Recall", "Precision")
    for curve in curves:
        _add_curve(figure, curve, curve.recall, curve.precision, len(curves))
    reading = "To the right more of the class is found; the higher the curve, the fewer"
    reading += " false alarms that costs."
    if len(curves) == 1:
        (curve,) = curves
        share = curve.n_positive / (curve.n_positive + curve.n_negative)
        figure.add_hline(y=share, line=_GUIDE)
        reading += f" The dotted line is guessing: {share * 100:.1f}% of the rows."
        if threshold is not None:
            _mark(figure, curve, threshold, curve.recall, "precision")
    areas = [(curve.label, curve.pr_area) for curve in curves]
    return Chart(figure, f"Precision-recall curve; area {_listed(areas)}.", reading)


def draw_calibration(found: Calibration) -> Chart:
    """Draw what happened against what was promised, with intervals."""
    figure = _square("Predicted probability", "Share that happened")
    observed = np.asarray(found.observed)
    figure.add_trace(
        go.Scatter(
            x=found.predicted,
            y=observed,
            mode="lines+markers",
            name="This model",
            error_y={
                "type": "data",
                "symmetric": False,
                "array": np.maximum(np.asarray(found.high) - observed, 0),
                "arrayminus": np.maximum(observed - np.asarray(found.low), 0),
                "thickness": 1,
                "width": 3,
            },
            customdata=[f"{n:,}" for n in found.n_rows],
            hovertemplate="promised %{x:.1%}, happened %{y:.1%}"
            "<br>%{customdata} rows<extra></extra>",
        )
    )
    _add_diagonal(figure, "Exactly right")
    of = "being right" if found.label is None else short(found.label)
    return Chart(
        figure,
        alt=f"Calibration of the probability of {of}: it differs from what happened by "
        f"{found.distance * 100:.1f} points on average.",
        reading="A point above the diagonal happened more often than promised, one "
        "below less often; bars are intervals, and one that reaches the diagonal is "
        "fine.",
    )


def draw_importance(ranked: Sequence[Importance], basis: ImportanceBasis) -> Chart:
    """Draw how much is lost when each column is shuffled, the greatest first.

    Examples
    --------
    >>> basis = ImportanceBasis("roc_auc", "ROC AUC", 900, 5, 0)
    >>> draw_importance([Importance("age", 0.2, 0.1, 0.3)], basis).alt
    'Importance of 1 columns, as the loss in ROC AUC: age 0.2.'
    """
    shown = list(ranked[:MOST_BARS])
    figure = new_figure(
        x=f"Loss in {text(basis.title)} when shuffled", height=90 + 26 * len(shown)
    )
    places = list(range(len(shown)))
    values = np.array([item.value for item in shown])
    figure.add_trace(
        go.Bar(
            x=values,
            y=places,
            orientation="h",
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [item.high - item.value for item in shown],
                "arrayminus": [item.value - item.low for item in shown],
                "color": NEUTRAL,
                "thickness": 1.5,
                "width": 3,
            },
            customdata=[text(item.column) for item in shown],
            hovertemplate="%{customdata}: %{x:.4g}<extra></extra>",
        )
    )
    figure.update_yaxes(
        autorange="reversed",
        tickvals=places,
        ticktext=[short(item.column, 24) for item in shown],
        showgrid=False,
    )
    figure.update_layout(showlegend=False)
    first = ", ".join(f"{item.column} {item.value:.3g}" for item in shown[:5])
    more = len(ranked) - len(shown)
    return Chart(
        figure,
        alt=f"Importance of {len(ranked)} columns, as the loss in {basis.title}: "
        f"{first}.",
        reading="The longer the bar, the more the model relies on the column; a line "
        "that crosses zero may be chance."
        + (f" The {more} least important columns are not drawn." if more else ""),
    )


def _square(x: str, y: str) -> go.Figure:
    figure = new_figure(x=x, y=y, height=400)
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%", fixedrange=True)
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%", fixedrange=True)
    return figure


def _add_diagonal(figure: go.Figure, name: str) -> None:
    figure.add_trace(
        go.Scatter(
            x=[0, 1], y=[0, 1], mode="lines", line=_GUIDE, name=name, hoverinfo="skip"
        )
    )  # fmt: skip


def _add_curve(
    figure: go.Figure, curve: ScoreCurve, x: Any, y: Any, n_curves: int
) -> None:
    figure.add_trace(
        go.Scatter(
            x=x, y=y, mode="lines", line={"width": 2 if n_curves > 1 else 2.5},
            name=short(curve.label, 18),
            customdata=[f"{t:.3f}" for t in curve.threshold],
            hovertemplate="%{x:.1%}, %{y:.1%} from %{customdata} on",
        )
    )  # fmt: skip


def _mark(
    figure: go.Figure, curve: ScoreCurve, threshold: float, x: Any, height: str
) -> None:
    position = curve.nearest(threshold)
    figure.add_trace(
        go.Scatter(
            x=[x[position]], y=[getattr(curve, height)[position]], mode="markers",
            marker={"size": 11, "symbol": "diamond"},
            name=f"Threshold {threshold:.2f}",
            hovertemplate="%{x:.1%}, %{y:.1%}<extra></extra>",
        )
    )  # fmt: skip


def _write_cells(
    figure: go.Figure, counts: Any, share: Any, *, with_share: bool
) -> None:
    for (i, j), count in np.ndenumerate(counts):
        words = f"{count:,}"
        if with_share:
            words = f"<b>{words}</b><br>{share[i, j]:.1%}"
        figure.add_annotation(x=j, y=i, text=words, showarrow=False, font_color=_INK)


def _confused(confusion: Confusion) -> str:
    labels, counts = confusion.labels, np.array(confusion.counts)
    if len(labels) <= 4:
        return " ".join(
            f"Of {counts[i].sum():,} rows that are {label}, {counts[i, i]:,} are "
            f"predicted {label}."
            for i, label in enumerate(labels)
        )
    right = confusion.n_right
    np.fill_diagonal(counts, 0)
    i, j = np.unravel_index(counts.argmax(), counts.shape)
    return (
        f"{right:,} are right. The commonest mistake: {labels[i]} taken for "
        f"{labels[j]}, {counts[i, j]:,} times."
    )


def _listed(areas: Sequence[tuple[Any, float]]) -> str:
    if len(areas) == 1:
        return f"{areas[0][1]:.3f}"
    return ", ".join(f"{label} {area:.3f}" for label, area in areas)
