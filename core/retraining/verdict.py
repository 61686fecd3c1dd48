"""Whether the challenger is better: both on the same newest rows, and how sure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import EvaluationError
from core.modeling.draws import resampling_weights
from core.modeling.model import Model
from core.modeling.scoring import Metric, find_metric
from core.retraining.alignment import aligned, threshold_of, turned
from core.wording import counted, score_text, signed_text

Decision = Literal["promote", "not proven", "worse"]
Float = NDArray[np.float64]

MIN_ROWS = 30
N_RESAMPLES = 500
MOST_ROWS = 20_000
MOST_NEEDED = 1_000_000
_Z, _Z_POWER = 1.959964, 0.841621


@dataclass(frozen=True)
class Verdict:
    """Champion and challenger on the same rows.

    Attributes
    ----------
    decision : {"promote", "not proven", "worse"}
    metric, title : str
    champion, challenger : float
        Their metric on the rows.
    difference, low, high : float or None
        How much better the challenger is (negative: worse), with its 95% interval;
        low and high are None when there are too few rows for one.
    n_rows : int
        Rows with an outcome that both were judged on.
    n_gained, n_lost : int or None
        Rows that turn from wrong to right, and from right to wrong; None for numbers.
    n_needed : int or None
        About how many more outcomes would decide, should the difference be what it
        seems now; None when it is decided, or when more rows would hardly help.
    """

    decision: Decision
    metric: str
    title: str
    champion: float
    challenger: float
    difference: float
    low: float | None
    high: float | None
    n_rows: int
    n_gained: int | None
    n_lost: int | None
    n_needed: int | None

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        like = max(abs(self.challenger), abs(self.champion))
        ours, theirs = (score_text(v, like) for v in (self.challenger, self.champion))
        seen = f"{self.title} {ours} against {theirs}"
        seen += f" on {counted('row', self.n_rows)} with known outcome"
        seen += f" (difference {signed_text(self.difference, like)}"
        if self.low is not None and self.high is not None:
            low, high = (signed_text(end, like) for end in (self.low, self.high))
            seen += f", {low} to {high}"
        seen += ")"
        if self.decision == "promote":
            return f"Promote: the challenger is better. {seen}."
        if self.decision == "worse":
            return f"Keep the champion: the challenger is worse. {seen}."
        if self.n_needed is None:
            return f"Not proven, and more outcomes would hardly decide. {seen}."
        more = f"about {counted('more outcome', self.n_needed)} would decide"
        return f"Not proven: {more}. {seen}."

    def to_dict(self) -> dict[str, Any]:
        """Return the verdict as JSON-ready values."""
        return dict(vars(self))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Verdict":
        """Return the verdict that `to_dict` wrote."""
        return cls(**values)


def verdict(  # noqa: PLR0913 two models on the same rows, and by what
    champion: Model,
    challenger: Model,
    frame: pd.DataFrame,
    target: str,
    *,
    metric: str | None = None,
    challenger_frame: pd.DataFrame | None = None,
    random_state: int = 0,
) -> Verdict:
    """Judge a challenger by paired bootstrap on rows that neither was trained on.

    Parameters
    ----------
    champion, challenger : Model
        Of the same task and target.
    frame : DataFrame
        The newest rows with known outcome; of more than 20,000 the last are taken.
    target : str
    metric : str, default=None
        The task's usual one when not given.
    challenger_frame : DataFrame, default=None
        The same rows as the challenger takes them, where its recipe is another one;
        None: as in `frame`.
    random_state : int, default=0

    Returns
    -------
    Verdict
        Under 30 rows, or where the rows hold one class only, nothing is proven.

    Raises
    ------
    EvaluationError
        The models differ in task or in their two classes, or no row has an outcome.

    Examples
    --------
    >>> from core.modeling import train
    >>> rows = pd.DataFrame({"x": np.arange(60.0), "y": np.arange(60.0) * 2})
    >>> run = train(rows, "y", budget_s=2, families=("linear",), n_jobs=1)
    >>> verdict(run.baseline, run.champion, rows, "y").decision
    'promote'
    """
    _refuse_other_task(champion, challenger)
    rows, theirs = _with_outcome(frame, challenger_frame, target)
    chosen = find_metric(metric, champion.task)
    y, outputs = aligned((champion, rows), (challenger, theirs), target)
    models = (champion, challenger)
    old, new = (
        chosen.readable(output, threshold_of(model))
        for model, output in zip(models, outputs, strict=True)
    )
    gains = _resampled_gains(chosen, y, old, new, random_state)
    gained, lost = turned(models, y, outputs)
    return _judged(chosen, (chosen.score(y, old), chosen.score(y, new)), gains, {
        "n_rows": len(y), "n_gained": gained, "n_lost": lost,
    })  # fmt: skip


def _refuse_other_task(champion: Model, challenger: Model) -> None:
    if champion.task != challenger.task:
        raise EvaluationError(
            f"A {challenger.task} model cannot follow a {champion.task} model.",
            hint="Train the challenger for the same target and task.",
        )


def _with_outcome(
    frame: pd.DataFrame, other: pd.DataFrame | None, target: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the newest rows whose outcome is known, as each model takes them."""
    known = np.flatnonzero(frame[target].notna().to_numpy())[-MOST_ROWS:]
    if not known.size:
        raise EvaluationError(
            "No row has a known outcome.",
            hint="Bring outcomes in on Monitor first.",
        )
    rows = frame.iloc[known].reset_index(drop=True)
    theirs = frame if other is None else other
    return rows, theirs.iloc[known].reset_index(drop=True)


def _judged(
    metric: Metric,
    scores: tuple[float, float],
    gains: Float,
    counts: dict[str, Any],
) -> Verdict:
    """Decide by the interval of the gains; under 30 rows there is none."""
    n_rows = counts["n_rows"]
    difference = metric.gain(scores[1], scores[0])
    low, high = _interval(gains) if n_rows >= MIN_ROWS else (None, None)
    decision = _decide(low, high)
    error = float(gains.std()) if low is not None else np.nan
    needed = outcomes_needed(difference, error, n_rows)
    return Verdict(
        decision=decision,
        metric=metric.name,
        title=metric.title,
        champion=scores[0],
        challenger=scores[1],
        difference=difference,
        low=low,
        high=high,
        n_needed=needed if decision == "not proven" else None,
        **counts,
    )


def _resampled_gains(
    metric: Metric, y: Float, old: Float, new: Float, random_state: int
) -> Float:
    """Gains over bootstrap draws of the rows; those that cannot be had are left out."""
    gains = np.array(
        [
            metric.gain(
                metric.score(y, new, weight=weight), metric.score(y, old, weight=weight)
            )
            for weight in resampling_weights(
                len(y), random_state, n_resamples=N_RESAMPLES
            )
        ]
    )
    finite: Float = gains[np.isfinite(gains)]
    return finite


def _interval(gains: Float) -> tuple[float, float] | tuple[None, None]:
    if gains.size < N_RESAMPLES // 2:
        return None, None
    low, high = np.quantile(gains, [0.025, 0.975])
    return float(low), float(high)


def _decide(low: float | None, high: float | None) -> Decision:
    if low is not None and low > 0:
        return "promote"
    return "worse" if high is not None and high < 0 else "not proven"


def outcomes_needed(difference: float, error: float, n_rows: int) -> int | None:
    """Return about how many more outcomes would prove the difference seen so far.

    Parameters
    ----------
    difference, error : float
        What was seen on `n_rows` rows, and its standard error.
    n_rows : int

    Returns
    -------
    int or None
        For a proof four times in five, rounded to two digits; None when that takes
        over a million, or the challenger is not ahead.

    Examples
    --------
    >>> outcomes_needed(0.01, 0.005, 500)
    480
    """
    if n_rows < MIN_ROWS:
        return MIN_ROWS - n_rows
    if not np.isfinite(error) or difference <= 0:
        return None
    total = n_rows * ((_Z + _Z_POWER) * error / difference) ** 2
    more = max(total - n_rows, 1.0)
    digits = 1 - int(np.floor(np.log10(more)))
    return None if more > MOST_NEEDED else max(1, int(round(more, digits)))
