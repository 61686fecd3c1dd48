"""Carrying a parsed formula out, and writing it as pandas code."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from core.data import plain
from core.data.frames import kind_of_dtype
from core.errors import DataError

HINT: Final = (
    "Use columns (between backticks when their name has blanks), numbers, 'words', "
    "+ - * / // % **, comparisons, and, or, not, a if b else c, and the functions "
    "log, log10, exp, sqrt, abs, floor, round, min and max."
)
_INFIX: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "&": operator.and_,
    "|": operator.or_,
}

Kind = str
"""What a piece gives: "number", "date" or "words"."""


@dataclass(frozen=True)
class Piece:
    """One node of a parsed formula.

    Attributes
    ----------
    function : str
        "column", "constant", a sign between two arguments, "not", or the name of a
        function of `core.data.plain`.
    arguments : tuple of Piece, str, or float
    """

    function: str
    arguments: tuple[Any, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns it reads, each once."""
        if self.function == "column":
            return (str(self.arguments[0]),)
        names = [n for a in self.arguments if isinstance(a, Piece) for n in a.columns]
        return tuple(dict.fromkeys(names))


def run_formula(
    piece: Piece, table: pd.DataFrame, scalar: Callable[[float], Any] = float
) -> Any:
    """Carry a parsed formula out on a table."""
    if piece.function == "column":
        return table[piece.arguments[0]]
    if piece.function == "constant":
        value = piece.arguments[0]
        return value if isinstance(value, str) else scalar(value)
    given = [run_formula(a, table, scalar) if isinstance(a, Piece) else a
             for a in piece.arguments]  # fmt: skip
    if piece.function in _INFIX:
        return _INFIX[piece.function](*given)
    if piece.function == "not":
        return ~given[0]
    return getattr(plain, piece.function)(*given)


def write_formula(piece: Piece) -> str:
    """Write a parsed formula as pandas code on ``table``."""
    if piece.function == "column":
        return f"table[{piece.arguments[0]!r}]"
    if piece.function == "constant":
        value = piece.arguments[0]
        plain_number = isinstance(value, str) or np.isfinite(value)
        return repr(value) if plain_number else f'float("{value}")'
    given = [write_formula(a) if isinstance(a, Piece) else repr(a)
             for a in piece.arguments]  # fmt: skip
    if piece.function in _INFIX:
        return f"({given[0]} {piece.function} {given[1]})"
    if piece.function == "not":
        return f"(~{given[0]})"
    return f"{piece.function}({', '.join(given)})"


def kind_of_piece(piece: Piece, table: pd.DataFrame) -> Kind:
    """Say what a piece gives; refuse words where numbers are needed."""
    if piece.function == "column":
        kind = kind_of_dtype(table[piece.arguments[0]])
        return {"category": "words", "date": "date"}.get(kind, "number")
    if piece.function == "constant":
        return "words" if isinstance(piece.arguments[0], str) else "number"
    pieces = [a for a in piece.arguments if isinstance(a, Piece)]
    kinds = [kind_of_piece(item, table) for item in pieces]
    if piece.function == "compare":
        _check_comparison(pieces, kinds)
        return "number"
    if piece.function == "choose":
        then, otherwise = kinds[1:]
        if then != otherwise or then == "date":
            raise DataError("Both sides of an if give numbers, or words.", hint=HINT)
        return then
    if "words" in kinds:
        raise DataError("The formula reckons with words.", hint=HINT)
    return "number"


def _check_comparison(pieces: list[Piece], kinds: list[Kind]) -> None:
    if set(kinds) == {"date", "words"}:
        word = pieces[kinds.index("words")]
        moment = pd.to_datetime(str(word.arguments[0]), errors="coerce")
        if word.function == "constant" and moment is not pd.NaT:
            return
    if kinds[0] != kinds[1]:
        raise DataError("Only like and like can be compared.", hint=HINT)
