"""Reading files: container, encoding, dialect, text columns, then types."""

from core.data.reading.read import read_table
from core.data.reading.report import ReadReport, RefusedRow, Table

__all__ = ["ReadReport", "RefusedRow", "Table", "read_table"]
