"""The way back: captured rows become the next cycle, and the new model is judged."""

from core.retraining.next_table import NextTable, next_table
from core.retraining.verdict import Verdict, verdict

__all__ = ["NextTable", "Verdict", "next_table", "verdict"]
