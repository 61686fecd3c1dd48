"""Which metric a search optimises, and how sure a score is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.data.target import Task
from core.errors import ModelingError
from core.modeling import metrics
from core.modeling.draws import resampling_weights, sample_rows, times
from core.modeling.intervals import auc_interval, wilson
from core.modeling.metric_options import OPTIONS, checked_options, options_words
from core.modeling.metrics import Floats


@dataclass(frozen=True)
class Metric:
    """One way to score predictions.

    Attributes
    ----------
    name : str
    title : str
        In a person's words.
    tasks : tuple of {"binary", "multiclass", "regression"}
    higher_is_better : bool
    needs_probability : bool
        True when `function` takes probabilities of shape (n_rows, n_classes);
        False when it takes classes as codes, or numbers.
    function : callable
        ``function(y, predicted, weight=None) -> float``.
    options : mapping of str to float
        What `function` was given besides, such as ``{"beta": 2.0}``.
    """

    name: str
    title: str
    tasks: tuple[Task, ...]
    higher_is_better: bool
    needs_probability: bool
    function: Callable[..., float]
    options: Mapping[str, float] = field(default_factory=dict, hash=False)

    def with_options(self, options: Mapping[str, float] | None) -> "Metric":
        """Return the metric with its parameters set; those not given stay.

        Raises
        ------
        ModelingError
            It has no such parameter, or the value is out of its range.

        Examples
        --------
        >>> METRICS["f_beta"].with_options({"beta": 0.5}).title
        'F-beta (beta 0.5)'
        """
        if not options:
            return self
        known = checked_options(self.name, {**self.options, **options})
        plain = self.function.func if isinstance(self.function, partial) else None
        return replace(
            self,
            title=f"{self.title.split(' (')[0]} ({options_words(known)})",
            function=partial(plain or self.function, **known),
            options=known,
        )

    def score(
        self,
        y: Floats,
        output: Floats,
        *,
        threshold: float = 0.5,
        weight: Floats | None = None,
    ) -> float:
        """Score what a model puts out.

        Parameters
        ----------
        y : ndarray of shape (n_rows,)
            Codes of the true classes (1 is the positive one of two), or numbers.
        output : ndarray of shape (n_rows, n_classes) or (n_rows,)
            Probabilities, or numbers for regression.
        threshold : float, default=0.5
            From this probability on, a row counts as positive (two classes only).
        weight : ndarray of shape (n_rows,), default=None

        Examples
        --------
        >>> METRICS["accuracy"].score(np.array([1]), np.array([[0.4, 0.6]]))
        1.0
        """
        return self.function(y, self.readable(output, threshold), weight)

    def readable(self, output: Floats, threshold: float = 0.5) -> Floats:
        """Return the output in the form that `function` takes."""
        if self.needs_probability or output.ndim == 1:
            return output
        return classes_of(output, threshold).astype(np.float64)

    def gain(self, score: float, over: float) -> float:
        """Say by how much one score is better than another (negative: worse)."""
        return score - over if self.higher_is_better else over - score


def classes_of(output: Floats, threshold: float = 0.5) -> NDArray[np.int64]:
    """Return the class code that each row of probabilities stands for.

    Examples
    --------
    >>> classes_of(np.array([[0.4, 0.6], [0.9, 0.1]]), threshold=0.7).tolist()
    [0, 0]
    """
    if output.shape[1] == 2:
        return (output[:, 1] >= threshold).astype(np.int64)
    return np.asarray(output.argmax(axis=1), dtype=np.int64)


_TWO: tuple[Task, ...] = ("binary",)
_MANY: tuple[Task, ...] = ("multiclass",)
_CLASSES: tuple[Task, ...] = ("binary", "multiclass")
_NUMBERS: tuple[Task, ...] = ("regression",)


def _defaults(name: str) -> dict[str, float]:
    return {option.name: option.default for option in OPTIONS.get(name, ())}


METRICS: MappingProxyType[str, Metric] = MappingProxyType(
    {
        metric.name: metric.with_options(_defaults(metric.name))
        for metric in (
            Metric("roc_auc", "ROC AUC", _TWO, True, True, metrics.roc_auc),
            Metric("pr_auc", "PR AUC", _TWO, True, True, metrics.average_precision),
            Metric("log_loss", "Log loss", _CLASSES, False, True, metrics.log_loss),
            Metric("brier", "Brier score", _TWO, False, True, metrics.brier),
            Metric("accuracy", "Accuracy", _CLASSES, True, False, metrics.accuracy),
            Metric(
                "balanced_accuracy",
                "Balanced accuracy",
                _CLASSES,
                True,
                False,
                metrics.balanced_accuracy,
            ),
            Metric("f1", "F1", _TWO, True, False, metrics.f1),
            Metric("f_beta", "F-beta", _TWO, True, False, metrics.f_beta),
            Metric("cost", "Mean cost", _TWO, False, False, metrics.mean_cost),
            Metric("f1_macro", "Macro F1", _MANY, True, False, metrics.f1_macro),
            Metric("rmse", "RMSE", _NUMBERS, False, False, metrics.rmse),
            Metric("mae", "MAE", _NUMBERS, False, False, metrics.mae),
            Metric("r2", "R²", _NUMBERS, True, False, metrics.r2),
            Metric("pinball", "Pinball loss", _NUMBERS, False, False, metrics.pinball),
        )
    }
)
"""Every metric by its name; the first that fits a task is the task's default."""

_DEFAULT: Final = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}


def metrics_for(task: Task) -> tuple[Metric, ...]:
    """Return the metrics that fit a task, its default first.

    Examples
    --------
    >>> [metric.name for metric in metrics_for("regression")]
    ['rmse', 'mae', 'r2', 'pinball']
    """
    fitting = [metric for metric in METRICS.values() if task in metric.tasks]
    return tuple(sorted(fitting, key=lambda metric: metric.name != _DEFAULT[task]))


def find_metric(
    name: str | None, task: Task, options: Mapping[str, float] | None = None
) -> Metric:
    """Return the metric of this name, or the task's default when it is None.

    Raises
    ------
    ModelingError
        There is no such metric, it does not fit the task, or has no such parameter.

    Examples
    --------
    >>> find_metric(None, "binary").title
    'ROC AUC'
    """
    fitting = {metric.name: metric for metric in metrics_for(task)}
    if name is None:
        return next(iter(fitting.values())).with_options(options)
    if name not in fitting:
        raise ModelingError(
            f"The metric {name!r} does not fit a {task} task.",
            hint=f"Choose one of: {', '.join(fitting)}.",
        )
    return fitting[name].with_options(options)


def score_interval(
    metric: Metric,
    y: Floats,
    output: Floats,
    *,
    weight: Floats | None = None,
    random_state: int = 0,
) -> tuple[float, float]:
    """Return a 95% interval of a score on these rows.

    ROC AUC by the wider of DeLong's variance on the logit scale and Newcombe's method
    5, accuracy by Wilson's method, every other metric by the percentiles of 200
    bootstrap draws of the rows (of at most 20,000 of them, then narrowed to the full
    number). With weights every metric goes by the bootstrap.

    Parameters
    ----------
    metric : Metric
    y, output, weight : ndarray
        As in `Metric.score`.
    random_state : int, default=0

    Returns
    -------
    low, high : float
        Both NaN when there are too few rows to say.

    Examples
    --------
    >>> y, output = np.ones(100), np.tile([0.2, 0.8], (100, 1))
    >>> low, high = score_interval(METRICS["accuracy"], y, output)
    >>> round(low, 3), round(high, 3)
    (0.963, 1.0)
    """
    if len(y) < 2:
        return float("nan"), float("nan")
    if weight is None and metric.name == "roc_auc":
        return auc_interval(y, output[:, 1])
    if weight is None and metric.name == "accuracy":
        return wilson(metric.score(y, output), len(y))
    drawn = sample_rows(len(y), random_state)
    y_part, output_part = y[drawn], output[drawn]
    part = None if weight is None else weight[drawn]
    scores = [
        metric.score(y_part, output_part, weight=times(counts, part))
        for counts in resampling_weights(len(y_part), random_state)
    ]
    centre = metric.score(y, output, weight=weight)
    shrink = np.sqrt(len(y_part) / len(y))
    low, high = np.nanpercentile(scores, [2.5, 97.5])
    middle = metric.score(y_part, output_part, weight=part)
    return centre + (low - middle) * shrink, centre + (high - middle) * shrink


def gain_and_error(
    metric: Metric,
    y: Floats,
    output: Floats,
    over: Floats,
    *,
    weight: Floats | None = None,
    random_state: int = 0,
) -> tuple[float, float]:
    """Return how much better one output is than another, and its standard error.

    The error is that of the paired difference over bootstrap draws of the rows.

    Examples
    --------
    >>> y = np.array([0.0, 1.0, 2.0, 3.0])
    >>> gain_and_error(METRICS["mae"], y, y, y + 1.0)
    (1.0, 0.0)
    """
    gain = metric.gain(
        metric.score(y, output, weight=weight), metric.score(y, over, weight=weight)
    )
    part = None if weight is None else weight[sample_rows(len(y), random_state)]
    drawn = sample_rows(len(y), random_state)
    y_part, left, right = y[drawn], output[drawn], over[drawn]
    gains = [
        metric.gain(
            metric.score(y_part, left, weight=times(counts, part)),
            metric.score(y_part, right, weight=times(counts, part)),
        )
        for counts in resampling_weights(len(y_part), random_state, n_resamples=60)
    ]
    return gain, float(np.nanstd(gains) * np.sqrt(len(y_part) / len(y)))
