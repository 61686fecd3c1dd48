"""Whether what comes in is still what the model was trained on."""

from core.monitoring.drift import check_drift
from core.monitoring.reference import Reference, summarise_reference
from core.monitoring.report import ColumnDrift, DriftReport

__all__ = [
    "ColumnDrift",
    "DriftReport",
    "Reference",
    "check_drift",
    "summarise_reference",
]
