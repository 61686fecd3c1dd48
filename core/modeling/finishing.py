"""A candidate that a person chose gets what the champion got at the end of the run."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.modeling.entry import Entry
from core.modeling.final import finish
from core.modeling.judged import kept_rows
from core.modeling.metrics import Floats
from core.modeling.model import Model
from core.modeling.plan import TrainingPlan, check_families
from core.modeling.preparation import Request, prepare


def finish_candidate(  # noqa: PLR0913 as many as `train` was given
    frame: pd.DataFrame,
    plan: TrainingPlan,
    run_entries: Sequence[Mapping[str, Any]],
    model: Model,
    *,
    validation: pd.DataFrame | None = None,
    groups: str | None = None,
    time: str | None = None,
    output: Floats | None = None,
    limit_s: float = 60.0,
) -> Model:
    """Calibrate a chosen candidate, and fit it on all rows, as the champion was.

    Parameters
    ----------
    frame, validation, groups, time
        As they were given to `train`.
    plan : TrainingPlan
        Of the run.
    run_entries : sequence of mapping
        ``Run.to_dict()["entries"]``.
    model : Model
        The candidate's first fit.
    output : ndarray, default=None
        What it said of the rows it was judged by, or of those that `Judged` keeps of
        them; needed without `validation`.
    limit_s : float, default=60.0
        Parts whose fit took longer keep it.

    Returns
    -------
    Model
        The same one when nothing is to be done or known about it.
    """
    entries = [Entry.from_dict(values) for values in run_entries]
    chosen = next((e for e in entries if e.candidate == model.name), None)
    if chosen is None or chosen.index == 0:
        return model
    request = Request(
        frame, plan.target, model.task, validation, groups, plan.metric,
        plan.budget_s, check_families(plan.families), plan.random_state,
        dict(plan.metric_options), plan.weight, plan.balanced, dict(plan.monotonic),
        time, plan.largest,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="rondo-finish-") as folder:
        material, _ = prepare(request, Path(folder))
        if validation is not None:
            rows = material.scheme.folds[0].valid
            output = model.output(material.frame.iloc[rows].reset_index(drop=True))
        if output is None:
            return model
        n_rows = len(material.y_valid)
        rows = np.arange(n_rows) if len(output) == n_rows else kept_rows(n_rows)
        if len(output) != len(rows):  # the table is not the one it was judged on
            return model
        return finish(
            material, entries, chosen, model, output, rows, limit_s=limit_s,
            random_state=plan.random_state,
        )  # fmt: skip
