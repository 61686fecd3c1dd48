"""Why a version answers as it does, and what would change its answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from core.data.cells import RawColumns
from core.data.schema import Schema
from core.errors import EvaluationError
from core.evaluation.explaining import (
    Direction,
    Explainer,
    RowExplanation,
    Search,
    Shortfall,
    class_wish,
    find_counterfactuals,
    range_wish,
)
from core.modeling.metrics import Floats
from core.registry.version import ModelVersion
from core.serving.answer import Answer, Label

Wish = Label | tuple[float | None, float | None]
"""A class, or the ends of a range of numbers (None is open)."""


@dataclass(frozen=True, eq=False)
class ExplainedAnswer:
    """An answer with its reasons.

    Attributes
    ----------
    answer : Answer
    contributions : RowExplanation
        In the columns that the model looks at, after cleaning.
    wish : label, tuple of two floats, or None
        What the counterfactuals reach; None when no range of numbers was named.
    counterfactuals : Search or None
        In the columns that a caller gives.
    """

    answer: Answer
    contributions: RowExplanation
    wish: Wish | None
    counterfactuals: Search | None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        search = self.counterfactuals
        return {
            "answer": self.answer.to_dict(),
            "contributions": self.contributions.to_dict(),
            "wish": list(self.wish) if isinstance(self.wish, tuple) else self.wish,
            "counterfactuals": None
            if search is None
            else {
                "reached": search.reached,
                "n_answers": search.n_answers,
                "found": [found.to_dict() for found in search.found],
            },
        }


class VersionExplainer:
    """Explains the answers of one version; safe to use from several threads.

    Parameters
    ----------
    version : ModelVersion
        With the sample of training rows that is saved beside its model.

    Raises
    ------
    EvaluationError
        The version has no training rows, or its model uses no column.
    """

    def __init__(self, version: ModelVersion) -> None:
        self.version = version
        reference = version.reference
        rows = pd.DataFrame() if reference is None else reference
        self._explainer = Explainer(version.model, rows)

    def contributions(self, cleaned: RawColumns, label: Label | None) -> RowExplanation:
        """Explain one row of the columns that the model looks at."""
        return self._explainer.explain_raw(cleaned, 1, label)[0]

    def contributions_of(
        self, cleaned: RawColumns, n_rows: int
    ) -> list[RowExplanation]:
        """Explain rows of the columns that the model looks at."""
        return self._explainer.explain_raw(cleaned, n_rows)

    def search(
        self,
        given: RawColumns,
        wish: Wish,
        directions: Mapping[str, Direction] | None,
    ) -> Search:
        """Look for the smallest change of the given columns that reaches a wish."""
        return find_counterfactuals(
            given, self.version.schema, self._shortfall(wish), directions=directions
        )

    def usual_wish(self, answer: Answer) -> Label | None:
        """Return the other class, or the next likely one; None for numbers."""
        classes, shares = self.version.model.classes_, answer.probabilities
        if classes is None or shares is None:
            return None
        others: list[Label] = [
            label for label in classes.tolist() if label != answer.prediction
        ]
        return max(others, key=lambda label: shares[str(label)])

    def _shortfall(self, wish: Wish) -> Shortfall:
        model = self.version.model
        if not isinstance(wish, tuple):
            return class_wish(model, self._answer, wish)
        if model.classes_ is not None:
            raise EvaluationError(
                "A range of numbers is no answer of this model.",
                hint=f"Wish for a class, such as {str(model.classes_[0])!r}.",
            )
        return range_wish(self._answer, *wish)

    def _answer(self, given: Mapping[str, Any], n_rows: int) -> Floats:
        if self.version.replay.recipe.steps:
            frame = self.version.replay.apply(frame_of(given, self.version.schema))
            return self.version.model.output(frame)
        assembly = self._explainer.assembly
        return assembly.output(assembly.encode(given, n_rows))


def frame_of(raw: Mapping[str, Any], schema: Schema) -> pd.DataFrame:
    """Return plain columns as a canonical frame.

    Examples
    --------
    >>> from core.data.schema import describe_schema
    >>> schema = describe_schema(pd.DataFrame({"day": pd.to_datetime(["2024-01-01"])}))
    >>> frame_of({"day": np.array([86_400.0])}, schema)["day"].tolist()
    [Timestamp('1970-01-02 00:00:00')]
    """
    columns: dict[str, Any] = {}
    for column in schema:
        values = raw[column.name]
        if column.kind == "date":
            columns[column.name] = pd.to_datetime(
                pd.Series(np.rint(np.asarray(values) * 1e6)), unit="us"
            ).astype("datetime64[us]")
        elif column.kind == "boolean":
            known = pd.Series(np.asarray(values, dtype=np.float64))
            columns[column.name] = known.astype("Float64").astype("boolean")
        elif column.kind in ("number", "integer"):
            columns[column.name] = np.asarray(values, dtype=np.float64)
        else:
            words = [v if isinstance(v, str) else None for v in values]
            columns[column.name] = pd.Series(words, dtype="str")
    return pd.DataFrame(columns)
