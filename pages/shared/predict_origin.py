"""Where the row that fills the form is from, in words."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from core.evaluation.explaining import value_text
from core.workspace.known_rows import KnownRow
from pages.shared.frame import md

_MOST_NAMED: Final = 6
_MEANING: Final = {
    "training": " that the version keeps: the model has learned from it",
    "validation": ": candidates were compared on it",
    "test": ", opened on Evaluate: the model has not learned from it",
}


def said_origin(found: KnownRow, target: str) -> str:
    """Say where a row is from, and what came of it."""
    told = (
        f"The form starts from row {found.number:,} of the {found.n_rows:,} "
        f"{found.part} rows{_MEANING[found.part]}."
    )
    if found.outcome is None or pd.isna(found.outcome):
        return told
    return f"{told} Its {md(target)} was {md(value_text(found.outcome))}."


def said_absent(names: Sequence[str]) -> str:
    """Say which fields the row does not fill."""
    if not names:
        return ""
    listed = ", ".join(md(name) for name in names[:_MOST_NAMED])
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f" It has no {listed}{more}: these stay as in a typical row."
