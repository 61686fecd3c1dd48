"""The model: what is trained, saved, served and explained is this one object."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from core.data import Schema, Task, coerce
from core.data.cells import plain_columns
from core.errors import ModelingError
from core.modeling.calibration import Calibration
from core.modeling.conformal import COVERAGE, check_coverage
from core.modeling.encoder import raw_columns
from core.modeling.estimators import Blend, output_of
from core.modeling.metrics import Floats
from core.modeling.online import can_learn_on, learned_from
from core.modeling.packing import pack, unpack
from core.modeling.prediction_intervals import IntervalRule
from core.modeling.prediction_sets import SetKind, SetRule
from core.modeling.scoring import classes_of
from core.modeling.served import FEW_ROWS, ServedForm


@dataclass(frozen=True, eq=False)
class Model:
    """A trained model: raw columns in, labels or numbers out.

    Any frame or list of records goes in: columns are brought into the types of
    `schema`, one that is absent counts as missing, one that is unknown is ignored,
    a category that training never saw has a defined answer.

    Attributes
    ----------
    name : str
        Name of the candidate, for example "LightGBM 2".
    family : str
    task : {"binary", "multiclass", "regression"}
    target : str
    metric : str
        Name of the metric it was chosen by.
    metric_options : mapping of str to float
        Parameters of that metric, such as ``{"beta": 2.0}`` for "f_beta".
    schema : Schema
        Of the features it uses, described on the training rows.
    pipeline : Pipeline or Blend
        Encoder and estimator; takes a canonical frame with the schema's columns and
        gives class codes or numbers.
    classes_ : ndarray of shape (n_classes,) or None
        Original labels, in the order of the probabilities; of two classes the
        positive one is the last. None for regression.
    threshold : float or None
        From this probability of the positive class on, a row is called positive;
        None unless there are two classes.
    interval_quantile : float or None
        Half width of the 90 % split-conformal interval around a predicted number,
        from absolute residuals on validation rows; None for classes. A refit on all
        rows leaves it as it was: only the first fit's residuals are honest.
    calibration : Calibration or None
        Makes probabilities true; applied by `output`. None when they are already.
    uncertainty : IntervalRule, SetRule or None
        How wide intervals around numbers are, or which classes stay possible, learned
        as `interval_quantile` is. None for models saved before there was one.
    coverage : float, default=0.9
        Share of new rows whose truth shall lie within the interval or the set.
    """

    name: str
    family: str
    task: Task
    target: str
    metric: str
    schema: Schema
    pipeline: Pipeline | Blend = field(repr=False)
    classes_: NDArray[Any] | None = None
    threshold: float | None = None
    interval_quantile: float | None = None
    calibration: Calibration | None = None
    uncertainty: IntervalRule | SetRule | None = None
    coverage: float = COVERAGE
    metric_options: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def served_form(self) -> ServedForm:
        """The form that answers a single record quickly; made when first asked for.

        Its output is that of the pipeline, before calibration, equal to 1e-6.
        """
        return ServedForm(self.pipeline, self.n_outputs)

    @property
    def n_outputs(self) -> int:
        """Number of classes; 1 for regression."""
        return 1 if self.classes_ is None else len(self.classes_)

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled: the pipeline as few bytes (see `packing`)."""
        state = {item.name: getattr(self, item.name) for item in fields(self)}
        return {**state, "pipeline": pack(self.pipeline)}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Take over what was pickled, also by versions that did not pack."""
        packed = state["pipeline"]
        pipeline = unpack(packed) if isinstance(packed, bytes) else packed
        self.__dict__.update({**state, "pipeline": pipeline})

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the columns the model uses."""
        return self.schema.names

    @property
    def pos_label(self) -> Any:
        """Label of the positive class, or None when there are not two."""
        if self.task != "binary" or self.classes_ is None:
            return None
        label = self.classes_[1]
        return label.item() if isinstance(label, np.generic) else label

    @property
    def members(self) -> tuple[tuple[float, Pipeline], ...]:
        """Weight and pipeline of each part; one part with weight 1 unless blended."""
        if isinstance(self.pipeline, Blend):
            weights = np.asarray(self.pipeline.weights) / sum(self.pipeline.weights)
            return tuple(zip(weights.tolist(), self.pipeline.pipelines, strict=True))
        return ((1.0, self.pipeline),)

    def predict(
        self, frame: pd.DataFrame | Sequence[Mapping[str, Any]]
    ) -> NDArray[Any]:
        """Return the predicted label or number of each row, shape (n_rows,)."""
        output = self.output(frame)
        if self.classes_ is None:
            return output
        threshold = 0.5 if self.threshold is None else self.threshold
        return self.classes_[classes_of(output, threshold)]

    def predict_proba(
        self, frame: pd.DataFrame | Sequence[Mapping[str, Any]]
    ) -> Floats:
        """Return the probability of each class, shape (n_rows, n_classes).

        Raises
        ------
        ModelingError
            The model predicts numbers.
        """
        if self.classes_ is None:
            raise ModelingError(
                f"{self.name} predicts numbers; it has no probabilities.",
                hint="Use predict, and interval_quantile for the uncertainty.",
            )
        return self.output(frame)

    def output(self, frame: pd.DataFrame | Sequence[Mapping[str, Any]]) -> Floats:
        """Return probabilities (n_rows, n_classes), or numbers (n_rows,).

        Records whose values need no casting are answered without pandas; see
        `output_of`.
        """
        if not isinstance(frame, pd.DataFrame):
            raw = plain_columns(frame, self.schema)
            if raw is not None:
                return self.output_of(raw, len(frame))
        table = coerce(frame, self.schema)
        raw, n_rows = raw_columns(table, self.schema), len(table)
        return self.calibrated(output_of(self.pipeline, raw, n_rows, self.n_outputs))

    def output_of(self, raw: Mapping[str, Any], n_rows: int) -> Floats:
        """Return what `output` returns, from plain columns.

        Up to 8 rows go through the served form, which agrees to 1e-6; more of them
        are equal bit for bit. For `raw` see `FrameEncoder.encode`.
        """
        if 0 < n_rows <= FEW_ROWS:
            return self.calibrated(self.served_form.outputs(raw, n_rows))
        return self.calibrated(output_of(self.pipeline, raw, n_rows, self.n_outputs))

    def calibrated(self, output: Floats) -> Floats:
        """Return what the pipeline puts out, brought through the calibration."""
        return output if self.calibration is None else self.calibration.apply(output)

    def half_widths(self, raw: Mapping[str, Any], output: Floats) -> Floats | None:
        """Return the half width of the interval around each number.

        Parameters
        ----------
        raw : mapping of str to plain values of shape (n_rows,)
            See `FrameEncoder.encode`.
        output : ndarray of shape (n_rows,)
            What `output` gives for these rows.

        Returns
        -------
        ndarray of shape (n_rows,), or None where none can be promised, for classes too
        """
        if self.classes_ is not None:
            return None
        if isinstance(self.uncertainty, IntervalRule):
            half = self.uncertainty.half_widths(raw, output, self.coverage)
            return half if np.isfinite(half).all() else None
        if self.interval_quantile is None:
            return None
        return np.full(len(output), self.interval_quantile)

    def intervals(
        self, frame: pd.DataFrame | Sequence[Mapping[str, Any]]
    ) -> Floats | None:
        """Return the ends of each number's interval, shape (n_rows, 2), or None."""
        table = coerce(frame, self.schema)
        output = self.output(table)
        half = self.half_widths(raw_columns(table, self.schema), output)
        return None if half is None else np.column_stack([output - half, output + half])

    def label_sets(self, output: Floats) -> NDArray[np.bool_] | None:
        """Return which classes each row's prediction set holds.

        Parameters
        ----------
        output : ndarray of shape (n_rows, n_classes)
            What `output` gives.

        Returns
        -------
        ndarray of bool, shape (n_rows, n_classes), or None for numbers, and for models
        that were saved before there were sets
        """
        if not isinstance(self.uncertainty, SetRule):
            return None
        return self.uncertainty.members(output, self.coverage)

    def with_coverage(self, coverage: float, kind: SetKind | None = None) -> "Model":
        """Return the same model with intervals or sets of another coverage.

        Parameters
        ----------
        coverage : float
            Share of new rows to cover, 0.5 to 0.999.
        kind : {"small", "adaptive"}, default=None
            Of the prediction sets; None leaves it.

        Raises
        ------
        ModelingError
            The coverage cannot be promised, or the model was saved before it could
            be chosen.
        """
        if self.uncertainty is None:
            raise ModelingError(
                f"{self.name} was trained before the coverage could be chosen.",
                hint="Train again to choose it.",
            )
        rule = self.uncertainty
        if kind is not None and isinstance(rule, SetRule):
            rule = replace(rule, kind=kind)
        return replace(self, uncertainty=rule, coverage=check_coverage(coverage))

    def with_threshold(self, threshold: float) -> "Model":
        """Return the same model with another decision threshold.

        Raises
        ------
        ModelingError
            There are not two classes, or the threshold is not in [0, 1].
        """
        if self.task != "binary":
            raise ModelingError(
                f"A {self.task} model has no decision threshold.",
                hint="Thresholds exist for two classes only.",
            )
        if not 0 <= threshold <= 1:
            raise ModelingError(
                f"{threshold} is not a probability.",
                hint="Choose a threshold between 0 and 1.",
            )
        return replace(self, threshold=float(threshold))

    @property
    def updatable(self) -> bool:
        """Whether `update` can let it learn from later rows."""
        return can_learn_on(self.pipeline)

    def update(self, frame: pd.DataFrame) -> "Model":
        """Return a new model that has learned from later rows too; this one stays.

        One pass over a cleaned frame with the target among its columns; rows without a
        target or of an unknown class are left out. Threshold and calibration stay as
        they were: measure the new model before it answers.

        Raises
        ------
        ModelingError
            The model cannot learn on, or no row has a usable target.
        """
        return replace(self, pipeline=learned_from(self, frame))
