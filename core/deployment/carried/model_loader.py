"""What MLflow calls to load the model: ``mlflow.pyfunc.load_model(folder)``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from core.deployment.runtime import Predictor, load


class Model:
    """Tables in, tables out, as MLflow's Python functions have them."""

    def __init__(self, predictor: Predictor) -> None:
        self.predictor = predictor

    def predict(
        self, model_input: Any, params: Mapping[str, Any] | None = None
    ) -> pd.DataFrame:
        """Return one row an answer: the prediction, and what goes with it.

        Parameters
        ----------
        model_input : DataFrame of shape (n_rows, any), or what makes one
        params : mapping, default=None
            Not used; MLflow hands it over.

        Returns
        -------
        DataFrame
            "prediction"; for classes "probability of ..." for each, for numbers
            "low" and "high" where there is an interval.
        """
        del params
        table = pd.DataFrame(model_input)
        cells = table.astype(object).to_dict("records")
        records = [{str(name): cell for name, cell in row.items()} for row in cells]
        answers = self.predictor.predict(records)
        return pd.DataFrame([_row(answer) for answer in answers])


def _row(answer: Mapping[str, Any]) -> dict[str, Any]:
    shares = answer.get("probabilities") or {}
    ends = zip(("low", "high"), answer.get("interval") or (), strict=False)
    named = {f"probability of {label}": share for label, share in shares.items()}
    return {"prediction": answer["prediction"], **named, **dict(ends)}


def _load_pyfunc(path: str) -> Model:
    """Load the model from its folder; MLflow's name for it."""
    place = Path(path)
    return Model(load(place if place.is_dir() else place.parent))
