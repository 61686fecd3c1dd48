"""What the explanation on the Evaluate page says; nothing is drawn here."""

from typing import Any

import pandas as pd

from core.evaluation.explaining import Effects, value_text
from core.modeling import Model
from core.wording import counted, percent, score_text
from core.workspace import EvaluationRecord

_MOST_PAIRS = 6


def answer_name(found: EvaluationRecord, label: Any) -> str:
    """Return the name of what is answered, for axes."""
    if label is None:
        return f"predicted {found.champion.target}"
    return f"probability of {value_text(label)}"


def pairs_table(effects: Effects) -> pd.DataFrame:
    """Return the strongest pairs with their strength."""
    rows = [
        {
            "Columns": f"{pair.first} and {pair.second}",
            "Strength": score_text(pair.strength),
            "Share": percent(min(pair.share, 1.0), 0),
        }
        for pair in effects.interactions[:_MOST_PAIRS]
    ]
    return pd.DataFrame(rows)


def basis_of(effects: Effects) -> str:
    """Say on how many rows the effects rest."""
    used = effects.dependences[0].n_rows
    scale = "" if effects.label is None else ", in log-odds"
    return (
        f"Measured on {counted('row', used)} drawn from the {effects.n_rows:,} test "
        f"rows, interactions on {effects.n_sampled}, with {effects.n_answers:,} "
        "answers of the model. Strength is how far two columns together differ from "
        f"the sum of both{scale}; share is Friedman's H, that difference against their "
        "whole joint effect. These say how the model answers, not what causes the "
        "target."
    )


def said_and_true(model: Model, row: pd.DataFrame) -> str:
    """Say what was answered for a test row, and what is true."""
    said, true = model.predict(row)[0], row[model.target].iloc[0]
    write = score_text if model.classes_ is None else value_text
    told = "unknown" if pd.isna(true) else write(_plain(true))
    return f"Predicted: {write(_plain(said))}. True: {told}."


def wish_for(model: Model, row: pd.DataFrame) -> Any:
    """Return the class a counterfactual looks for; None for numbers.

    The true class of a row that was answered wrongly, else the next likely one.
    """
    if model.classes_ is None:
        return None
    labels, said = model.classes_.tolist(), _plain(model.predict(row)[0])
    true = str(row[model.target].iloc[0])
    wrong = [label for label in labels if str(label) == true and label != said]
    if wrong:
        return wrong[0]
    shares = model.output(row)[0]
    others = [code for code, label in enumerate(labels) if label != said]
    return labels[max(others, key=lambda code: shares[code])]


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
