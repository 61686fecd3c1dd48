"""Charts of a choice: is A better than B, which settings mattered, who overfits."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import plotly.graph_objects as go

from core.modeling import Better, FamilySettings, Metric
from core.plots.theme import BAD, GOOD, NEUTRAL, Chart, new_figure, short, text
from core.wording import percent, score_text

Row = Mapping[str, Any]
_MOST_SETTINGS: Final = 8


def draw_better(found: Better, first: str, second: str) -> Chart:
    """Draw the chances that the first is better, practically equal, or worse.

    Parameters
    ----------
    found : Better
    first, second : str
        Names of the candidates.

    Examples
    --------
    >>> found = Better(0.9, 0.08, 0.02, 0.03, 0.01, 0.05, 0.01, 400)
    >>> draw_better(found, "A", "B").alt
    'Chances: A is better 90%, practically equal 8%, B is better 2%.'
    """
    parts = (
        (f"{first} is better", found.p_better, GOOD),
        ("practically equal", found.p_equal, NEUTRAL),
        (f"{second} is better", found.p_worse, BAD),
    )
    figure = new_figure(height=170)
    for name, share, colour in parts:
        figure.add_trace(
            go.Bar(
                x=[share], y=[""], orientation="h", name=short(name, 40),
                marker_color=colour, text=[percent(share, 0) if share > 0.04 else ""],
                textposition="inside", insidetextanchor="middle",
                textfont_color="white", textangle=0,
                hovertemplate=f"{text(name)}: %{{x:.1%}}<extra></extra>",
            )
        )  # fmt: skip
    figure.update_layout(barmode="stack", legend_traceorder="normal", margin_t=64)
    figure.update_xaxes(range=[0, 1], tickformat=".0%")
    said = ", ".join(f"{name} {percent(share, 0)}" for name, share, _ in parts)
    return Chart(
        figure,
        alt=f"Chances: {said}.",
        reading="The three chances together make 100%. Equal means: the scores differ "
        f"by at most {score_text(found.zone)}.",
    )


def draw_settings(found: FamilySettings, title: str) -> Chart:
    """Draw how much each setting of a family explains of the scores.

    Parameters
    ----------
    found : FamilySettings
        With settings.
    title : str
        Of the family, in a person's words.

    Examples
    --------
    >>> from core.modeling.importance import SettingImportance
    >>> setting = SettingImportance("depth", 0.6, 0.4, 0.7)
    >>> draw_settings(FamilySettings("lightgbm", 30, (setting,)), "LightGBM").alt
    'Settings of LightGBM by what they explain: depth 60% (40% to 70%).'
    """
    shown = found.settings[:_MOST_SETTINGS]
    figure = new_figure(
        x="Share of the differences in score", height=max(150, 80 + 26 * len(shown))
    )
    figure.add_trace(
        go.Scatter(
            x=[item.share for item in shown],
            y=[short(item.name, 24) for item in shown],
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [item.high - item.share for item in shown],
                "arrayminus": [item.share - item.low for item in shown],
                "thickness": 2,
                "width": 0,
            },
            mode="markers",
            marker={"size": 9, "color": GOOD},
            hovertemplate="%{y}: %{x:.0%}<extra></extra>",
            showlegend=False,
        )
    )
    figure.update_xaxes(range=[0, 1.02], tickformat=".0%")
    figure.update_yaxes(autorange="reversed", type="category")
    said = ", ".join(
        f"{item.name} {item.share:.0%} ({item.low:.0%} to {item.high:.0%})"
        for item in shown
    )
    return Chart(
        figure,
        alt=f"Settings of {title} by what they explain: {said}.",
        reading="What each setting explains on its own, with the middle 90% over draws "
        "of the candidates. Settings whose lines overlap cannot be put in order.",
    )


def draw_gap(rows: Sequence[Row], metric: Metric) -> Chart:
    """Draw the best of each family on training rows beside validation rows.

    Parameters
    ----------
    rows : sequence of mapping
        Of the leaderboard, best first.
    metric : Metric

    Examples
    --------
    >>> from core.modeling import METRICS
    >>> row = {"candidate": "A", "family": "linear", "score": 0.8, "train_score": 0.9}
    >>> draw_gap([row], METRICS["roc_auc"]).alt
    'ROC AUC on validation and training rows: A 0.800 and 0.900.'
    """
    best: dict[str, Row] = {}
    for row in rows:
        if row.get("score") is not None and row.get("train_score") is not None:
            best.setdefault(row["family"], row)
    shown = list(best.values())
    figure = new_figure(x=metric.title, height=max(200, 92 + 31 * len(shown)))
    names = [short(row["candidate"], 24) for row in shown]
    for row, name in zip(shown, names, strict=True):
        figure.add_trace(
            go.Scatter(
                x=[row["score"], row["train_score"]], y=[name, name], mode="lines",
                line={"color": NEUTRAL, "width": 2}, hoverinfo="skip",
                showlegend=False,
            )
        )  # fmt: skip
    for label, key, symbol in (
        ("Validation rows", "score", "circle"),
        ("Training rows", "train_score", "circle-open"),
    ):
        figure.add_trace(
            go.Scatter(
                x=[row[key] for row in shown], y=names, mode="markers", name=label,
                marker={"color": GOOD, "size": 9, "symbol": symbol, "line_width": 2},
                hovertemplate=f"%{{y}}, {label.lower()}: %{{x:.4g}}<extra></extra>",
            )
        )  # fmt: skip
    figure.update_yaxes(autorange="reversed", type="category")
    said = ", ".join(
        f"{row['candidate']} {score_text(row['score'])} and "
        f"{score_text(row['train_score'], like=row['score'])}"
        for row in shown
    )
    return Chart(
        figure,
        alt=f"{metric.title} on validation and training rows: {said or 'none'}.",
        reading="The best of each family. A long line means that the model knows its "
        "training rows by heart; what counts is the full dot.",
    )
