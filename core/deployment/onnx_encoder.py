"""The encoder as part of an ONNX graph: columns of numbers and words go in.

What a caller in another language cannot get wrong then. Dates, sentences, hashed words
and recipes stay outside: such models take rows that are encoded already.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from onnx import TensorProto

from core.deployment.onnx_writer import GraphWriter

_NUMBERS: Final = {"names", "offset", "scale", "fill", "marked", "bend"}
_WORDS: Final = {
    "codes": {"kind", "name", "codes", "other"},
    "indicators": {"kind", "name", "codes", "mark"},
}
_TAKEN: Final = re.compile(r"|output|[vX]\d+")
_FAR: Final = 1e6
_LARGEST: Final = float(np.finfo(np.float32).max)
_WIDE: Final = np.float64


def whole_columns(described: Mapping[str, Any]) -> bool:
    """Return whether the graph of a model takes the columns themselves.

    Parameters
    ----------
    described : mapping
        As `describe_version` returns it.

    Examples
    --------
    >>> block = dict.fromkeys(_NUMBERS, []) | {"names": ["age"]}
    >>> encoder = {"numbers": block, "columns": []}
    >>> whole_columns({"cleaning": None, "encoders": [encoder]})
    True
    >>> whole_columns({"cleaning": "a script", "encoders": [encoder]})
    False
    """
    if described.get("cleaning") or not described.get("encoders"):
        return False
    names: set[str] = set()
    for encoder in described["encoders"]:
        own = [*encoder["numbers"]["names"]]
        for column in encoder["columns"]:
            if set(column) != _WORDS.get(column["kind"]):
                return False
            own.append(column["name"])
        if set(encoder["numbers"]) != _NUMBERS or not own:
            return False
        names.update(own)
    return not any(_TAKEN.fullmatch(name) for name in names)


def encoded(writer: GraphWriter, encoders: Sequence[Mapping[str, Any]]) -> list[str]:
    """Add the columns as inputs, and return the name of each encoder's matrix."""
    taken: dict[str, str] = {}

    def column(name: str, kind: int) -> str:
        if name not in taken:
            taken[name] = writer.take(name, kind, 1)
        return taken[name]

    matrices = []
    for encoder in encoders:
        names = encoder["numbers"]["names"]
        given = [column(name, TensorProto.DOUBLE) for name in names]
        blocks = _numbers(writer, encoder["numbers"], given) if given else []
        for item in encoder["columns"]:
            words = column(item["name"], TensorProto.STRING)
            blocks.append(_KINDS[item["kind"]](writer, item, words))
        matrices.append(writer.add("Concat", *blocks, axis=1))
    return matrices


def _numbers(
    writer: GraphWriter, block: Mapping[str, Any], given: Sequence[str]
) -> list[str]:
    """Fill, scale and clip numbers; behind them stand the marks of missing ones."""
    values = writer.add("Concat", *given, axis=1)
    missing = writer.add("Or", writer.add("IsNaN", values), writer.add("IsInf", values))
    filled = writer.add("Where", missing, writer.constant(block["fill"], _WIDE), values)
    moved = writer.add("Sub", filled, writer.constant(block["offset"], _WIDE))
    scaled = writer.add("Div", moved, writer.constant(block["scale"], _WIDE))
    if block["bend"]:
        far = _clipped(writer, scaled, _FAR)
        third = writer.add("Div", far, writer.constant([3.0], _WIDE))
        squared = writer.add("Mul", third, third)
        one = writer.constant([1.0], _WIDE)
        size = writer.add("Sqrt", writer.add("Add", one, squared))
        scaled = writer.add("Div", far, size)
    top = _FAR if np.isfinite(block["fill"]).all() else _LARGEST
    narrow = writer.cast(_clipped(writer, scaled, top), np.float32)
    places = np.arange(len(given))[block["marked"]]
    if not places.size:
        return [narrow]
    marks = writer.add("Gather", missing, writer.constant(places, np.int64), axis=1)
    return [narrow, writer.cast(marks, np.float32)]


def _clipped(writer: GraphWriter, values: str, top: float) -> str:
    ends = (writer.constant(end, _WIDE) for end in (-top, top))
    return writer.add("Clip", values, *ends)


def _codes(writer: GraphWriter, column: Mapping[str, Any], words: str) -> str:
    """Give each word the rank of its frequency; missing ones stay missing."""
    nan = float("nan")
    other = nan if column["other"] is None else float(column["other"])
    codes = {word: float(code) for word, code in column["codes"].items()}
    codes[""] = nan
    return writer.add(
        "LabelEncoder", words, keys_strings=list(codes),
        values_floats=list(codes.values()), default_float=other,
    )  # fmt: skip


def _indicators(writer: GraphWriter, column: Mapping[str, Any], words: str) -> str:
    """Give each frequent word a column of 0 and 1, and one to all the others."""
    other = len(column["codes"])
    codes = {word: int(code) for word, code in column["codes"].items()}
    codes[""] = other + 1
    place = writer.add(
        "LabelEncoder", words, keys_strings=list(codes),
        values_int64s=list(codes.values()), default_int64=other,
    )  # fmt: skip
    table = np.eye(other + 2, other + 1 + column["mark"])
    found = writer.add("Gather", writer.constant(table, np.float32), place, axis=0)
    return writer.add("Squeeze", found, writer.constant([1], np.int64))


_KINDS: Final = {"codes": _codes, "indicators": _indicators}
