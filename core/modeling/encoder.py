"""The encoder: raw canonical columns in, one float32 matrix out.

All families of models are fed by it, each in a style of its own. It learns from
training rows only, travels inside the model, and has a defined answer for every
value: missing, unseen, infinite. Behind it stands only an estimator on a matrix,
which is what compiled formats can take over.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from core.data import ColumnKind, ColumnSchema, Schema
from core.data.values import as_numbers
from core.findings import Finding
from core.modeling.columns import (
    CodeColumn,
    Column,
    DateColumn,
    IndicatorColumn,
    TextColumn,
)
from core.modeling.hashing import TEXT_PLACES, HashedColumn
from core.modeling.means import MeanColumn, learn_means
from core.modeling.metrics import Floats
from core.modeling.numbers import Matrix, NumberBlock, Style
from core.modeling.rows import Rows

NUMERIC: Final[frozenset[ColumnKind]] = frozenset(("number", "integer", "boolean"))


class FrameEncoder(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn a canonical frame into a float32 matrix.

    Numbers and booleans stay (trees) or are scaled, with missing ones filled by the
    median and marked (linear, smooth); categories become codes by frequency (trees)
    or up to 25 indicators; dates become elapsed days and calendar parts; sentences
    become topics. Rare and unseen categories have a code of their own.

    Parameters
    ----------
    schema : Schema
        The features, in order.
    style : {"tree", "linear", "smooth", "hashed"}, default="tree"

    Attributes
    ----------
    numbers_ : NumberBlock
        Numbers and booleans, which stand first.
    columns_ : tuple of Column
        The other features, one each, or two where means of the target are told.

    Examples
    --------
    >>> from core.data import describe_schema
    >>> frame = pd.DataFrame({"age": [30.5, None, 41.0], "plan": ["a", "a", "b"]})
    >>> FrameEncoder(describe_schema(frame)).fit_transform(frame).tolist()
    [[30.5, 0.0], [nan, 0.0], [41.0, 1.0]]
    """

    def __init__(
        self, schema: Schema, style: Style = "tree", n_classes: int | None = None
    ) -> None:
        self.schema = schema
        self.style = style
        self.n_classes = n_classes

    def fit(
        self, X: pd.DataFrame, y: Floats | None = None, groups: Rows | None = None
    ) -> "FrameEncoder":
        """Learn from training rows.

        Parameters
        ----------
        X : DataFrame of shape (n_rows, n_features)
            Canonical, with at least the columns of the schema.
        y : ndarray of shape (n_rows,), default=None
            Codes of classes, or numbers. Without it no means are learned.
        groups : ndarray of shape (n_rows,), default=None
            Rows of one group are not told each other's targets.
        """
        self._learn(X, y, groups)
        return self

    def fit_transform(
        self, X: pd.DataFrame, y: Floats | None = None, groups: Rows | None = None
    ) -> Matrix:
        """Learn from training rows and return their matrix.

        It is not that of `transform`: the means of the target that a training row is
        told come from other rows, as they will when the row is a new one.
        """
        told = self._learn(X, y, groups)
        blocks = self._blocks(raw_columns(X, self.schema), len(X), told)
        return np.ascontiguousarray(np.hstack(blocks))

    def _learn(
        self, X: pd.DataFrame, y: Floats | None, groups: Rows | None
    ) -> dict[str, Matrix]:
        """Learn; return what training rows are told of the target, by column."""
        raw = raw_columns(X, self.schema)
        names = [column.name for column in self.schema if column.kind in NUMERIC]
        self.numbers_ = NumberBlock.fit(
            names, _stacked(raw, names, len(X)), _for_numbers(self.style)
        )
        columns: list[Column] = []
        told = {}
        for column in self.schema:
            if column.kind in NUMERIC:
                continue
            values = raw[column.name]
            columns.append(_fit_column(column, values, self.style))
            if y is None or not _has_means(column, self.style):
                continue
            learned = learn_means(column.name, values, y, self.n_classes, groups)
            if learned is not None:
                columns.append(learned[0])
                told[column.name] = learned[1]
        self.columns_: tuple[Column, ...] = tuple(columns)
        return told

    def transform(self, X: pd.DataFrame) -> Matrix:
        """Return the matrix of shape (n_rows, n_features_out), C order."""
        return self.encode(raw_columns(X, self.schema), len(X))

    def encode(self, raw: Mapping[str, Any], n_rows: int) -> Matrix:
        """Return the matrix of plain columns, without pandas.

        Parameters
        ----------
        raw : mapping of str to sequence of n_rows values
            float64 arrays for numbers, booleans and dates (POSIX seconds, UTC), NaN
            for missing; sequences of str for words, anything else for missing.
        n_rows : int

        Examples
        --------
        >>> from core.data import describe_schema
        >>> frame = pd.DataFrame({"age": [30.5, 41.0]})
        >>> encoder = FrameEncoder(describe_schema(frame)).fit(frame)
        >>> encoder.encode({"age": np.array([28.0])}, 1).tolist()
        [[28.0]]
        """
        return np.ascontiguousarray(np.hstack(self._blocks(raw, n_rows, {})))

    def _blocks(
        self, raw: Mapping[str, Any], n_rows: int, told: Mapping[str, Matrix]
    ) -> list[Matrix]:
        numbers = _stacked(raw, self.numbers_.names, n_rows)
        blocks = [self.numbers_.encode(numbers)]
        for column in self.columns_:
            if isinstance(column, MeanColumn) and column.name in told:
                blocks.append(told[column.name])
            else:
                blocks.append(column.encode(raw[column.name]))
        return blocks

    def get_feature_names_out(
        self,
        input_features: object = None,  # noqa: ARG002
    ) -> list[str]:
        """Return a name for each number, such as "signed_up month"."""
        others = (
            f"{column.name} {part}".strip()
            for column in self.columns_
            for part in column.parts
        )
        return [*self.numbers_.parts, *others]


def raw_columns(frame: pd.DataFrame, schema: Schema) -> dict[str, Any]:
    """Return the columns of a canonical frame as plain arrays.

    Examples
    --------
    >>> from core.data import describe_schema
    >>> frame = pd.DataFrame({"age": [30, 41]})
    >>> raw_columns(frame, describe_schema(frame))
    {'age': array([30., 41.])}
    """
    names = [column.name for column in schema if column.kind in NUMERIC]
    block = frame[names].to_numpy(dtype=np.float64, na_value=np.nan)
    raw: dict[str, Any] = {name: block[:, i] for i, name in enumerate(names)}
    for column in schema:
        if column.kind not in NUMERIC:
            values = frame[column.name]
            raw[column.name] = (
                as_numbers(values) if column.kind == "date" else values.tolist()
            )
    return raw


def directions(
    encoder: FrameEncoder, monotonic: Mapping[str, int]
) -> tuple[int, ...] | None:
    """Return the direction of each number of a fitted encoder's matrix.

    Parameters
    ----------
    encoder : FrameEncoder
    monotonic : mapping of str to {-1, 1}
        Directions of number columns.

    Returns
    -------
    tuple of {-1, 0, 1}, or None when no column has one
    """
    if not monotonic:
        return None
    signs = [monotonic.get(name, 0) for name in encoder.numbers_.names]
    n_others = len(encoder.get_feature_names_out()) - len(signs)
    return (*signs, *[0] * n_others)


def _stacked(raw: Mapping[str, Any], names: Sequence[str], n_rows: int) -> Floats:
    if not names:
        return np.empty((n_rows, 0))
    return np.column_stack([raw[name] for name in names])


def _for_numbers(style: Style) -> Style:
    return "smooth" if style == "hashed" else style


def _fit_column(column: ColumnSchema, raw: Any, style: Style) -> Column:
    name, kind = column.name, column.kind
    if kind == "date":
        return DateColumn.fit(name, raw, _for_numbers(style))
    if style == "hashed" and kind == "text":
        return HashedColumn(name, TEXT_PLACES, is_text=True)
    if style == "hashed":
        return HashedColumn(name)
    if kind == "text":
        return TextColumn.fit(name, raw, style)
    if style == "tree":
        return CodeColumn.fit(name, raw)
    return IndicatorColumn.fit(name, raw)


def _has_means(column: ColumnSchema, style: Style) -> bool:
    """Return whether words of this column may tell the target's mean."""
    return style not in ("hashed", "none") and column.kind in ("category", "id")


def choose_features(schema: Schema) -> tuple[Schema, tuple[Finding, ...]]:
    """Leave out the columns that no model can learn from, and say so.

    Parameters
    ----------
    schema : Schema
        Of the training rows, without the target.

    Returns
    -------
    schema : Schema
        The features that stay.
    findings : tuple of Finding

    Examples
    --------
    >>> from core.data import describe_schema
    >>> frame = pd.DataFrame({"age": [30, 41], "unit": ["cm", "cm"]})
    >>> kept, findings = choose_features(describe_schema(frame))
    >>> kept.names, findings[0].columns
    (('age',), ('unit',))
    """
    empty = tuple(c.name for c in schema if c.n_distinct == 0)
    constant = tuple(c.name for c in schema if c.n_distinct == 1 and not c.n_missing)
    ids = tuple(c.name for c in schema if c.kind == "id" and c.n_distinct > 1)
    left_out = frozenset((*empty, *constant, *ids))
    kept = Schema(tuple(c for c in schema if c.name not in left_out))
    findings = (
        _left_out("MODEL-004", "identifies a row", "identify rows", ids),
        _left_out("MODEL-005", "is constant", "are constant", (*constant, *empty)),
    )
    return kept, tuple(finding for finding in findings if finding)


def _left_out(code: str, one: str, many: str, columns: Sequence[str]) -> Finding | None:
    if not columns:
        return None
    title = f"A column that {one}" if len(columns) == 1 else f"Columns that {many}"
    shown = ", ".join(repr(name) for name in columns[:5])
    more = f" and {len(columns) - 5:,} more" if len(columns) > 5 else ""
    return Finding(
        code,
        "note",
        title,
        f"Not used for training: {shown}{more}.",
        "Nothing to do. If one of them should count, make a feature from it.",
        tuple(columns),
    )
