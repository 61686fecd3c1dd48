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


def try_change(
    judged: Judgement,
    change: Change,
    reference: Reference,
    usual: frozenset[str] | None = None,
) -> Trial:
    """Change a column of the test rows; say what moves and which monitor would tell.

    Parameters
    ----------
    judged : Judgement
    change : Change
    reference : Reference
        Of the training rows, in the columns of the model.
    usual : frozenset of str, default=None
        What `usually_said` gave; worked out where it is not given.
    """
    stressed, rows = stress(judged.glance, change)
    if usual is None:
        usual = usually_said(judged, reference)
    return Trial(stressed, tuple(sorted(_said(judged, rows, reference) - usual)))


def usually_said(judged: Judgement, reference: Reference) -> frozenset[str]:
    """Return what the monitors say of the unchanged rows: that catches no change."""
    return frozenset(_said(judged, judged.glance.rows.features, reference))


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
