"""Cohorts: named rules that say which rows of a table are meant."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.formula import parse_formula
from core.data.frames import canonical
from core.data.plain import fitting, holds, read_as, read_moments, value_for
from core.data.reckoning import kind_of_piece, run_formula
from core.errors import DataError

Operator = Literal[
    "==", "!=", "<", "<=", ">", ">=",
    "in", "not in", "is missing", "is not missing", "formula",
]  # fmt: skip
OPERATORS: Final[tuple[Operator, ...]] = get_args(Operator)
LONGEST_NAME: Final = 60
MOST_CONDITIONS: Final = 20
_LONGEST_LIST: Final = 1_000
_ORDERED: Final = ("<", "<=", ">", ">=")
_WORDS: Final[Mapping[str, str]] = {
    "==": "is", "!=": "is not", "in": "is", "not in": "is none of",
    "<": "<", "<=": "≤", ">": ">", ">=": "≥",
}  # fmt: skip

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Condition:
    """One condition on a row.

    Parameters
    ----------
    column : str
        Empty for a formula, which names its columns itself.
    op : str
        One of `OPERATORS`.
    value : str, number, tuple of these, or None
        Dates are written in ISO 8601; a tuple for "in" and "not in"; the formula's
        text for "formula"; None where nothing is compared.

    Raises
    ------
    DataError
        The operator is unknown, or the value does not go with it.

    Notes
    -----
    A missing value fits only "is missing": neither "!=" nor "not in" takes it.

    Examples
    --------
    >>> Condition("plan", "in", ("basic", "plus")).sentence
    'plan is basic or plus'
    >>> Condition("age", ">=", 30).mask(pd.DataFrame({"age": [29, 30, None]})).tolist()
    [False, True, False]
    """

    column: str
    op: Operator
    value: Any = None

    def __post_init__(self) -> None:
        if isinstance(self.value, list):
            object.__setattr__(self, "value", tuple(self.value))
        if self.op == "formula":
            parse_formula(str(self.value))
        elif self.op not in OPERATORS or not _fits(self.op, self.value):
            raise DataError(
                f"A condition cannot be {self.op!r} with {self.value!r}.",
                hint=f"Use one of {', '.join(OPERATORS)}, with a value that fits it.",
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that it reads."""
        if self.op == "formula":
            return parse_formula(self.value).columns
        return (self.column,)

    @property
    def sentence(self) -> str:
        """The condition in words; names and values stand as they are."""
        if self.op == "formula":
            return str(self.value)
        if self.op.endswith("missing"):
            return f"{self.column} {self.op}"
        values = self.value if isinstance(self.value, tuple) else (self.value,)
        named = " or ".join(written(item) for item in values[:3])
        more = f" or {len(values) - 3} more" if len(values) > 3 else ""
        return f"{self.column} {_WORDS[self.op]} {named}{more}"

    def mask(self, frame: pd.DataFrame) -> Mask:
        """Say which rows fit.

        Raises
        ------
        DataError
            A column is not there, or its values cannot be compared like this.
        """
        _refuse_absent(self.columns, frame.columns)
        table = canonical(frame[list(self.columns)])
        if self.op == "formula":
            return _formula_mask(self.value, table)
        values = table[self.column]
        if self.op in _ORDERED:
            _refuse_incomparable(values, self.value)
        rows: Mask = fitting(values, self.op, self.value)
        return rows

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"column": self.column, "op": self.op, "value": value}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Condition":
        """Return the condition that `to_dict` wrote."""
        return cls(values["column"], values["op"], values["value"])


def _fits(op: str, value: Any) -> bool:
    if op.endswith("missing"):
        return value is None
    if op in ("in", "not in"):
        listed = isinstance(value, tuple) and 0 < len(value) <= _LONGEST_LIST
        return listed and all(map(_is_plain, value))
    return _is_plain(value)


def _is_plain(value: Any) -> bool:
    if isinstance(value, str | bool):
        return True
    return isinstance(value, int | float) and math.isfinite(value)


def written(value: Any) -> str:
    """Write a value of a condition as a person reads it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.10g}"
    return str(value)


def _refuse_absent(wanted: Iterable[str], names: Iterable[Any]) -> None:
    there = set(names)
    absent = [name for name in wanted if name not in there]
    if absent:
        raise DataError(
            f"The cohort needs the column {absent[0]!r}, which is not there.",
            hint="Use it on a table that has the column, or change its rule.",
        )


def _refuse_incomparable(values: pd.Series, value: Any) -> None:
    words = pd.api.types.is_string_dtype(values.dtype)
    like = values.head(0)
    if words:
        like = read_moments(like) if isinstance(value, str) else read_as(like, "number")
    if value_for(value, like) is None:
        raise DataError(
            f"{value!r} is not a value of the column {values.name!r}.",
            hint="Compare with a value of the column's own type.",
        )


def _formula_mask(text: str, table: pd.DataFrame) -> Mask:
    piece = parse_formula(text)
    if kind_of_piece(piece, table) != "number":
        raise DataError(
            "The formula gives no yes or no.",
            hint="Write a comparison, such as fee > 2 * paid.",
        )
    rows: Mask = holds(run_formula(piece, table), table.index)
    return rows


@dataclass(frozen=True)
class Cohort:
    """A named group of rows: those that fit all of its conditions.

    Parameters
    ----------
    name : str
        At most 60 characters.
    conditions : tuple of Condition
        One to twenty; a row belongs to it when it fits every one.

    Raises
    ------
    DataError
        The name is empty or too long, or there is no condition.

    Examples
    --------
    >>> young = Cohort("young", (Condition("age", "<", 30),))
    >>> young.mask(pd.DataFrame({"age": [20, 41], "fee": [1, 2]})).tolist()
    [True, False]
    >>> young.missing(["fee"])
    ('age',)
    >>> Cohort.from_dict(young.to_dict()) == young
    True
    """

    name: str
    conditions: tuple[Condition, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", " ".join(str(self.name).split()))
        object.__setattr__(self, "conditions", tuple(self.conditions))
        if not 0 < len(self.name) <= LONGEST_NAME:
            raise DataError(
                f"A cohort's name has 1 to {LONGEST_NAME} characters.",
                hint="Give it a short name, such as “new customers”.",
            )
        if not 0 < len(self.conditions) <= MOST_CONDITIONS:
            raise DataError(
                f"A cohort has 1 to {MOST_CONDITIONS} conditions.",
                hint="Say by at least one condition which rows belong to it.",
            )

    @property
    def sentence(self) -> str:
        """The rule in words; names and values stand as they are."""
        return " and ".join(item.sentence for item in self.conditions)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the rule reads, each once."""
        names = [name for item in self.conditions for name in item.columns]
        return tuple(dict.fromkeys(names))

    @property
    def content_hash(self) -> str:
        """SHA-256 of the rule; cohorts of one rule share it, whatever their names."""
        text = json.dumps(self.to_dict()["conditions"], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def missing(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the columns that the rule reads and that are not among `names`."""
        there = set(names)
        return tuple(name for name in self.columns if name not in there)

    def mask(self, frame: pd.DataFrame) -> Mask:
        """Say which rows belong to the cohort.

        Parameters
        ----------
        frame : DataFrame of shape (n_rows, n_columns)
            Any pandas table with the rule's columns.

        Returns
        -------
        bool ndarray of shape (n_rows,)

        Raises
        ------
        DataError
            A column is not there (see `missing`), or cannot be compared like this.
        """
        _refuse_absent(self.columns, frame.columns)
        rows = np.ones(len(frame), dtype=bool)
        for item in self.conditions:
            rows &= item.mask(frame)
        return rows

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        conditions = [item.to_dict() for item in self.conditions]
        return {"name": self.name, "conditions": conditions}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Cohort":
        """Return the cohort that `to_dict` wrote."""
        conditions = tuple(map(Condition.from_dict, values["conditions"]))
        return cls(values["name"], conditions)
