"""Precision, recall and F1 of each class."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.evaluation import bounds, labels
from core.evaluation.held_out import HeldOut
from core.evaluation.metrics import MetricValue


@dataclass(frozen=True)
class ClassMetrics:
    """How well one class is found.

    ``precision`` is None when no row is predicted as the class, ``recall`` when no
    row is of it.
    """

    label: Any
    n_rows: int
    precision: MetricValue | None
    recall: MetricValue | None
    f1: MetricValue | None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "ClassMetrics":
        """Return the record that `to_dict` wrote."""
        numbers = {
            name: None if values[name] is None else MetricValue.from_dict(values[name])
            for name in ("precision", "recall", "f1")
        }
        return cls(label=values["label"], n_rows=values["n_rows"], **numbers)


def measure_classes(
    held: HeldOut, confidence: float = 0.95
) -> tuple[ClassMetrics, ...]:
    """Return precision, recall and F1 of each class, by its code.

    Examples
    --------
    >>> held = HeldOut("multiclass", np.array([0.0, 1, 2]), np.eye(3), ("a", "b", "c"))
    >>> [found.recall.value for found in measure_classes(held)]
    [1.0, 1.0, 1.0]
    """
    found = held.shares
    counts = np.bincount(held.codes, minlength=len(held.classes))
    return tuple(
        ClassMetrics(
            label, int(counts[code]), **_numbers(held, found, code, confidence)
        )
        for code, label in enumerate(held.classes)
    )


def _numbers(
    held: HeldOut, found: labels.Shares, code: int, confidence: float
) -> dict[str, MetricValue | None]:
    numbers: dict[str, MetricValue | None] = {}
    for name, title, compute, bound in (
        ("precision", "Precision", labels.precision, bounds.precision),
        ("recall", "Recall", labels.recall, bounds.recall),
        ("f1", "F1", labels.f1, bounds.f1),
    ):
        value, numbers[name] = compute(found, code), None
        if value is not None:
            ends = bound(code)(held, value, confidence)
            numbers[name] = MetricValue.of(name, title, value, ends)
    return numbers
