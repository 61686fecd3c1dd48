"""What a model answered, as the tables that monitoring compares."""

from collections.abc import Sequence

import pandas as pd

from core.data import Task
from core.serving import Answer

PREDICTION = "prediction"


def captured_answers(answers: Sequence[Answer]) -> pd.DataFrame:
    """Return answers as the log of predictions would give them back."""
    return pd.DataFrame(
        {
            "prediction": pd.Series([answer.prediction for answer in answers]),
            "probability": pd.Series(
                [answer.probability for answer in answers], dtype="float64"
            ),
        }
    )


def answer_column(task: Task, meta: pd.DataFrame) -> pd.DataFrame:
    """Return what the model answered, as a frame of one column."""
    if task == "binary":
        values = meta["probability"]
    elif task == "regression":
        values = meta["prediction"].astype("float64")
    else:
        values = meta["prediction"].astype("str")
    return pd.DataFrame({PREDICTION: values.reset_index(drop=True)})
