"""A field of the form: which control asks for a column; nothing is drawn.

A field says which control asks, within which limits and from which default.
`open_field` gives its freer form, which goes beyond the training range and may be left
empty.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal

from core.serving.typical import decimals_of

Control = Literal[
    "slider", "number", "choice", "toggle", "yes or no", "date", "moment", "text"
]

EMPTY: Final = "\ue000"
"""The choice that stands for no value; a sign no category uses."""

YES, NO = "yes", "no"


@dataclass(frozen=True)
class Field:
    """How one column is asked for.

    Attributes
    ----------
    name : str
        Of the column, as it is.
    control : {"slider", "number", "choice", "toggle", "yes or no", "date", \
"moment", "text"}
    default : bool, int, float, str, date, datetime or None
        Median or most frequent value; None for empty.
    low, high, step : int, float, date, datetime or None
        Limits of a slider or a date; the step is None for dates.
    options : tuple of str
        Of a choice: most frequent first, `EMPTY` last.
    counts : tuple of int
        Training rows of each option.
    """

    name: str
    control: Control
    default: Any
    low: Any = None
    high: Any = None
    step: Any = None
    options: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()

    def label_of(self, option: str) -> str:
        """Return an option with the number of its training rows in brackets."""
        word = "leave empty" if option == EMPTY else option
        counted = dict(zip(self.options, self.counts, strict=False))
        if option not in counted:
            return word
        count = counted[option]
        return f"{word} ({count:,})"

    @property
    def note(self) -> str:
        """What the training rows say about the limits, in one sentence."""
        if self.control in {"slider", "number"} and self.low is not None:
            digits = decimals_of(self.step)
            return (
                f"98% of the training rows lie from {self.low:,.{digits}f} to "
                f"{self.high:,.{digits}f}."
            )
        if self.control == "choice":
            return "In brackets: how many training rows have the value."
        return ""

    @property
    def number_format(self) -> str | None:
        """How a slider or a number is written, for Streamlit; None if it is neither."""
        if self.control == "number":
            return None if isinstance(self.step, int) else "%.10g"
        if self.control != "slider":
            return None
        return "%d" if isinstance(self.step, int) else f"%.{decimals_of(self.step)}f"


def open_field(field: Field) -> Field:
    """Return the field in its freer form: empty until any value is filled in.

    Examples
    --------
    >>> opened = open_field(Field("age", "slider", 50, 20, 79, 1))
    >>> opened.control, opened.default
    ('number', None)
    """
    match field.control:
        case "slider":
            return replace(field, control="number", default=None)
        case "toggle":
            options = (YES, NO, EMPTY)
            return replace(field, control="yes or no", default=EMPTY, options=options)
        case "date" | "moment":
            return replace(field, default=None)
        case _:
            return field


def can_open(field: Field) -> bool:
    """Tell whether `open_field` gives the field more freedom."""
    return open_field(field) != field


def to_record(answers: Iterable[tuple[Field, Any]]) -> dict[str, Any]:
    """Return what was filled in as one record for a service; None where empty.

    Examples
    --------
    >>> age, plan = Field("age", "slider", 1), Field("plan", "choice", "a")
    >>> to_record([(age, 41), (plan, EMPTY)])
    {'age': 41, 'plan': None}
    """
    return {field.name: _plain(field, value) for field, value in answers}


def _plain(field: Field, value: Any) -> Any:
    if value is None or value in {EMPTY, ""}:
        return None
    if field.control == "yes or no":
        return value == YES
    if isinstance(value, date):
        return value.isoformat()
    return value
