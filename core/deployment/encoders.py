"""A fitted encoder as plain values: what `runtime.columns` takes."""

import math
from typing import Any

from core.errors import DeploymentError
from core.modeling.columns import (
    CodeColumn,
    DateColumn,
    IndicatorColumn,
    TextColumn,
)
from core.modeling.encoder import FrameEncoder
from core.modeling.hashing import HashedColumn
from core.modeling.means import MeanColumn
from core.modeling.numbers import NumberBlock


def describe_encoder(encoder: FrameEncoder) -> dict[str, Any]:
    """Return an encoder's tables, with arrays where the runtime wants arrays.

    Raises
    ------
    DeploymentError
        It has a kind of column that the runtime does not know.

    Examples
    --------
    >>> import pandas as pd
    >>> from core.data import describe_schema
    >>> frame = pd.DataFrame({"plan": ["a", "a", "b", "b"]})
    >>> encoder = FrameEncoder(describe_schema(frame)).fit(frame)
    >>> describe_encoder(encoder)["columns"][0]["codes"]
    {'a': 0, 'b': 1}
    """
    return {
        "numbers": _describe_numbers(encoder.numbers_),
        "columns": [_describe_column(column) for column in encoder.columns_],
    }


class Encoders:
    """The encoders of a model, each described once, whoever uses it.

    Attributes
    ----------
    described : list of dict
    """

    def __init__(self) -> None:
        self.described: list[dict[str, Any]] = []
        self._places: dict[int, int] = {}

    def place(self, encoder: FrameEncoder) -> int:
        """Return where an encoder stands in the list; it is added when it is new."""
        if id(encoder) not in self._places:
            self._places[id(encoder)] = len(self.described)
            self.described.append(describe_encoder(encoder))
        return self._places[id(encoder)]


def _describe_numbers(block: NumberBlock) -> dict[str, Any]:
    return {
        "names": list(block.names),
        "offset": block.offset,
        "scale": block.scale,
        "fill": block.fill,
        "marked": block.marked,
        "bend": bool(block.bend),
    }


def _describe_column(column: object) -> dict[str, Any]:
    if isinstance(column, CodeColumn):
        other = None if math.isnan(column.other) else column.other
        return _named("codes", column.name, codes=column.codes, other=other)
    if isinstance(column, IndicatorColumn):
        mark = bool(column.mark)
        return _named("indicators", column.name, codes=column.codes, mark=mark)
    if isinstance(column, MeanColumn):
        return _named("means", column.name, codes=column.codes, table=column.table)
    if isinstance(column, DateColumn):
        numbers = _describe_numbers(column.numbers)
        return _named("moments", column.name, start_s=column.start_s, numbers=numbers)
    if isinstance(column, TextColumn):
        return _describe_texts(column)
    if isinstance(column, HashedColumn):
        places, is_text = column.n_places, column.is_text
        return _named("hashes", column.name, places=places, is_text=is_text)
    raise DeploymentError(
        f"A column of the kind {type(column).__name__} cannot be written as tables.",
        hint="Serve this version with Rondo's own API.",
    )


def _named(kind: str, name: str, **parts: Any) -> dict[str, Any]:
    return {"kind": kind, "name": name, **parts}


def _describe_texts(column: TextColumn) -> dict[str, Any]:
    words: dict[str, int] = {}
    weights = topics = None
    if column.topics is not None:
        vocabulary = column.vectorizer.vocabulary_
        words = {word: int(place) for word, place in vocabulary.items()}
        weights, topics = column.vectorizer.idf_, column.topics.components_
    numbers = _describe_numbers(column.numbers)
    return _named(
        "texts", column.name, numbers=numbers, words=words,
        weights=weights, topics=topics,
    )  # fmt: skip
