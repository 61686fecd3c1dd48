"""Which candidate suits which need: the most accurate, the fastest, the plainest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from core.modeling.better import Better, posterior_scores, verdict
from core.modeling.judged import Judged
from core.modeling.metrics import Floats
from core.modeling.scoring import Metric
from core.wording import percent, score_text, signed_text

Row = Mapping[str, Any]
Kind = Literal["accurate", "fast", "plain"]

N_DRAWS: Final = 300
_CLEARLY_FASTER: Final = 1.5
_FAST_ENOUGH_MS: Final = 0.1
_MOST_COMPARED: Final = 12

PLAIN: Final[Mapping[str, str]] = {
    "linear": "it adds up one weight for each value of a column, and each can be read",
    "nearest_neighbours": "every answer can be shown by the rows it comes from",
}
"""Families whose answers a person can follow, the easiest first, and why."""


@dataclass(frozen=True)
class Need:
    """The candidate that serves one need best.

    Attributes
    ----------
    kind : {"accurate", "fast", "plain"}
    candidate : str or None
        None when no candidate serves it.
    why : str
        In words, with the figures it rests on.
    against : Better or None
        The candidate compared with the most accurate; None for that one itself.
    times_faster : float
        How many times faster it answers one row than the most accurate.
    """

    kind: Kind
    candidate: str | None
    why: str
    against: Better | None = None
    times_faster: float = 1.0


def choose_by_need(
    rows: Sequence[Row], metric: Metric, judged: Judged, *, n_draws: int = N_DRAWS
) -> tuple[Need, ...]:
    """Name the most accurate, the fastest within the noise, and the plainest.

    "Within the noise" is `Better.within_noise` against the most accurate, on the rows
    that all were judged by. Faster counts from 1.5 times on, since smaller differences
    in time are noise themselves, and only where the best takes more than 0.1 ms a row:
    any call around the model takes longer than that.

    Parameters
    ----------
    rows : sequence of mapping
        Of the leaderboard, best first.
    metric : Metric
    judged : Judged
    n_draws : int, default=300

    Returns
    -------
    tuple of Need
        One for each need, the most accurate first; empty without a score.

    Examples
    --------
    >>> import numpy as np
    >>> from core.modeling.scoring import METRICS
    >>> y = np.arange(90.0)
    >>> said = {"Boosting": y + 1.0, "Linear model": y - 1.001}
    >>> rows = [{"candidate": "Boosting", "family": "lightgbm", "score": 1.0,
    ...          "row_ms": 4.0},
    ...         {"candidate": "Linear model", "family": "linear", "score": 1.001,
    ...          "row_ms": 0.1}]
    >>> needs = choose_by_need(rows, METRICS["mae"], Judged(y, said, 90))
    >>> [need.candidate for need in needs], round(needs[1].times_faster)
    (['Boosting', 'Linear model', 'Linear model'], 40)
    """
    known = [
        row
        for row in rows
        if row.get("score") is not None and row["candidate"] in judged.outputs
    ]
    if not known:
        return ()
    arena = _Arena(metric, judged, known[0], n_draws)
    others = [row for row in known[1:] if row["family"] != "baseline"]
    best = known[0]
    accurate = Need(
        "accurate",
        best["candidate"],
        f"{metric.title} {score_text(best['score'])}, the best of "
        f"{len(known)} candidates.",
    )
    return accurate, _fastest(others, arena), _plainest(others, arena)


def recommend(needs: Sequence[Need], rows: Sequence[Row]) -> str:
    """Say in a sentence or two which candidate to take, and what speaks for it.

    Examples
    --------
    >>> needs = [Need("accurate", "A", ""), Need("fast", "A", ""),
    ...          Need("plain", None, "")]
    >>> recommend(needs, [{"candidate": "A", "family": "linear"}])
    'A: no other candidate is as good and noticeably faster.'
    """
    if not needs:
        return ""
    best, fast, plain = needs
    family = {row["candidate"]: row["family"] for row in rows}
    if fast.candidate not in (None, best.candidate) and fast.against is not None:
        easy = " and can be followed" if family[str(fast.candidate)] in PLAIN else ""
        return (
            f"{fast.candidate} is within the noise of {best.candidate} and "
            f"{_times(fast.times_faster)} faster{easy}. The chance that it is worse by "
            f"more than {score_text(fast.against.zone)} is "
            f"{percent(fast.against.p_worse, 0)}."
        )
    if plain.against is not None and plain.against.within_noise:
        return (
            f"{plain.candidate} is within the noise of {best.candidate} and the "
            f"easiest to follow: take it where answers have to be explained."
        )
    return f"{best.candidate}: no other candidate is as good and noticeably faster."


class _Arena:
    """Compares candidates with the best; its draws are made once."""

    def __init__(self, metric: Metric, judged: Judged, best: Row, n_draws: int) -> None:
        self.metric, self.best = metric, best
        self._judged, self._n_draws = judged, n_draws
        self._drawn: dict[str, Floats] = {}

    def against_best(self, row: Row) -> Better:
        names = row["candidate"], self.best["candidate"]
        return verdict(self._judged, self.metric, *(self._draws(n) for n in names))

    def times_faster(self, row: Row) -> float:
        ours, best = row.get("row_ms"), self.best.get("row_ms")
        return best / ours if ours and best else 1.0

    def _draws(self, name: str) -> Floats:
        if name not in self._drawn:
            self._drawn[name] = posterior_scores(
                self._judged, self.metric, name, n_draws=self._n_draws
            )
        return self._drawn[name]


def _fastest(others: Sequence[Row], arena: _Arena) -> Need:
    best = arena.best
    if best.get("row_ms") is not None and best["row_ms"] <= _FAST_ENOUGH_MS:
        why = (
            f"It answers a row in {score_text(best['row_ms'])} ms: no caller would "
            "notice a faster one."
        )
        return Need("fast", best["candidate"], why)
    faster = [row for row in others if arena.times_faster(row) >= _CLEARLY_FASTER]
    faster.sort(key=lambda row: -arena.times_faster(row))
    for row in faster[:_MOST_COMPARED]:
        found = arena.against_best(row)
        if found.within_noise:
            times = arena.times_faster(row)
            why = f"{_times(times).capitalize()} faster; {_difference(found, arena)}."
            return Need("fast", row["candidate"], why, found, times)
    return Need(
        "fast",
        arena.best["candidate"],
        "No candidate that is clearly faster is within the noise of the best.",
    )


def _plainest(others: Sequence[Row], arena: _Arena) -> Need:
    family = arena.best["family"]
    if family in PLAIN:
        why = f"The best is also easy to follow: {PLAIN[family]}."
        return Need("plain", arena.best["candidate"], why)
    for name, reason in PLAIN.items():
        row = next((row for row in others if row["family"] == name), None)
        if row is not None:
            found = arena.against_best(row)
            why = f"Easy to follow: {reason}; {_difference(found, arena)}."
            times = arena.times_faster(row)
            return Need("plain", row["candidate"], why, found, times)
    return Need("plain", None, "No linear model and no nearest neighbours were tried.")


def _difference(found: Better, arena: _Arena) -> str:
    like = arena.best["score"]
    sign = 1.0 if arena.metric.higher_is_better else -1.0
    ends = sorted((sign * found.low, sign * found.high))
    moved = signed_text(sign * found.gain, like=like)
    between = " to ".join(signed_text(end, like=like) for end in ends)
    return f"{arena.metric.title} {moved} ({between})"


def _times(times: float) -> str:
    return f"{times:.0f} times" if times >= 2 else f"{times:.1f} times"
