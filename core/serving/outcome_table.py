"""Outcomes as a table brings them: two columns, under names that people give them."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from core.data.coerce import cast_column
from core.errors import DataError
from core.modeling.model import Model
from core.serving.outcomes import read_outcomes


def outcome_pairs(frame: pd.DataFrame, model: Model) -> list[tuple[str, object]]:
    """Return prediction ids and outcomes, as the model's own labels or numbers.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, any)
        Cells as they were written, with a column "id" (or "prediction_id") and a
        column "outcome".
    model : Model

    Raises
    ------
    DataError
        A column is missing.
    SchemaError
        An outcome is no label of the model, or no number.
    """
    columns = {str(column).strip().lower(): column for column in frame.columns}
    ids = columns.get("prediction_id", columns.get("id"))
    if ids is None or "outcome" not in columns:
        raise DataError(
            "The file has no columns “id” (or “prediction_id”) and “outcome”.",
            hint="Name them so in its first line; download the predictions without "
            "outcome for a start.",
        )
    outcomes = read_outcomes(model, _values(frame[columns["outcome"]], model.classes_))
    return list(zip(frame[ids].astype("str"), outcomes, strict=True))


def _values(given: "pd.Series[Any]", classes: Iterable[object] | None) -> list[Any]:
    """Return cells as values; yes and no where the model's classes are booleans."""
    values: list[Any] = [None if pd.isna(value) else value for value in given]
    if classes is None or not all(
        isinstance(label, bool | np.bool_) for label in classes
    ):
        return values
    cast, refused = cast_column(given, "boolean")
    return [
        value if value is None or wrong else bool(truth)
        for value, truth, wrong in zip(values, cast, refused, strict=True)
    ]
