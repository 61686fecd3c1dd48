"""Predictions: answered by a version, kept with an id, joined by their outcomes."""

from core.serving.answer import Answer
from core.serving.answering import Answered, answer_call
from core.serving.captured import CapturedPredictions
from core.serving.explaining import ExplainedAnswer, Wish
from core.serving.log import PredictionLog
from core.serving.outcomes import OutcomeReport, read_outcomes
from core.serving.scores import Scores
from core.serving.service import Service

__all__ = [
    "Answer",
    "Answered",
    "CapturedPredictions",
    "ExplainedAnswer",
    "OutcomeReport",
    "PredictionLog",
    "Scores",
    "Service",
    "Wish",
    "answer_call",
    "read_outcomes",
]
