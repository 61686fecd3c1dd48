"""A window of rows against the rows that a version was trained on."""

from dataclasses import dataclass
from typing import Any

from core.findings import Finding
from core.monitoring import DriftReport


@dataclass(frozen=True, eq=False)
class MonitorReport:
    """A window of rows against the rows that the version was trained on.

    Attributes
    ----------
    version : int
    source : str
        In words, what the window is.
    n_rows : int
    quality : tuple of Finding
        Broken columns and values: to be looked at before drift.
    drift : DriftReport
        Per column, and of all columns together.
    predictions : DriftReport
        Of what the model answers (probability, class or number), against what it
        answered on the test rows.
    harm : mapping of column name to float
        How far each changed column's move moves the answers.
    weight : mapping of column name to float
        How far shuffling a column would: what it can do at most, about.
    n_watched : int, default=0
        Closed windows that natural variation was learned from.
    """

    version: int
    source: str
    n_rows: int
    quality: tuple[Finding, ...]
    drift: DriftReport
    predictions: DriftReport
    harm: dict[str, float]
    weight: dict[str, float]
    n_watched: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON-ready values."""
        quality = [each.to_dict() for each in self.quality]
        drifts = {"drift": self.drift, "predictions": self.predictions}
        plain = {name: each.to_dict() for name, each in drifts.items()}
        return {**vars(self), "quality": quality, **plain}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "MonitorReport":
        """Return the report that `to_dict` wrote."""
        quality = tuple(Finding.from_dict(each) for each in values["quality"])
        drift, answers = (
            DriftReport.from_dict(values[key]) for key in ("drift", "predictions")
        )
        changed = {"quality": quality, "drift": drift, "predictions": answers}
        return cls(**{**values, **changed})
