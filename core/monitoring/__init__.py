"""Whether what comes in is still what the model was trained on."""

from core.monitoring.drift import check_drift
from core.monitoring.error_size import estimate_error
from core.monitoring.estimate import estimate_performance
from core.monitoring.performance import (
    PerformanceSeries,
    WindowPerformance,
    realised_performance,
)
from core.monitoring.quality import check_quality
from core.monitoring.reference import Reference, summarise_reference
from core.monitoring.report import ColumnDrift, DriftReport
from core.monitoring.windows import PERIODS, Period, Window, WindowBy, cut_windows

__all__ = [
    "PERIODS",
    "ColumnDrift",
    "DriftReport",
    "PerformanceSeries",
    "Period",
    "Reference",
    "Window",
    "WindowBy",
    "WindowPerformance",
    "check_drift",
    "check_quality",
    "cut_windows",
    "estimate_error",
    "estimate_performance",
    "realised_performance",
    "summarise_reference",
]
