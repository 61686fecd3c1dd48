"""From a value of a row to what the control of its field takes."""

import math
from datetime import datetime
from typing import Any

import pandas as pd

from pages.shared.predict_fields import EMPTY, YES, Field, can_open


def widget_value(field: Field, given: Any) -> tuple[bool, Any]:
    """Return whether the field must be opened for a value, and what its control takes.

    Examples
    --------
    >>> age = Field("age", "slider", 50, 20, 79, 1)
    >>> widget_value(age, 41.0), widget_value(age, 95), widget_value(age, None)
    ((False, 41), (True, 95), (True, None))
    >>> widget_value(Field("plan", "choice", "a", options=("a", EMPTY)), "b")
    (False, 'b')
    """
    value = None if given is None or given is pd.NA or given is pd.NaT else given
    if isinstance(value, float) and math.isnan(value):
        value = None
    match field.control:
        case "slider" | "number":
            return _number(field, value)
        case "choice":
            return False, EMPTY if value is None else str(value)
        case "toggle":
            if value is None:
                return True, EMPTY
            return False, str(value).lower() in ("true", YES, "1", "1.0")
        case "date" | "moment":
            return _moment(field, value)
        case _:
            return False, "" if value is None else str(value)


def _number(field: Field, value: Any) -> tuple[bool, Any]:
    try:
        number = None if value is None else float(value)
    except (TypeError, ValueError):
        number = None
    if number is None:
        return can_open(field), None
    whole = isinstance(field.step, int)
    if whole and number == round(number):
        number = round(number)
    if field.control == "number":
        return False, number
    fits = field.low <= number <= field.high and (not whole or isinstance(number, int))
    return not fits, number


def _moment(field: Field, value: Any) -> tuple[bool, Any]:
    if value is None:
        return True, None
    try:
        moment = datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        return True, None
    fits = field.control == "moment" or field.low <= moment.date() <= field.high
    return not fits, moment.date() if field.control == "date" else moment
