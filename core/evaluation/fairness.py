"""Fairness: what a model does to groups of people, side by side, with intervals.

The four-fifths line is that of the Uniform Guidelines on Employee Selection Procedures
(29 CFR 1607.4 D, 1978): a group that is selected less than four fifths as often as
the most selected one is looked at closely. It is a sign, not a verdict.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import EvaluationError
from core.evaluation.grouping import group_names
from core.evaluation.held_out import HeldOut
from core.evaluation.intervals import difference_interval, normal_quantile, wilson
from core.evaluation.losses import mean

TOO_FEW: Final = 30
FOUR_FIFTHS: Final = 0.8

QUESTIONS: MappingProxyType[str, tuple[str, str]] = MappingProxyType(
    {
        "selection": (
            "Selection rate",
            "Is each group as often given the favourable answer?",
        ),
        "recall": (
            "True positive rate",
            "Of those whose outcome is favourable, is each group as often found?",
        ),
        "false_alarms": (
            "False positive rate",
            "Of those whose outcome is not, is each group as often taken for it?",
        ),
        "precision": (
            "Precision",
            "When the answer is favourable, is it as often right for each group?",
        ),
        "predicted": ("Mean prediction", "Is about the same predicted for each group?"),
        "bias": (
            "Mean error (actual minus predicted)",
            "Is any group predicted too high (negative) or too low (positive)?",
        ),
        "mae": ("Mean absolute error", "Is the model as far off for each group?"),
    }
)
"""Title of each figure, and the plain question that it answers."""


@dataclass(frozen=True)
class GroupFigure:
    """One figure of one group; ``value`` is None where no row counts for it."""

    value: float | None
    low: float | None
    high: float | None
    n_rows: int

    @property
    def too_few(self) -> bool:
        """Whether it rests on under 30 rows."""
        return self.n_rows < TOO_FEW


@dataclass(frozen=True)
class Group:
    """A group of rows and its figures, by the names of `QUESTIONS`.

    ``ratio`` is the selection rate over the largest one among groups of at least 30
    rows, with its interval; None for numbers, for groups that are too small, and for
    the group with the largest rate itself.
    """

    name: str
    n_rows: int
    figures: Mapping[str, GroupFigure]
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None

    @property
    def too_few(self) -> bool:
        """Whether there are under 30 rows."""
        return self.n_rows < TOO_FEW

    @property
    def below_line(self) -> str:
        """How it stands to four fifths: "", "perhaps" below it, or "surely"."""
        if self.ratio is None or self.ratio >= FOUR_FIFTHS:
            return ""
        sure = self.ratio_high is not None and self.ratio_high < FOUR_FIFTHS
        return "surely" if sure else "perhaps"


@dataclass(frozen=True)
class Fairness:
    """Groups of one column, side by side.

    Attributes
    ----------
    column : str
    favourable : str or None
        The class that counts as favourable, as text; None for numbers.
    groups : tuple of Group
        Largest first.
    most_selected : str or None
        The group whose selection rate the others are held against.
    confidence : float
    """

    column: str
    favourable: str | None
    groups: tuple[Group, ...]
    most_selected: str | None = None
    confidence: float = 0.95

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the figures that fit the task, as in `QUESTIONS`."""
        return tuple(self.groups[0].figures) if self.groups else ()

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)


def compare_groups(
    held: HeldOut,
    values: pd.Series,
    *,
    favourable: Any = None,
    confidence: float = 0.95,
) -> Fairness:
    """Compare what a model says of each group of rows.

    Parameters
    ----------
    held : HeldOut
    values : Series of shape (n_rows,)
        The sensitive column, of the same rows. Numbers are cut at their quartiles; of
        more than 12 groups the smaller ones are put together.
    favourable : label, default=None
        The class that is good to be given; None: the positive one of two, or the last.
    confidence : float, default=0.95

    Raises
    ------
    EvaluationError
        The column has one value only, or the class is not known.

    Examples
    --------
    >>> y = np.tile([0.0, 1.0], 50)
    >>> output = np.column_stack([1 - y, y])
    >>> held = HeldOut("binary", y, output, ("no", "yes"))
    >>> sex = pd.Series(["f"] * 50 + ["m"] * 50)
    >>> found = compare_groups(held, sex)
    >>> [group.figures["selection"].value for group in found.groups]
    [0.5, 0.5]
    """
    named = group_names(values)
    if named.nunique() < 2:
        raise EvaluationError(
            f"All rows have the same value in {values.name!r}.",
            hint="Choose a column that divides the rows into groups.",
        )
    by_size = [(str(n), (named == n).to_numpy()) for n in named.value_counts().index]
    if held.task == "regression":
        groups = tuple(_of_numbers(n, held, rows, confidence) for n, rows in by_size)
        return Fairness(str(values.name), None, groups, None, confidence)
    code = _code(held, favourable)
    groups = tuple(_of_classes(n, held, rows, code, confidence) for n, rows in by_size)
    best = _most_selected(groups)
    if best is not None:
        groups = tuple(_against(group, best, confidence) for group in groups)
    return Fairness(
        str(values.name), str(held.classes[code]), groups,
        None if best is None else best.name, confidence,
    )  # fmt: skip


def _code(held: HeldOut, favourable: Any) -> int:
    if favourable is None:
        return len(held.classes) - 1
    known = [str(label) for label in held.classes]
    if str(favourable) not in known:
        raise EvaluationError(
            f"The model does not know the class {str(favourable)!r}.",
            hint=f"Choose one of {', '.join(known[:8])}.",
        )
    return known.index(str(favourable))


def _of_classes(
    name: str, held: HeldOut, rows: NDArray[np.bool_], code: int, confidence: float
) -> Group:
    is_so, said = held.codes[rows] == code, held.predicted[rows] == code
    every = np.ones(len(is_so), dtype=bool)
    counted = {
        "selection": (said, every),
        "recall": (said, is_so),
        "false_alarms": (said, ~is_so),
        "precision": (is_so, said),
    }
    figures = {
        figure: _share(hits[among], confidence)
        for figure, (hits, among) in counted.items()
    }
    return Group(name, len(is_so), figures)


def _share(hits: NDArray[np.bool_], confidence: float) -> GroupFigure:
    if not hits.size:
        return GroupFigure(None, None, None, 0)
    value = float(hits.mean())
    ends = wilson(value, hits.size, confidence)
    return GroupFigure(value, ends.low, ends.high, hits.size)


def _of_numbers(
    name: str, held: HeldOut, rows: NDArray[np.bool_], confidence: float
) -> Group:
    output, error = held.output[rows], held.error[rows]
    figures = {}
    averaged = {"predicted": output, "bias": error, "mae": np.abs(error)}
    for figure, each in averaged.items():
        found = mean(each)
        ends = difference_interval(found, confidence) if len(each) > 1 else None
        low, high = (None, None) if ends is None else (ends.low, ends.high)
        figures[figure] = GroupFigure(found.value, low, high, len(each))
    return Group(name, len(output), figures)


def _most_selected(groups: tuple[Group, ...]) -> Group | None:
    known = [group for group in groups if not group.too_few]
    if len(known) < 2:
        return None
    return max(known, key=lambda group: group.figures["selection"].value or 0.0)


def _against(group: Group, best: Group, confidence: float) -> Group:
    """Add the ratio of selection rates, its interval on the log scale (Katz 1978)."""
    ours, theirs = group.figures["selection"], best.figures["selection"]
    if group is best or group.too_few or not theirs.value or ours.value is None:
        return group
    ratio = ours.value / theirs.value
    # Half a row is added, so that a group that is never selected has an interval.
    a, b = ours.value * ours.n_rows + 0.5, theirs.value * theirs.n_rows + 0.5
    spread = 1 / a - 1 / (ours.n_rows + 0.5) + 1 / b - 1 / (theirs.n_rows + 0.5)
    centre = np.log(a / (ours.n_rows + 0.5)) - np.log(b / (theirs.n_rows + 0.5))
    half = normal_quantile(confidence) * max(spread, 0.0) ** 0.5
    low, high = float(np.exp(centre - half)), float(np.exp(centre + half))
    low, high = min(low, ratio), max(high, ratio)
    return Group(group.name, group.n_rows, group.figures, ratio, low, high)
