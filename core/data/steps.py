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
    blank_outside,
    blank_values,
    clip,
    drop_columns,
    fill_missing,
    merge_levels,
    not_fitting,
    not_missing,
    not_outside,
    not_repeated,
    rename,
    set_type,
    trim_text,
)
from core.data.cohort import Cohort
from core.data.deriving import (
    PARTS,
    TEXT_FEATURES,
    add_date_parts,
    add_formula,
    add_text_features,
    flag_missing,
    group_rare,
    parse_date,
    parse_number,
)
from core.data.formula import parse_formula
from core.data.frames import KINDS
from core.data.row_rules import WHICH, is_cohort, not_holding, not_in_cohort

FieldKind = Literal["text", "number", "choice", "words", "mapping", "formula", "cohort"]

Change = Callable[[pd.DataFrame, tuple[str, ...], Mapping[str, Any]], pd.DataFrame]
Keep = Callable[[pd.DataFrame, tuple[str, ...], Mapping[str, Any]], pd.Series]


@dataclass(frozen=True)
class StepField:
    """One thing a step asks for, so that a form can be made from it.

    Attributes
    ----------
    name : str
        Key in a step's options.
    kind : {"text", "number", "choice", "words", "mapping", "formula", "cohort"}
        "words" is a list of text, "mapping" goes from text to text, "formula" is
        what `core.data.formula` parses, "cohort" what `Cohort.to_dict` gives.
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
        if self.kind == "formula":
            return isinstance(value, str) and bool(parse_formula(value))
        if self.kind == "cohort":
            return is_cohort(value)
        return not self.choices or value in self.choices

    def reads(self, value: Any) -> tuple[str, ...]:
        """Return the columns that the value names by itself."""
        if self.kind == "formula":
            return parse_formula(value).columns
        return Cohort.from_dict(value).columns if self.kind == "cohort" else ()


@dataclass(frozen=True)
class StepKind:
    """One kind of cleaning step.

    Attributes
    ----------
    kind : str
        Key in `STEPS`.
    title, about : str
        Words for a menu, and one sentence on what it does.
    columns : {"none", "one", "some", "optional"}
        How many columns it names; "optional" without any means all columns.
    change : callable(frame, columns, options) -> frame, or None
        What it does to columns.
    fields : tuple of StepField
    keep : callable(frame, columns, options) -> boolean Series, or None
        Which rows it keeps; such steps are not for single new rows.
    """

    kind: str
    title: str
    about: str
    columns: Literal["none", "one", "some", "optional"]
    change: Change | None = None
    fields: tuple[StepField, ...] = ()
    keep: Keep | None = None

    @property
    def drops_rows(self) -> bool:
        """Whether rows may be left out."""
        return self.keep is not None

    def apply(
        self, frame: pd.DataFrame, columns: tuple[str, ...], options: Mapping[str, Any]
    ) -> pd.DataFrame:
        """Return the table after the step."""
        if self.keep is not None:
            kept = self.keep(frame, columns, options)
            return frame if kept.all() else frame[kept].reset_index(drop=True)
        if self.change is not None:
            return self.change(frame, columns, options)
        return frame


_LIMITS: Final = (
    StepField("minimum", "number", "Lowest value", required=False),
    StepField("maximum", "number", "Highest value", required=False),
)

_WHICH_ROWS: Final = StepField(
    "rows", "choice", "What to do with them", WHICH, required=False
)

_CATALOGUE: Final = (
    StepKind(
        "drop_columns", "Drop columns",
        "Leave columns out altogether.", "some", drop_columns,
    ),
    StepKind(
        "drop_duplicates", "Drop repeated rows",
        "Keep the first of rows that are equal in the chosen columns (or in all).",
        "optional", keep=not_repeated,
    ),
    StepKind(
        "drop_missing", "Drop rows with missing values",
        "Leave out rows that lack a value in one of the columns (or in any).",
        "optional", keep=not_missing,
    ),
    StepKind(
        "drop_rows", "Drop rows by a rule",
        "Leave out rows whose value fits the rule, such as age < 0.",
        "one",
        fields=(
            StepField("operator", "choice", "Rule", OPERATORS),
            StepField("value", "text", "Value", required=False),
        ),
        keep=not_fitting,
    ),
    StepKind(
        "drop_holding", "Drop rows by a formula",
        "Leave out rows where a formula holds, such as age < 0 or fee > 3 * paid; or "
        "keep only those. Names with blanks stand between backticks.", "none",
        fields=(
            StepField("condition", "formula", "Formula"),
            _WHICH_ROWS,
        ),
        keep=not_holding,
    ),
    StepKind(
        "drop_cohort", "Drop the rows of a cohort",
        "Leave out the rows of a named cohort, or keep only them. The step holds the "
        "rule, so that it stays when the cohort is renamed or deleted.", "none",
        fields=(
            StepField("cohort", "cohort", "Cohort"),
            _WHICH_ROWS,
        ),
        keep=not_in_cohort,
    ),
    StepKind(
        "drop_outside", "Drop rows outside a range",
        "Leave out rows with a number below or above the limits.", "some",
        fields=_LIMITS, keep=not_outside,
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
        "Write values below or above the limits as the limit.", "some", clip, _LIMITS,
    ),
    StepKind(
        "blank_outside", "Treat values outside a range as missing",
        "Take values below or above the limits for mistakes.", "some",
        blank_outside, _LIMITS,
    ),
    StepKind(
        "group_rare", "Group rare categories",
        "Keep the values you name, and write every other one as one. The list is kept "
        "in the step: nothing is counted again later.", "one", group_rare,
        (
            StepField("keep", "words", "Keep these"),
            StepField("other", "text", "Write the others as", required=False),
        ),
    ),
    StepKind(
        "parse_number", "Read numbers with signs",
        "Read '€ 1.234,50', '12 %' or '(7)' as numbers; the sign is left out.", "some",
        parse_number, (StepField("decimal", "choice", "Decimal sign", (".", ",")),),
    ),
    StepKind(
        "parse_date", "Read dates in a format",
        "Read dates written as %d/%m/%Y (31/12/2024) or in another format.", "some",
        parse_date, (StepField("format", "text", "Format"),),
    ),
    StepKind(
        "date_parts", "Take dates apart",
        "Add parts of a date as numbers of their own.", "one", add_date_parts,
        (StepField("parts", "words", "Parts", PARTS),),
    ),
    StepKind(
        "text_features", "Measure texts",
        "Add the length of a text, or the number of its words.", "some",
        add_text_features, (StepField("features", "words", "Measures", TEXT_FEATURES),),
    ),
    StepKind(
        "formula", "Add a column by a formula",
        "Reckon with columns, such as `monthly fee` * 12 if active else 0. Names with "
        "blanks stand between backticks.", "none", add_formula,
        (
            StepField("to", "text", "New column"),
            StepField("formula", "formula", "Formula"),
        ),
    ),
)  # fmt: skip

STEPS: Final[Mapping[str, StepKind]] = {item.kind: item for item in _CATALOGUE}
"""Every kind of step, by its key."""
