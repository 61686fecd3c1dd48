"""One column as it came, beside what the training rows promised of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.data.coerce import cast_column
from core.data.schema import ColumnSchema
from core.findings import Finding, Severity
from core.monitoring.binning import Float, numbers_of
from core.monitoring.wording import N_NAMED


@dataclass(frozen=True, eq=False)
class Glance:
    """One column's promise, and what came.

    Attributes
    ----------
    promise : ColumnSchema
    values : Series of shape (n_rows,)
        In the promised kind; missing where that was not possible.
    refused : ndarray of bool, shape (n_rows,)
        Cells that hold a value which does not fit the kind.
    examples : tuple of str
        The first distinct refused values.
    """

    promise: ColumnSchema
    values: "pd.Series[Any]"
    refused: "np.ndarray[tuple[int], np.dtype[np.bool_]]"
    examples: tuple[str, ...]

    @property
    def numbers(self) -> Float:
        """The present values as numbers (dates as seconds)."""
        numbers = numbers_of(self.values)
        present: Float = numbers[~np.isnan(numbers)]
        return present

    def finding(
        self, code: str, severity: Severity, title: str, evidence: str, advice: str
    ) -> Finding:
        """Return a finding about this column."""
        name = self.promise.name
        return Finding(code, severity, title, f"{name}: {evidence}", advice, (name,))


def look_at_column(promise: ColumnSchema, column: "pd.Series[Any]") -> Glance:
    """Return a column beside its promise, its values in the promised kind."""
    values, refused = cast_column(column, promise.kind)
    examples = column[refused].astype(str).drop_duplicates().head(N_NAMED)
    return Glance(promise, values, refused, tuple(examples))
