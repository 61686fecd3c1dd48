"""The kinds of cleaning step: a table of declarations, each with its function.

No step learns anything from data. What must be learnt (medians, encoders, levels)
is fitted later, on training rows only.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd

from core.data.cleaning import (
    CASES,
    OPERATORS,
    PARTS,
    add_date_parts,
    blank_values,
    clip,
    drop_columns,
    drop_duplicates,
    drop_missing,
    drop_rows,
    fill_missing,
    flag_missing,
    merge_levels,
    rename,
    set_type,
    trim_text,
)
from core.data.frames import KINDS

FieldKind = Literal["text", "number", "choice", "words", "mapping"]


@dataclass(frozen=True)
class StepField:
    """One thing a step asks for, so that a form can be made from it.

    Attributes
    ----------
    name : str
        Key in a step's options.
    kind : {"text", "number", "choice", "words", "mapping"}
        "words" is a list of text, "mapping" goes from text to text.
    title : str
    choices : tuple of str
        For "choice" and "words"; empty when anything may be written.
    required : bool, default True
    """

    name: str
    kind: FieldKind
    title: str
    choices: tuple[str, ...] = ()
    required: bool = True

    def accepts(self, value: Any) -> bool:
        """Say whether a value is of this field's kind and among its choices."""
        if value is None:
            return not self.required
        if self.kind == "number":
            number = isinstance(value, int | float) and not isinstance(value, bool)
            return number and math.isfinite(value)
        if self.kind == "mapping":
            return isinstance(value, Mapping) and len(value) > 0
        if self.kind == "words":
            listed = isinstance(value, list | tuple) and len(value) > 0
            return listed and (not self.choices or set(value) <= set(self.choices))
        return not self.choices or value in self.choices


@dataclass(frozen=True)
class StepKind:
    """One kind of cleaning step.

    Attributes
    ----------
    kind : str
        Key in `STEPS`.
    title, about : str
        Words for a menu, and one sentence on what it does.
    columns : {"one", "some", "optional"}
        How many columns it names; "optional" without any means all columns.
    function : callable(frame, columns, options) -> frame
    fields : tuple of StepField
    drops_rows : bool, default False
        Whether rows may be left out; such steps are not for single new rows.
    """

    kind: str
    title: str
    about: str
    columns: Literal["one", "some", "optional"]
    function: Callable[[pd.DataFrame, tuple[str, ...], Mapping[str, Any]], pd.DataFrame]
    fields: tuple[StepField, ...] = ()
    drops_rows: bool = False


_CATALOGUE: Final = (
    StepKind(
        "drop_columns", "Drop columns",
        "Leave columns out altogether.", "some", drop_columns,
    ),
    StepKind(
        "drop_duplicates", "Drop repeated rows",
        "Keep the first of rows that are equal in the chosen columns (or in all).",
        "optional", drop_duplicates, drops_rows=True,
    ),
    StepKind(
        "drop_missing", "Drop rows with missing values",
        "Leave out rows that lack a value in one of the columns (or in any).",
        "optional", drop_missing, drops_rows=True,
    ),
    StepKind(
        "drop_rows", "Drop rows by a rule",
        "Leave out rows whose value fits the rule, such as age < 0.",
        "one", drop_rows,
        (
            StepField("operator", "choice", "Rule", OPERATORS),
            StepField("value", "text", "Value", required=False),
        ),
        drops_rows=True,
    ),
    StepKind(
        "set_type", "Set the type",
        "Read the values as another type; what does not fit becomes missing.",
        "some", set_type, (StepField("to", "choice", "Type", KINDS),),
    ),
    StepKind(
        "rename", "Rename a column", "Give a column another name.",
        "one", rename, (StepField("to", "text", "New name"),),
    ),
    StepKind(
        "trim_text", "Tidy spellings",
        "Remove blanks at the ends and double blanks; optionally change the case.",
        "some", trim_text,
        (StepField("case", "choice", "Case", CASES, required=False),),
    ),
    StepKind(
        "merge_levels", "Merge categories",
        "Write some values as another one, such as 'NY' as 'New York'.",
        "one", merge_levels, (StepField("mapping", "mapping", "Old and new value"),),
    ),
    StepKind(
        "blank_values", "Treat values as missing",
        "Take stand-ins such as -999 or 'n/a' for what they mean.",
        "some", blank_values, (StepField("values", "words", "Values"),),
    ),
    StepKind(
        "fill_missing", "Fill missing values with a fixed value",
        "Write one value wherever one is missing. (Medians are fitted in training.)",
        "some", fill_missing, (StepField("value", "text", "Value"),),
    ),
    StepKind(
        "flag_missing", "Flag missing values",
        "Add a column that says where a value was missing.", "some", flag_missing,
    ),
    StepKind(
        "clip", "Limit to a range",
        "Write values below or above the limits as the limit.", "some", clip,
        (
            StepField("minimum", "number", "Lowest value", required=False),
            StepField("maximum", "number", "Highest value", required=False),
        ),
    ),
    StepKind(
        "date_parts", "Take dates apart",
        "Add parts of a date as numbers of their own.", "one", add_date_parts,
        (StepField("parts", "words", "Parts", PARTS),),
    ),
)  # fmt: skip

STEPS: Final[Mapping[str, StepKind]] = {item.kind: item for item in _CATALOGUE}
"""Every kind of step, by its key."""
