"""Charts of training: the search over time, how sure scores are, quality and speed."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import plotly.graph_objects as go

from core.modeling import Metric
from core.plots.theme import GOOD, NEUTRAL, Chart, new_figure, short, text
from core.wording import counted, score_text, with_interval

Row = Mapping[str, Any]

_FASTEST_SHOWN_MS: Final = 0.001
_FEWEST_TO_CUT: Final = 4
_MOST_NAMED: Final = 3


def draw_search(rows: Sequence[Row], metric: Metric) -> Chart:
    """Draw each candidate's score when it was finished, and the best one so far.

    Parameters
    ----------
    rows : sequence of mapping
        Of the leaderboard; those without a score are left out.
    metric : Metric

    Examples
    --------
    >>> from core.modeling import METRICS
    >>> row = {"candidate": "Linear model", "score": 0.8, "finished_s": 2.0}
    >>> draw_search([row], METRICS["roc_auc"]).alt
    'ROC AUC of 1 candidate over time; the best so far is Linear model with 0.800.'
    """
    done = sorted(_scored(rows), key=lambda row: row["finished_s"] or 0.0)
    figure = new_figure(x="Seconds since the start", y=metric.title, height=260)
    if not done:
        return Chart(figure, "No candidate is finished yet.", _READ_SEARCH)
    best, steps = done[0], []
    for row in done:
        if metric.gain(row["score"], best["score"]) > 0:
            best = row
        steps.append(best["score"])
    seconds = [row["finished_s"] for row in done]
    figure.add_trace(
        go.Scatter(
            x=seconds, y=steps, mode="lines", line={"shape": "hv", "width": 2},
            name="Best so far", hoverinfo="skip",
        )
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=seconds, y=[row["score"] for row in done], mode="markers",
            marker={"color": NEUTRAL, "size": 7}, name="Candidate",
            text=[text(row["candidate"]) for row in done],
            hovertemplate="%{text}<br>%{y:.4g} after %{x:.0f} s<extra></extra>",
        )
    )  # fmt: skip
    far = _too_far(done, metric)
    _keep_readable(figure, done, far, metric)
    return Chart(
        figure,
        alt=f"{metric.title} of {counted('candidate', len(done))} over time; the best "
        f"so far is {best['candidate']} with {score_text(best['score'])}.",
        reading=_READ_SEARCH + _better(metric) + _left_out(far),
    )


_READ_SEARCH: Final = (
    "Each dot is a finished candidate; the line is the best score so far. "
)


def draw_intervals(rows: Sequence[Row], metric: Metric, chosen: str) -> Chart:
    """Draw the best candidate of each family with its 95% interval, best on top.

    The chosen candidate is drawn too, when it is not the best of its family.

    Parameters
    ----------
    rows : sequence of mapping
        Of the leaderboard, best first.
    metric : Metric
    chosen : str
        Candidate that is drawn in colour.

    Examples
    --------
    >>> from core.modeling import METRICS
    >>> row = {"candidate": "A", "family": "linear", "score": 0.8, "low": 0.7,
    ...        "high": 0.9}
    >>> draw_intervals([row], METRICS["roc_auc"], "A").alt
    'ROC AUC with 95% intervals: A 0.800 (0.700 to 0.900).'
    """
    shown = _best_of_families(_scored(rows), chosen)
    figure = new_figure(x=metric.title, height=max(200, 72 + 31 * len(shown)))
    for row in shown:
        own = row["candidate"] == chosen
        ends = [row.get("low"), row.get("high")]
        known = None not in ends
        figure.add_trace(
            go.Scatter(
                x=[row["score"]],
                y=[short(row["candidate"], 24)],
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": [ends[1] - row["score"]] if known else [0],
                    "arrayminus": [row["score"] - ends[0]] if known else [0],
                    "thickness": 2,
                    "width": 0,
                },
                mode="markers",
                marker={"size": 11 if own else 8, "color": GOOD if own else NEUTRAL},
                hovertemplate=f"{text(_words(row))}<extra></extra>",
                showlegend=False,
            )
        )
    figure.update_yaxes(autorange="reversed", type="category")
    return Chart(
        figure,
        alt=f"{metric.title} with 95% intervals: "
        + ", ".join(_words(row) for row in shown)
        + ".",
        reading="The best of each family. Where two intervals overlap widely, the rows "
        "cannot tell the two models apart. " + _better(metric),
    )


def draw_speed(rows: Sequence[Row], metric: Metric, chosen: str) -> Chart:
    """Draw quality against the time to answer one row, with the best trade-offs.

    Parameters
    ----------
    rows : sequence of mapping
        Of the leaderboard.
    metric : Metric
    chosen : str
        Candidate that is drawn in colour.

    Examples
    --------
    >>> from core.modeling import METRICS
    >>> rows = [{"candidate": "A", "score": 0.8, "row_ms": 9.0},
    ...         {"candidate": "B", "score": 0.7, "row_ms": 10.0}]
    >>> draw_speed(rows, METRICS["roc_auc"], "A").alt
    'ROC AUC against milliseconds for one row; best trade-offs: A (0.800, 9.0 ms).'
    """
    timed = [row for row in _scored(rows) if row.get("row_ms") is not None]
    far = _too_far(timed, metric)
    front = pareto([row for row in timed if row not in far], metric)
    figure = new_figure(x="Milliseconds for one row", y=metric.title, height=320)
    figure.add_trace(
        go.Scatter(
            x=[_ms(row) for row in front], y=[row["score"] for row in front],
            mode="lines", line={"dash": "dot", "width": 1.5, "color": NEUTRAL},
            name="Best trade-offs", hoverinfo="skip",
        )
    )  # fmt: skip
    for own in (False, True):
        part = [row for row in timed if (row["candidate"] == chosen) is own]
        figure.add_trace(
            go.Scatter(
                x=[_ms(row) for row in part], y=[row["score"] for row in part],
                mode="markers", name="Chosen" if own else "Others",
                marker={"size": 13 if own else 8, "color": GOOD if own else NEUTRAL},
                text=[text(row["candidate"]) for row in part],
                hovertemplate="%{text}<br>%{y:.4g}, %{x:.2g} ms<extra></extra>",
            )
        )  # fmt: skip
    figure.update_xaxes(type="log", dtick="D2", tickformat="~g")
    _keep_readable(figure, timed, far, metric)
    named = ", ".join(
        f"{row['candidate']} ({score_text(row['score'])}, {row['row_ms']:.1f} ms)"
        for row in front
    )
    return Chart(
        figure,
        alt=f"{metric.title} against milliseconds for one row; "
        f"best trade-offs: {named or 'none'}.",
        reading="Further left answers faster. No candidate is both better and faster "
        "than one on the dotted line; small differences in time are noise. "
        + _better(metric)
        + _left_out(far),
    )


def pareto(rows: Sequence[Row], metric: Metric) -> list[Row]:
    """Return the rows that no other beats in both score and speed, fastest first.

    Examples
    --------
    >>> from core.modeling import METRICS
    >>> rows = [{"score": 0.8, "row_ms": 9.0}, {"score": 0.7, "row_ms": 1.0},
    ...         {"score": 0.6, "row_ms": 2.0}]
    >>> [row["score"] for row in pareto(rows, METRICS["roc_auc"])]
    [0.7, 0.8]
    """
    front: list[Row] = []
    order = sorted(
        rows, key=lambda row: (row["row_ms"], -metric.gain(row["score"], 0.0))
    )
    for row in order:
        if not front or metric.gain(row["score"], front[-1]["score"]) > 0:
            front.append(row)
    return front


def _scored(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.get("score") is not None]


def _ms(row: Row) -> float:
    return max(float(row["row_ms"]), _FASTEST_SHOWN_MS)


def _words(row: Row) -> str:
    ends = row.get("low"), row.get("high")
    return f"{row['candidate']} {with_interval(row['score'], *ends)}"


def _better(metric: Metric) -> str:
    return f"{'Higher' if metric.higher_is_better else 'Lower'} is better."


def _best_of_families(rows: Sequence[Row], chosen: str) -> list[Row]:
    shown, families = [], set()
    for row in rows:
        if row["family"] not in families or row["candidate"] == chosen:
            shown.append(row)
        families.add(row["family"])
    return shown


def _too_far(rows: Sequence[Row], metric: Metric) -> list[Row]:
    """Return the rows whose scores are far worse than those of the better half."""
    ordered = sorted(rows, key=lambda row: -metric.gain(row["score"], 0.0))
    if len(ordered) < _FEWEST_TO_CUT:
        return []
    best, reach = ordered[0]["score"], _reach(ordered)
    far = [row for row in ordered if abs(row["score"] - best) > reach]
    return far if reach else []


def _reach(ordered: Sequence[Row]) -> float:
    best, middle = (float(ordered[i]["score"]) for i in (0, len(ordered) // 2))
    return 3 * abs(best - middle)


def _keep_readable(
    figure: go.Figure, rows: Sequence[Row], far: Sequence[Row], metric: Metric
) -> None:
    """Cut the far scores off, so that the best can be told apart."""
    if not far:
        return
    ordered = sorted(rows, key=lambda row: -metric.gain(row["score"], 0.0))
    best, reach = ordered[0]["score"], _reach(ordered)
    sign = 1 if metric.higher_is_better else -1
    figure.update_yaxes(range=sorted([best + sign * 0.15 * reach, best - sign * reach]))


def _left_out(far: Sequence[Row]) -> str:
    if not far:
        return ""
    names = ", ".join(str(row["candidate"]) for row in far[:_MOST_NAMED])
    more = len(far) - _MOST_NAMED
    named = f"{names} and {more} more" if more > 0 else names
    return f" Far worse and outside the picture: {named}."
