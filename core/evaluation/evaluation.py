"""The evaluation: everything a model's held-out rows say about it, as one record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any

from core.data import Task
from core.evaluation.class_metrics import ClassMetrics
from core.evaluation.confusion import Confusion
from core.evaluation.coverage import CoverageCheck
from core.evaluation.curves import Calibration, ScoreCurve
from core.evaluation.explanation import Importance, ImportanceBasis
from core.evaluation.metrics import MetricValue
from core.evaluation.residuals import Cloud, Residuals
from core.findings import Finding


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What held-out rows say about a model; no rows are kept.

    Attributes
    ----------
    task : {"binary", "multiclass", "regression"}
    model_name, target : str
    metric : str
        The metric the model was chosen by.
    n_rows, n_dropped : int
        Rows evaluated, and rows left out because their truth is missing or unknown.
    confidence : float
        Of every interval.
    pos_label : object
        The positive class of two; else None.
    threshold : float or None
        From this probability on a row counts as positive.
    metrics : dict of str to MetricValue
        The numbers that are defined on these rows, by name.
    classes : tuple of ClassMetrics
        One for each class.
    confusion : Confusion or None
    curves : tuple of ScoreCurve
        ROC and precision-recall: of the positive class, or of each class.
    calibration : Calibration or None
    predicted_actual : Cloud or None
        Regression: predicted (x) against actual (y).
    residuals : Residuals or None
    importance : tuple of Importance
        Greatest first.
    importance_basis : ImportanceBasis or None
    findings : tuple of Finding
    coverage : tuple of CoverageCheck
        Of intervals or prediction sets, for each coverage that can be chosen.
    """

    task: Task
    model_name: str
    target: str
    metric: str
    n_rows: int
    n_dropped: int
    confidence: float
    metrics: dict[str, MetricValue]
    pos_label: Any = None
    threshold: float | None = None
    classes: tuple[ClassMetrics, ...] = ()
    confusion: Confusion | None = None
    curves: tuple[ScoreCurve, ...] = ()
    calibration: Calibration | None = None
    predicted_actual: Cloud | None = None
    residuals: Residuals | None = None
    importance: tuple[Importance, ...] = ()
    importance_basis: ImportanceBasis | None = None
    findings: tuple[Finding, ...] = ()
    coverage: tuple[CoverageCheck, ...] = ()

    @property
    def headline(self) -> MetricValue | None:
        """The metric the model was chosen by, or the first that is defined."""
        first = next(iter(self.metrics.values()), None)
        return self.metrics.get(self.metric, first)

    @property
    def ranks_by_order(self) -> bool:
        """Whether the importance rests on the order of the rows alone."""
        basis = self.importance_basis
        return basis is not None and basis.metric in ("roc_auc", "pr_auc")

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Evaluation":
        """Return the evaluation that `to_dict` wrote."""
        taken = dict(values)
        taken["metrics"] = {
            name: MetricValue.from_dict(item)
            for name, item in values["metrics"].items()
        }
        for name, read in _READERS.items():
            found = values.get(name)  # reports of earlier releases lack some
            if isinstance(found, Sequence):
                taken[name] = tuple(read(item) for item in found)
            elif found is not None:
                taken[name] = read(found)
        return cls(**taken)


_READERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "classes": ClassMetrics.from_dict,
    "confusion": Confusion.from_dict,
    "curves": ScoreCurve.from_dict,
    "calibration": Calibration.from_dict,
    "predicted_actual": Cloud.from_dict,
    "residuals": Residuals.from_dict,
    "importance": lambda values: Importance(**values),
    "importance_basis": lambda values: ImportanceBasis(**values),
    "findings": Finding.from_dict,
    "coverage": lambda values: CoverageCheck(**values),
}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if hasattr(value, "to_dict"):
        return value.to_dict()
    return (
        asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    )
