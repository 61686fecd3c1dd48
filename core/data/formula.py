"""Formulas: a small safe language for columns made of other columns.

A formula is parsed by Python's own parser into a tree of a few permitted things and
then carried out piece by piece by `core.data.reckoning`; it is never handed to the
interpreter. Columns are named as they are, or between backticks.
"""

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from core.data.reckoning import HINT, Piece, run_formula
from core.errors import DataError

LONGEST: Final = 500
_QUOTED: Final = re.compile(r"`([^`]+)`")
_ARITHMETIC: Final[Mapping[type, str]] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/",
    ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
}  # fmt: skip
_SIGNS: Final[Mapping[type, str]] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<",
    ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
_ONE: Final = {"log", "log10", "exp", "sqrt", "abs", "floor"}
_EXTREMES: Final = {"min": "minimum", "max": "maximum"}


def parse_formula(text: str) -> Piece:
    """Parse a formula.

    Parameters
    ----------
    text : str
        At most 500 characters.

    Raises
    ------
    DataError
        It is no formula, or uses what is not permitted.

    Examples
    --------
    >>> parse_formula("`monthly fee` * 12 if active else 0").columns
    ('active', 'monthly fee')
    >>> parse_formula("log(fee) > 2").function
    'compare'
    """
    if len(text) > LONGEST:
        raise DataError(f"A formula has at most {LONGEST} characters.", hint=HINT)
    quoted: dict[str, str] = {}

    def hide(match: "re.Match[str]") -> str:
        return quoted.setdefault(match[1], f"_column_{len(quoted)}_")

    try:
        tree = ast.parse(_QUOTED.sub(hide, text).strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise DataError("This is not a formula.", hint=HINT) from error
    names = {hidden: name for name, hidden in quoted.items()}
    piece = _parse(tree.body, names)
    if not piece.columns:
        raise DataError("The formula uses no column.", hint=HINT)
    return piece


def _parse(node: ast.expr, names: Mapping[str, str]) -> Piece:
    if isinstance(node, ast.Name):
        return Piece("column", (names.get(node.id, node.id),))
    if isinstance(node, ast.Constant):
        return _constant(node.value)
    children = [_parse(item, names) for item in _operands(node)]
    for kind, build in _BUILDERS.items():
        if isinstance(node, kind):
            return build(node, *children)
    raise _refusal(node)


def _operands(node: ast.expr) -> list[ast.expr]:
    """Return the parts of a permitted node that are formulas themselves."""
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    if isinstance(node, ast.IfExp):
        return [node.test, node.body, node.orelse]
    return list(node.args) if isinstance(node, ast.Call) else []


def _refusal(node: ast.expr) -> DataError:
    written = ast.unparse(node)[:40]
    return DataError(f"A formula cannot hold {written!r}.", hint=HINT)


def _binary(node: Any, left: Piece, right: Piece) -> Piece:
    sign = _ARITHMETIC.get(type(node.op))
    if sign is None:
        raise _refusal(node)
    return _folded(Piece(sign, _numbers(left, right)))


def _both(node: Any, first: Piece, *others: Piece) -> Piece:
    sign = "&" if isinstance(node.op, ast.And) else "|"
    for other in others:
        first = Piece(sign, (_flag(first), _flag(other)))
    return first


def _comparison(node: Any, left: Piece, *right: Piece) -> Piece:
    sign = _SIGNS.get(type(node.ops[0]))
    if sign is None or len(right) > 1 or not (left.columns or right[0].columns):
        raise _refusal(node)
    return Piece("compare", (left, sign, right[0]))


def _choice(_: Any, test: Piece, then: Piece, otherwise: Piece) -> Piece:
    return Piece("choose", (_flag(test), then, otherwise))


def _constant(value: object) -> Piece:
    if isinstance(value, str):
        return Piece("constant", (value,))
    if isinstance(value, bool | int | float):
        return Piece("constant", (float(min(max(value, -1e308), 1e308)),))
    raise DataError(f"A formula cannot hold {value!r}.", hint=HINT)


def _unary(node: Any, operand: Piece) -> Piece:
    if isinstance(node.op, ast.Not):
        return Piece("not", (_flag(operand),))
    if isinstance(node.op, ast.USub):
        zero = Piece("constant", (0.0,))
        return _folded(Piece("-", _numbers(zero, operand)))
    if isinstance(node.op, ast.UAdd):
        return operand
    raise _refusal(node)


def _call(node: Any, *arguments: Piece) -> Piece:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    given = _numbers(*arguments)
    if not node.keywords:
        if name in _ONE and len(given) == 1:
            return _folded(Piece("transform", (name, *given)))
        if name in _EXTREMES and len(given) > 1:
            return _folded(Piece("extreme", (_EXTREMES[name], *given)))
        if name == "round" and len(given) in (1, 2):
            digits = given[1].arguments[0] if len(given) == 2 else 0.0
            if isinstance(digits, float) and abs(digits) <= 15:
                return Piece("rounded", (given[0], Piece("constant", (digits,))))
    raise DataError(f"A formula cannot hold a call of {name!r}.", hint=HINT)


def _numbers(*pieces: Piece) -> tuple[Piece, ...]:
    """Have columns read as numbers; words between quotes are no numbers."""
    for piece in pieces:
        if piece.function == "constant" and isinstance(piece.arguments[0], str):
            raise DataError(f"The word {piece.arguments[0]!r} is no number.", hint=HINT)
    typed = ("column", "compare", "&", "|", "not", "choose")
    return tuple(
        Piece("number", (piece,)) if piece.function in typed else piece
        for piece in pieces
    )


def _flag(piece: Piece) -> Piece:
    """Have a piece read as a condition: what is not 0 holds."""
    if piece.function in ("compare", "&", "|", "not"):
        return piece
    (given,) = _numbers(piece)
    if not given.columns:
        raise DataError("A condition needs a column.", hint=HINT)
    return Piece("compare", (given, "!=", Piece("constant", (0.0,))))


def _folded(piece: Piece) -> Piece:
    """Work out what has no column in it at once."""
    if piece.columns:
        return piece
    with np.errstate(all="ignore"):
        value = float(run_formula(piece, pd.DataFrame(), np.float64))
    return Piece("constant", (value,))


_BUILDERS: Final[Mapping[type, Callable[..., Piece]]] = {
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _both,
    ast.Compare: _comparison,
    ast.IfExp: _choice,
    ast.Call: _call,
}
