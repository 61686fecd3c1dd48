"""The catalogue of numbers that an evaluation gives, each with its interval."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Final

from core.data import Task
from core.evaluation import bounds, intervals, labels, losses, ranking
from core.evaluation.bounds import Bound
from core.evaluation.held_out import HeldOut
from core.evaluation.intervals import Interval
from core.evaluation.measured import Measured


@dataclass(frozen=True)
class MetricValue:
    """A number with its interval and how that was computed.

    ``low`` and ``high`` are None when no interval can be given.
    """

    name: str
    title: str
    value: float
    low: float | None
    high: float | None
    higher_is_better: bool
    method: str

    @classmethod
    def of(
        cls,
        name: str,
        title: str,
        found: Measured,
        ends: Interval | None,
        *,
        higher_is_better: bool = True,
    ) -> "MetricValue":
        """Return what was measured with its interval."""
        low, high = (None, None) if ends is None else (ends.low, ends.high)
        method = "too few rows" if ends is None else ends.method
        return cls(name, title, found.value, low, high, higher_is_better, method)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "MetricValue":
        """Return the value that `to_dict` wrote."""
        return cls(**values)


@dataclass(frozen=True)
class Measure:
    """One way to judge what a model says about held-out rows.

    Attributes
    ----------
    name, title : str
    tasks : tuple of {"binary", "multiclass", "regression"}
    higher_is_better : bool
    about : str
        What it says, in one plain sentence.
    compute : callable
        `HeldOut` in, `Measured` out; None where it is not defined on these rows.
    bound : callable
        The interval, from the rows, what was measured, and the confidence.
    """

    name: str
    title: str
    tasks: tuple[Task, ...]
    higher_is_better: bool
    about: str
    compute: Callable[[HeldOut], Measured | None]
    bound: Bound

    def measure(self, held: HeldOut, confidence: float = 0.95) -> MetricValue | None:
        """Return the number with its interval, or None where it is not defined."""
        found = self.compute(held)
        if found is None:
            return None
        ends = self.bound(held, found, confidence) if held.n_rows > 1 else None
        return MetricValue.of(
            self.name,
            self.title,
            found,
            ends,
            higher_is_better=self.higher_is_better,
        )


def _mean_relative_error(held: HeldOut) -> Measured | None:
    return losses.mean(bounds.relative_error(held)) if held.y.all() else None


_TWO: Final[tuple[Task, ...]] = ("binary",)
_MANY: Final[tuple[Task, ...]] = ("multiclass",)
_CLASSES: Final[tuple[Task, ...]] = ("binary", "multiclass")
_NUMBERS: Final[tuple[Task, ...]] = ("regression",)

_CATALOGUE: Final = (
    Measure(
        "roc_auc", "ROC AUC", _TWO, True,
        "How often a positive row is ranked above a negative one; 0.5 is guessing.",
        lambda held: ranking.roc_auc(held.positive, held.score), bounds.auc,
    ),
    Measure(
        "roc_auc_macro", "ROC AUC, mean of the classes", _MANY, True,
        "How often a row of a class is ranked above one of another; 0.5 is guessing.",
        lambda held: ranking.macro_roc_auc(held.y, held.output), bounds.logit,
    ),
    Measure(
        "pr_auc", "PR AUC", _TWO, True,
        "Precision, averaged over all recalls; guessing gives the positive share.",
        lambda held: ranking.average_precision(held.positive, held.score),
        bounds.logit,
    ),
    Measure(
        "log_loss", "Log loss", _CLASSES, False,
        "How surprised the model is by the truth; sure and wrong costs most.",
        lambda held: losses.mean(losses.log_losses(held.y, held.output)),
        bounds.by_bootstrap(lambda held: losses.log_losses(held.y, held.output)),
    ),
    Measure(
        "brier", "Brier score", _CLASSES, False,
        "Mean squared distance of the probabilities from what happened.",
        lambda held: losses.mean(losses.brier_losses(held.y, held.output)),
        bounds.by_bootstrap(lambda held: losses.brier_losses(held.y, held.output)),
    ),
    Measure(
        "accuracy", "Accuracy", _CLASSES, True,
        "Share of rows whose class is right.",
        lambda held: labels.accuracy(held.shares),
        lambda held, found, confidence: intervals.wilson(
            found.value, held.n_rows, confidence
        ),
    ),
    Measure(
        "balanced_accuracy", "Balanced accuracy", _CLASSES, True,
        "Share found of each class, averaged over the classes (macro recall).",
        lambda held: labels.balanced_accuracy(held.shares), bounds.balanced,
    ),
    Measure(
        "precision", "Precision", _TWO, True,
        "Of the rows called positive, the share that is.",
        lambda held: labels.precision(held.shares, 1), bounds.precision(1),
    ),
    Measure(
        "recall", "Recall", _TWO, True,
        "Of the positive rows, the share that is called so.",
        lambda held: labels.recall(held.shares, 1), bounds.recall(1),
    ),
    Measure(
        "specificity", "Specificity", _TWO, True,
        "Of the negative rows, the share that is called so.",
        lambda held: labels.recall(held.shares, 0), bounds.recall(0),
    ),
    Measure(
        "f1", "F1", _TWO, True,
        "Precision and recall in one number, low when either is low.",
        lambda held: labels.f1(held.shares, 1), bounds.f1(1),
    ),
    Measure(
        "precision_macro", "Precision, mean of the classes", _MANY, True,
        "Of the rows called a class, the share that is; averaged over the classes.",
        lambda held: labels.macro_precision(held.shares),
        bounds.macro_precision,
    ),
    Measure(
        "f1_macro", "Macro F1", _MANY, True,
        "F1 of each class, averaged over the classes.",
        lambda held: labels.macro_f1(held.shares), bounds.logit,
    ),
    Measure(
        "mcc", "Matthews correlation", _CLASSES, True,
        "Correlation of truth and prediction; 0 is guessing, 1 is always right.",
        lambda held: labels.mcc(held.shares), bounds.mcc,
    ),
    Measure(
        "rmse", "RMSE", _NUMBERS, False,
        "Typical error in the target's unit; large errors weigh more.",
        lambda held: losses.root_mean_square(held.error),
        bounds.by_bootstrap(
            lambda held: held.error**2, bounds.root
        ),
    ),
    Measure(
        "mae", "MAE", _NUMBERS, False,
        "Mean distance of the prediction from the truth, in the target's unit.",
        lambda held: losses.mean(abs(held.error)),
        bounds.by_bootstrap(lambda held: abs(held.error)),
    ),
    Measure(
        "median_ae", "Median absolute error", _NUMBERS, False,
        "Half of the rows are missed by less than this, in the target's unit.",
        lambda held: losses.median(abs(held.error)),
        lambda held, _, confidence: intervals.median_interval(
            abs(held.error), confidence
        ),
    ),
    Measure(
        "r2", "R²", _NUMBERS, True,
        "Share of the target's variance explained; 0 is always saying the mean.",
        lambda held: losses.r2(held.y, held.error),
        bounds.by_bootstrap(
            bounds.r2_features,
            bounds.r2_of_averages,
        ),
    ),
    Measure(
        "mape", "MAPE", _NUMBERS, False,
        "Mean error as a share of the true value; only where no true value is 0.",
        _mean_relative_error,
        bounds.by_bootstrap(bounds.relative_error),
    ),
)  # fmt: skip

MEASURES: MappingProxyType[str, Measure] = MappingProxyType(
    {measure.name: measure for measure in _CATALOGUE}
)
"""Every measure by its name, in the order they are shown."""


def measures_for(task: Task) -> tuple[Measure, ...]:
    """Return the measures that fit a task.

    Examples
    --------
    >>> [measure.name for measure in measures_for("regression")]
    ['rmse', 'mae', 'median_ae', 'r2', 'mape']
    """
    return tuple(measure for measure in _CATALOGUE if task in measure.tasks)


def measure_all(held: HeldOut, confidence: float = 0.95) -> dict[str, MetricValue]:
    """Return every number that is defined on these rows, by name.

    Examples
    --------
    >>> import numpy as np
    >>> held = HeldOut("regression", np.array([1.0, 2.0]), np.array([1.0, 2.0]))
    >>> measure_all(held)["rmse"].value
    0.0
    """
    found = (m.measure(held, confidence) for m in measures_for(held.task))
    return {value.name: value for value in found if value is not None}
