"""One record encoded without arrays of one element: a tenth of the time, same numbers.

What a column's class computes with numpy for many rows is computed here with Python's
own floats, which round alike. Columns for which that would not be so (sines of dates)
are encoded by their class.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

import numpy as np

from core.modeling.columns import (
    CodeColumn,
    Column,
    DateColumn,
    IndicatorColumn,
    TextColumn,
)
from core.modeling.encoder import FrameEncoder
from core.modeling.means import MeanColumn
from core.modeling.numbers import FAR, LARGEST, Matrix, NumberBlock, bent

_Put = Callable[[Mapping[str, Any], list[float]], None]
_NAN: Final = float("nan")
_DAY_S: Final = 86_400
_EPOCH: Final = date(1970, 1, 1).toordinal()


class RowEncoder:
    """Encodes one record as a fitted `FrameEncoder` does.

    Parameters
    ----------
    encoder : FrameEncoder
        Fitted.

    Examples
    --------
    >>> import pandas as pd
    >>> from core.data import describe_schema
    >>> frame = pd.DataFrame({"age": [30.5, 41.0], "plan": ["a", "b"]})
    >>> encoder = FrameEncoder(describe_schema(frame)).fit(frame)
    >>> RowEncoder(encoder).encode({"age": np.array([28.0]), "plan": ["x"]}).tolist()
    [28.0, 0.0]
    """

    def __init__(self, encoder: FrameEncoder) -> None:
        self._puts: list[_Put] = [_numbers(encoder.numbers_)]
        self._puts.extend(_column(column) for column in encoder.columns_)

    def encode(self, raw: Mapping[str, Any]) -> Matrix:
        """Return the numbers of one row, shape (n_features_out,).

        Parameters
        ----------
        raw : mapping of str to sequences of one value
            As `FrameEncoder.encode` takes them.
        """
        row: list[float] = []
        for put in self._puts:
            put(raw, row)
        return np.array(row, dtype=np.float32)


def _numbers(block: NumberBlock) -> _Put:
    names = block.names
    scale = _scaling(block)

    def put(raw: Mapping[str, Any], row: list[float]) -> None:
        scale([float(raw[name][0]) for name in names], row)

    return put


def _scaling(block: NumberBlock) -> Callable[[list[float], list[float]], None]:
    plan = list(
        zip(
            block.offset.tolist(),
            block.scale.tolist(),
            block.fill.tolist(),
            strict=True,
        )
    )
    top = FAR if np.isfinite(block.fill).all() else LARGEST
    marked, finite = block.marked.tolist(), math.isfinite

    def scale(values: list[float], row: list[float]) -> None:
        near: list[float] = []
        for value, (offset, width, fill) in zip(values, plan, strict=True):
            scaled = ((value if finite(value) else fill) - offset) / width
            near.append(top if scaled > top else -top if scaled < -top else scaled)
        # Python's own hypot may round otherwise than numpy's.
        row.extend(bent(np.array(near)).tolist() if block.bend else near)
        row.extend(0.0 if finite(values[place]) else 1.0 for place in marked)

    return scale


def _column(column: Column) -> _Put:
    if isinstance(column, CodeColumn):
        return _codes(column)
    if isinstance(column, IndicatorColumn):
        return _indicators(column)
    if isinstance(column, MeanColumn):
        return _means(column)
    if isinstance(column, DateColumn) and not any(
        part.endswith("sine") for part in column.numbers.names
    ):
        return _moments(column)
    if isinstance(column, TextColumn):
        return _sentences(column)
    name = column.name
    return lambda raw, row: row.extend(column.encode(raw[name])[0].tolist())


def _codes(column: CodeColumn) -> _Put:
    name, get, other = column.name, column.codes.get, column.other

    def put(raw: Mapping[str, Any], row: list[float]) -> None:
        value = raw[name][0]
        row.append(get(value, other) if isinstance(value, str) else _NAN)

    return put


def _indicators(column: IndicatorColumn) -> _Put:
    name = column.name
    rows = {word: column.encode([word])[0].tolist() for word in column.codes}
    missing = column.encode([None])[0].tolist()
    other = np.eye(len(missing))[len(column.codes)].tolist()

    def put(raw: Mapping[str, Any], row: list[float]) -> None:
        value = raw[name][0]
        row.extend(rows.get(value, other) if isinstance(value, str) else missing)

    return put


def _means(column: MeanColumn) -> _Put:
    name, get, rows = column.name, column.codes.get, column.table.tolist()
    other, missing = len(rows) - 2, rows[-1]

    def put(raw: Mapping[str, Any], row: list[float]) -> None:
        value = raw[name][0]
        row.extend(rows[get(value, other)] if isinstance(value, str) else missing)

    return put


def _moments(column: DateColumn) -> _Put:
    name, start_s, names = column.name, column.start_s, column.numbers.names
    scale = _scaling(column.numbers)

    def put(raw: Mapping[str, Any], row: list[float]) -> None:
        moment = float(raw[name][0])
        if not -5e10 < moment < 2e11:  # missing, or beyond what Python calls a date
            row.extend(column.encode(np.array([moment]))[0].tolist())
            return
        parts = _calendar(moment, start_s)
        scale([parts[part] for part in names], row)

    return put


def _sentences(column: TextColumn) -> _Put:
    name, scale, topics_of = column.name, _scaling(column.numbers), _topics(column)

    def put(raw: Mapping[str, Any], row: list[float]) -> None:
        value = raw[name][0]
        text = value if isinstance(value, str) else ""
        scale([float(len(text)), float(len(text.split()))], row)
        row.extend(topics_of(text))

    return put


def _topics(column: TextColumn) -> Callable[[str], list[float]]:
    """Return what weighs a sentence's words and adds up their topics.

    As `TfidfVectorizer` (with sublinear counts) and `TruncatedSVD` do for many, in the
    order in which they add up.
    """
    if column.topics is None:
        return lambda _: []
    known, split = column.vectorizer.vocabulary_, column.vectorizer.build_analyzer()
    rarity = column.vectorizer.idf_.tolist()
    topics = np.ascontiguousarray(column.topics.components_.T, dtype=np.float64)

    def topics_of(text: str) -> list[float]:
        counts = Counter(known[word] for word in split(text) if word in known)
        places = sorted(counts)
        weights = [(math.log(counts[i]) + 1.0) * rarity[i] for i in places]
        length = 0.0
        for weight in weights:
            length += weight * weight
        total, length = np.zeros(topics.shape[1]), math.sqrt(length)
        for place, weight in zip(places, weights, strict=True):
            total += weight / length * topics[place]
        return total.tolist()

    return topics_of


def _calendar(moment: float, start_s: float) -> dict[str, float]:
    days, second = divmod(int(moment), _DAY_S)
    day = date.fromordinal(days + _EPOCH)
    return {
        "days": (moment - start_s) / _DAY_S,
        "year": float(day.year),
        "month": float(day.month),
        "day": float(day.day),
        "weekday": float(day.weekday()),
        "day of year": float(day.timetuple().tm_yday),
        "hour": float(second // 3600),
    }
