"""Held-out rows: numbers with their intervals, and the vault that keeps them."""

from core.evaluation.checking import CODES, review
from core.evaluation.class_metrics import ClassMetrics
from core.evaluation.comparison import Comparison, Difference, Outcome, compare
from core.evaluation.confusion import Confusion
from core.evaluation.coverage import LEVELS as COVERAGES
from core.evaluation.coverage import CoverageCheck
from core.evaluation.curves import Calibration, ScoreCurve
from core.evaluation.evaluation import Evaluation
from core.evaluation.explanation import Importance, ImportanceBasis
from core.evaluation.metrics import MEASURES, Measure, MetricValue, measures_for
from core.evaluation.report import evaluate, evaluate_against
from core.evaluation.residuals import Cloud, Residuals
from core.evaluation.vault import SealedTest

__all__ = [
    "CODES",
    "COVERAGES",
    "MEASURES",
    "Calibration",
    "ClassMetrics",
    "Cloud",
    "Comparison",
    "Confusion",
    "CoverageCheck",
    "Difference",
    "Evaluation",
    "Importance",
    "ImportanceBasis",
    "Measure",
    "MetricValue",
    "Outcome",
    "Residuals",
    "ScoreCurve",
    "SealedTest",
    "compare",
    "evaluate",
    "evaluate_against",
    "measures_for",
    "review",
]
