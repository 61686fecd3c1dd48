"""The way back: captured rows become the next cycle, and the new model is judged."""

from core.retraining.judging import Judged, judge
from core.retraining.mix import Mix
from core.retraining.next_table import NextTable, next_table
from core.retraining.policy import Gate, Order, Policy
from core.retraining.verdict import Verdict, verdict
from core.retraining.weighing import Weighing, weigh_old_rows

__all__ = [
    "Gate",
    "Judged",
    "Mix",
    "NextTable",
    "Order",
    "Policy",
    "Verdict",
    "Weighing",
    "judge",
    "next_table",
    "verdict",
    "weigh_old_rows",
]
