"""Stress and the monitors: which of them would catch a broken column."""

from dataclasses import dataclass

import pandas as pd

from core.evaluation.stress import Change, Stressed, stress
from core.monitoring import Reference, check_drift, check_quality
from core.workspace.scrutiny import Judgement


@dataclass(frozen=True)
class Trial:
    """What a change does, and what would catch it.

    Attributes
    ----------
    stressed : Stressed
    caught_by : tuple of str
        What the monitors say of the changed rows and not of the unchanged ones; empty
        for a blind spot.
    """

    stressed: Stressed
    caught_by: tuple[str, ...]

    @property
    def is_harmful(self) -> bool:
        """Whether the metric left its interval, or one answer in twenty turned."""
        before, after = self.stressed.before, self.stressed.after
        turned = self.stressed.n_turned or 0
        if before is None or after is None or before.low is None or before.high is None:
            return turned > self.stressed.n_rows / 20
        outside = not before.low <= after.value <= before.high
        return outside or turned > self.stressed.n_rows / 20


def try_change(judged: Judgement, change: Change, reference: Reference) -> Trial:
    """Change a column of the test rows; say what moves and which monitor would tell.

    Parameters
    ----------
    judged : Judgement
    change : Change
    reference : Reference
        Of the training rows, in the columns of the model.
    """
    stressed, rows = stress(judged.glance, change)
    before = judged.glance.rows.features
    told = _said(judged, rows, reference) - _said(judged, before, reference)
    return Trial(stressed, tuple(sorted(told)))


def _said(judged: Judgement, rows: pd.DataFrame, reference: Reference) -> set[str]:
    schema = judged.glance.model.schema
    quality = {
        f"{found.title}: {', '.join(found.columns)}"
        for found in check_quality(schema, rows)
        if found.severity != "note"
    }
    drift = check_drift(reference, rows)
    said = {f"Drift: {name}" for name in drift.drifted_names}
    if drift.multivariate.drifted:
        said.add("Drift: columns no longer go together")
    return quality | said
