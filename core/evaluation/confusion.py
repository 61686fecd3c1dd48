"""Which classes are taken for which."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from core.errors import EvaluationError
from core.evaluation.held_out import HeldOut

MOST_CLASSES: Final = 20
OTHERS: Final = "(other classes)"


@dataclass(frozen=True)
class Confusion:
    """Rows by true and by predicted class.

    Attributes
    ----------
    labels : tuple
        In the order of the model's classes. Above 20 classes the rarest are put
        together as "(other classes)".
    counts : tuple of tuple of int
        ``counts[i][j]`` rows of the class ``labels[i]`` are predicted ``labels[j]``.
    """

    labels: tuple[Any, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def n_right(self) -> int:
        """Rows on the diagonal (of classes put together: not told apart)."""
        return sum(row[i] for i, row in enumerate(self.counts))

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Confusion":
        """Return the record that `to_dict` wrote."""
        counts = tuple(tuple(row) for row in values["counts"])
        return cls(tuple(values["labels"]), counts)


def confusion(held: HeldOut) -> Confusion:
    """Count rows by true and predicted class.

    Examples
    --------
    >>> held = HeldOut("binary", np.array([0.0, 1.0, 1.0]),
    ...     np.array([[0.9, 0.1], [0.8, 0.2], [0.1, 0.9]]), ("no", "yes"))
    >>> confusion(held).counts
    ((1, 0), (1, 1))
    """
    labels, place = _fold(held)
    size = len(labels)
    cells = place[held.codes] * size + place[held.predicted]
    counts = np.bincount(cells, minlength=size**2).reshape(size, size)
    return Confusion(labels, tuple(tuple(row) for row in counts.tolist()))


def _fold(held: HeldOut) -> tuple[tuple[Any, ...], "np.ndarray[Any, Any]"]:
    """Return the labels shown, and the place of each code among them."""
    n_classes = len(held.classes)
    if n_classes <= MOST_CLASSES:
        return held.classes, np.arange(n_classes)
    counts = np.bincount(held.codes, minlength=n_classes)
    shown = np.sort(np.argsort(-counts, kind="stable")[: MOST_CLASSES - 1])
    place = np.full(n_classes, MOST_CLASSES - 1)
    place[shown] = np.arange(MOST_CLASSES - 1)
    return (*(held.classes[code] for code in shown), OTHERS), place


def cell_rows(
    held: HeldOut, found: Confusion, actual: int, predicted: int
) -> "np.ndarray[Any, Any]":
    """Return the rows of one cell, those the model was surest of first.

    Parameters
    ----------
    held : HeldOut
        The rows that `found` counts.
    found : Confusion
    actual, predicted : int
        Places among ``found.labels``.

    Returns
    -------
    int64 ndarray of shape (counts[actual][predicted],)
        Places in `held`.

    Raises
    ------
    EvaluationError
        There is no such cell.

    Examples
    --------
    >>> held = HeldOut("binary", np.array([0.0, 1.0, 1.0]),
    ...     np.array([[0.9, 0.1], [0.8, 0.2], [0.9, 0.1]]), ("no", "yes"))
    >>> cell_rows(held, confusion(held), 1, 0).tolist()
    [2, 1]
    """
    size = len(found.labels)
    if not (0 <= actual < size and 0 <= predicted < size):
        raise EvaluationError(
            f"The confusion matrix has {size} classes; there is no such cell.",
            hint="Choose one of its cells.",
        )
    _, place = _fold(held)
    named = held.predicted
    inside = np.flatnonzero((place[held.codes] == actual) & (place[named] == predicted))
    sure = held.output[inside, named[inside]]
    return inside[np.argsort(-sure, kind="stable")]
