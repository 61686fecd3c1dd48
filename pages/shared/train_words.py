"""What the Train page says about a leaderboard; nothing is drawn here."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from core.modeling import FAMILIES, Metric
from core.modeling.online import ONLINE
from core.wording import (
    NONE,
    counted,
    interval_text,
    score_text,
    with_interval,
)
from core.workspace import RunRecord, SplitRecord

Row = Mapping[str, Any]

SHORTEST_S = 0.1


def sentence(row: Row, metric: Metric, where: str, baseline: Row | None) -> str:
    """Say in one sentence how good a candidate is, how sure, and on which rows.

    Examples
    --------
    >>> from core.modeling import METRICS
    >>> row = {"candidate": "LightGBM", "score": 0.84, "low": 0.82, "high": 0.86}
    >>> sentence(row, METRICS["roc_auc"], "900 validation rows", None)
    'LightGBM, ROC AUC 0.840 (0.820 to 0.860) on 900 validation rows'
    """
    measured = with_interval(row["score"], row.get("low"), row.get("high"))
    said = f"{row['candidate']}, {metric.title} {measured} on {where}"
    if baseline is not None and baseline["candidate"] != row["candidate"]:
        said += f"; baseline {score_text(baseline['score'], like=row['score'])}"
    return said


def judged_on(run: RunRecord, split: SplitRecord) -> str:
    """Name the rows that candidates were compared on, with their number."""
    if split.in_folds:
        return counted("held-out training row", int(run.summary["n_judged"]))
    return counted("validation row", split.n_validation)


def table(rows: Sequence[Row]) -> pd.DataFrame:
    """Return the leaderboard as it is shown: words for people, best first."""
    best = next((row["score"] for row in rows if row["score"] is not None), None)
    return pd.DataFrame(
        {
            "Candidate": [row["candidate"] for row in rows],
            "Family": [family_title(row["family"]) for row in rows],
            "Score": [row["score"] for row in rows],
            "95% interval": [
                interval_text(row.get("low"), row.get("high")) for row in rows
            ],
            "On training rows": [
                score_text(row["train_score"], like=best) for row in rows
            ],
            "Fit (s)": [_seconds(row["fit_s"]) for row in rows],
            "One row (ms)": [row["row_ms"] for row in rows],
            "1,000 rows (ms)": [row["rows_ms"] for row in rows],
            "Size (MB)": [
                None if row["size_bytes"] is None else row["size_bytes"] / 1e6
                for row in rows
            ],
        }
    )


def notes(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Return what there is to say of single candidates: name and note, best first."""
    said = [(row["candidate"], _note(row)) for row in rows]
    return [(candidate, note) for candidate, note in said if note]


def family_title(name: str) -> str:
    """Return a family's title, and whether it goes on learning.

    Examples
    --------
    >>> family_title("ensemble"), family_title("online")
    ('Ensemble', 'Online linear model (updatable)')
    """
    if name not in FAMILIES:
        return name.capitalize()
    return FAMILIES[name].title + (" (updatable)" if name == ONLINE else "")


def duration(seconds: float) -> str:
    """Return a time as a person would say it.

    Examples
    --------
    >>> duration(42.4), duration(300), duration(3600), duration(90)
    ('42 s', '5 min', '1 h', '1 min 30 s')
    """
    whole = round(max(0.0, seconds))
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    named = ((hours, "h"), (minutes, "min"), (rest, "s"))
    return " ".join(f"{n} {unit}" for n, unit in named if n) or "0 s"


def _seconds(value: float | None) -> str:
    if value is None:
        return NONE
    return f"{value:.1f}" if value >= SHORTEST_S else f"< {SHORTEST_S}"


def _note(row: Row) -> str:
    if row["state"] == "done":
        return str(row["message"])
    return f"{row['state'].capitalize()}: {row['message']}"
