"""What a way of choosing proposes, and what it does, in words; nothing is drawn."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.evaluation.deciding import (
    METRICS,
    Payoff,
    ThresholdCurve,
    best_place,
    place_for_capacity,
    place_for_precision,
)
from core.evaluation.intervals import wilson
from core.modeling.metrics import Floats
from core.wording import counted, percent, score_text, with_interval


@dataclass(frozen=True, eq=False)
class Proposal:
    """A place on the curve, why it, and what there is to draw.

    ``worth`` is what was looked for at every threshold, with its standard error where
    that is known; None when nothing was.
    """

    place: int
    words: str
    title: str = ""
    worth: Floats | None = None
    error: Floats | None = None
    money: bool = False


def by_metric(curve: ThresholdCurve, name: str) -> Proposal:
    """Propose the threshold with the most of a metric."""
    worth = METRICS[name](curve)
    words = f"most {name.split(',', maxsplit=1)[0]} on {_rows(curve)}"
    return Proposal(best_place(curve, worth), words, name, worth)


def by_capacity(curve: ThresholdCurve, share: float) -> Proposal:
    """Propose to flag as many rows as fit into a share."""
    words = f"at most {percent(share)} of the rows flagged, counted on {_rows(curve)}"
    return Proposal(place_for_capacity(curve, share), words)


def by_precision(curve: ThresholdCurve, floor: float) -> Proposal | None:
    """Propose to find most while enough of the flags are right; None out of reach."""
    place = place_for_precision(curve, floor)
    if place is None:
        return None
    words = (
        f"at least {percent(floor, 0)} of the flags right, counted on {_rows(curve)}"
    )
    return Proposal(place, words)


def by_money(curve: ThresholdCurve, payoff: Payoff) -> Proposal:
    """Propose the threshold that earns most per row."""
    worth = payoff.of(curve)
    words = (
        f"most money per row on {_rows(curve)}: found {payoff.found:g}, false alarm "
        f"{payoff.false_alarm:g}, missed {payoff.missed:g}, left alone "
        f"{payoff.left_alone:g}"
    )
    place = best_place(curve, worth)
    error = payoff.spread(curve)
    return Proposal(place, words, "Worth per row", worth, error, money=True)


def by_hand(curve: ThresholdCurve, threshold: float) -> Proposal:
    """Propose the point of the curve next to a threshold."""
    return Proposal(curve.nearest(threshold), "by hand")


def effects_table(
    curve: ThresholdCurve, present: float, found: Proposal
) -> pd.DataFrame:
    """Return two columns: what is in use, and what is proposed; a row a measure."""
    places = {"In use": curve.nearest(present), "Proposed": found.place}
    shown = {"In use": present, "Proposed": curve.threshold[found.place]}
    columns = {}
    for name, place in places.items():
        measures = {"Threshold": score_text(shown[name]), **_effects(curve, place)}
        if found.worth is not None:
            measures[found.title] = _worth(found, place)
        columns[name] = pd.Series(measures, dtype="str")
    return pd.DataFrame(columns)


def _effects(curve: ThresholdCurve, place: int) -> dict[str, str]:
    found, alarms, missed, _ = (float(cell[place]) for cell in curve.cells)
    flagged = found + alarms
    return {
        "Flagged": f"{flagged:,.0f} ({percent(flagged / curve.n_rows)})",
        "Right among flagged": _share(found, flagged),
        "Found of all": _share(found, found + missed),
        "False alarms": f"{alarms:,.0f}",
        "Missed": f"{missed:,.0f}",
    }


def _share(part: float, whole: float) -> str:
    if whole <= 0:
        return "nothing flagged"
    share = min(part / whole, 1.0)
    ends = wilson(share, whole)
    return f"{percent(share)} ({percent(ends.low)} to {percent(ends.high)})"


def _worth(found: Proposal, place: int) -> str:
    worth = np.asarray(found.worth)
    value = float(worth[place])
    if found.error is None:
        return score_text(value)
    half = 1.96 * float(found.error[place])
    return with_interval(value, value - half, value + half)


def _rows(curve: ThresholdCurve) -> str:
    return counted("validation row", round(curve.n_rows))
