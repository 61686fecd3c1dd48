"""Sets of classes that hold the true one with a chosen probability."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.modeling.conformal import ConformalScores
from core.modeling.metrics import Floats

SetKind = Literal["small", "adaptive"]
"""Small: the smallest sets on average (LAC). Adaptive: wider where it is harder, so
that hard rows are covered about as often as easy ones (APS)."""


@dataclass(frozen=True, eq=False)
class SetRule:
    """Which classes stay possible.

    Attributes
    ----------
    small, adaptive : ConformalScores
        Of the true class of calibration rows, by either kind.
    kind : {"small", "adaptive"}, default="small"
    """

    small: ConformalScores
    adaptive: ConformalScores
    kind: SetKind = "small"

    def members(
        self, output: Floats, coverage: float, *, never_empty: bool = True
    ) -> NDArray[np.bool_]:
        """Return which classes belong to each row's set, shape (n_rows, n_classes).

        The likeliest class always does (unless `never_empty` is false), so that no
        set is empty; that only covers more. Every class does where the calibration
        rows are too few.

        Examples
        --------
        >>> y = np.tile([0.0, 0.0, 0.0, 1.0], 25)
        >>> output = np.tile([0.75, 0.25], (100, 1))
        >>> rule = learn_sets(y, output)
        >>> [rule.members(output[:1], share).tolist() for share in (0.7, 0.9)]
        [[[True, False]], [[True, True]]]
        """
        scores = self.small if self.kind == "small" else self.adaptive
        all_scores = (_small if self.kind == "small" else _adaptive)(output)
        inside = all_scores <= scores.quantile(coverage)
        if never_empty and len(output):
            inside[np.arange(len(output)), output.argmax(axis=1)] = True
        return inside


def learn_sets(y: Floats, output: Floats, weight: Floats | None = None) -> SetRule:
    """Calibrate prediction sets on rows that the model was not fitted on.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
        Class codes.
    output : ndarray of shape (n_rows, n_classes)
        Probabilities.
    weight : ndarray of shape (n_rows,), default=None

    Returns
    -------
    SetRule
        Small: the score is one minus the probability of the class (Sadinle, Lei &
        Wasserman 2019, "Least ambiguous set-valued classifiers"). Adaptive: the
        probability of the likelier classes and a random part of its own (Romano,
        Sesia & Candès 2020, "Classification with valid and adaptive coverage"),
        where the random part is drawn from the row's own probabilities, so that the
        same row always gets the same set.
    """
    own = np.arange(len(y)), y.astype(np.int64)
    return SetRule(
        ConformalScores.of(_small(output)[own], weight),
        ConformalScores.of(_adaptive(output)[own], weight),
    )


def _small(output: Floats) -> Floats:
    return 1.0 - output


def _adaptive(output: Floats) -> Floats:
    order = np.argsort(-output, axis=1, kind="stable")
    ranked = np.take_along_axis(output, order, axis=1)
    above = np.cumsum(ranked, axis=1) - ranked
    scores = above + _chance(output)[:, None] * ranked
    found = np.empty_like(scores)
    np.put_along_axis(found, order, scores, axis=1)
    return found


def _chance(output: Floats) -> Floats:
    """Return a number in [0, 1) that hangs on a row's probabilities alone."""
    mixed = (output * np.arange(1, output.shape[1] + 1) * 12_345.6789).sum(axis=1)
    return np.asarray(np.abs(np.sin(mixed) * 43_758.5453) % 1.0)
