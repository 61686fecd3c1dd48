"""Reading files: container, encoding, dialect, text columns, then types."""

from core.data.reading.append import read_tables
from core.data.reading.options import ReadOptions
from core.data.reading.questions import Answer, Question
from core.data.reading.read import read_table
from core.data.reading.report import ReadReport, RefusedRow, SourceFile, Table

__all__ = [
    "Answer",
    "Question",
    "ReadOptions",
    "ReadReport",
    "RefusedRow",
    "SourceFile",
    "Table",
    "read_table",
    "read_tables",
]
