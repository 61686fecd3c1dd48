"""What the outcomes of some captured rows say about all of them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.target import Task
from core.monitoring.binning import Float
from core.monitoring.domain import DomainChange, compare_domains
from core.monitoring.error_size import expected_errors
from core.monitoring.partial import PartialEstimate, infer_mean, labels_by_age
from core.monitoring.performance import MIN_LABELS, as_words
from core.monitoring.reference import summarise_reference
from core.monitoring.window_counts import count_window
from core.serving import CapturedPredictions, PredictionLog, Service
from core.storage.types import now
from core.workspace.material import Material

LOOKED_AT = 10_000
ALPHA = 0.01


@dataclass(frozen=True, eq=False)
class PartlyLabelled:
    """The newest 10,000 captured rows of a version, some with their outcome.

    Attributes
    ----------
    ages : DataFrame
        ``age``, ``n_rows`` and ``n_labels``; see `labels_by_age`.
    title : str
        What `estimate` is of: accuracy, or the mean absolute error.
    estimate : PartialEstimate or None
        None with fewer than 30 outcomes, or when all are known.
    told_apart : DomainChange or None
        How well rows with an outcome can be told from those without; None when either
        are fewer than 200.
    """

    ages: pd.DataFrame
    title: str
    estimate: PartialEstimate | None
    told_apart: DomainChange | None

    @property
    def alike(self) -> bool | None:
        """Whether labelled rows are like the others; None when that cannot be told."""
        return None if self.told_apart is None else self.told_apart.p_value > ALPHA


def partly_labelled(
    material: Material, log: PredictionLog, project_id: str, number: int
) -> PartlyLabelled:
    """Look at the newest 10,000 captured rows of a version."""
    captured = log.read(project_id, version=number, limit=LOOKED_AT)
    known = captured.meta["outcome"].notna()
    ages = labels_by_age(captured.meta["at"], known, pd.Timestamp(now()))
    service = material.service(project_id, number)
    task = service.version.task
    title = "Mean absolute error" if task == "regression" else "Accuracy"
    told = known.to_numpy()
    if told.sum() < MIN_LABELS or told.all():
        return PartlyLabelled(ages, title, None, None)
    inputs = service.cleaned(captured.inputs)
    usual = material.usual_answers(project_id, number)
    expected = _expected(service, captured.meta, inputs, usual)
    seen = _seen(captured.meta[told], task)
    estimate = infer_mean(seen, expected[told], expected[~told])
    reference = summarise_reference(inputs[told].reset_index(drop=True))
    rest = count_window(reference, inputs[~told]).sample
    return PartlyLabelled(ages, title, estimate, compare_domains(reference, rest))


def _seen(meta: pd.DataFrame, task: Task) -> Float:
    if task == "regression":
        error = (meta["outcome"] - meta["prediction"]).abs()
        missed: Float = error.to_numpy(np.float64)
        return missed
    same = as_words(meta["outcome"]) == as_words(meta["prediction"])
    right: Float = same.astype(np.float64)
    return right


def _expected(
    service: Service,
    meta: pd.DataFrame,
    inputs: pd.DataFrame,
    usual: CapturedPredictions,
) -> Float:
    """Return the chance of being right, or the error, that each row is expected."""
    model = service.version.model
    if service.version.task == "regression":
        error = (usual.meta["outcome"] - usual.meta["prediction"]).abs()
        known = error.notna().to_numpy()
        size = error[known].to_numpy(np.float64)
        rows = usual.inputs[known].reset_index(drop=True)
        return expected_errors(rows, size, inputs)[0]
    chance = meta["probability"].fillna(0.5).to_numpy(np.float64)
    if service.version.task == "multiclass":
        return chance
    positive = as_words(pd.Series([model.pos_label], dtype=object))[0]
    named = as_words(meta["prediction"]) == positive
    expected: Float = np.where(named, chance, 1 - chance)
    return expected
