"""A model taken apart: rows can be mixed column by column once they are encoded.

Questions of the kind "what if this column had another value" ask a model for
thousands of mixtures of a few rows. Each row is encoded once; mixtures are then put
together from its numbers, since every encoded number comes from one column.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data import coerce
from core.modeling.encoder import FrameEncoder, raw_columns
from core.modeling.estimators import read_output
from core.modeling.metrics import Floats
from core.modeling.model import Model
from core.modeling.numbers import Matrix
from core.modeling.threads import one_thread


@dataclass(frozen=True, eq=False)
class Member:
    """One weighted part of a model.

    Attributes
    ----------
    weight : float
        Of all parts they sum to 1.
    encoder : int
        Position of its encoder.
    estimator : fitted estimator
    """

    weight: float
    encoder: int
    estimator: Any


@dataclass(frozen=True, eq=False)
class EncodedRows:
    """Rows as the matrices of each encoder, shape (n_rows, n_numbers) each."""

    matrices: tuple[Matrix, ...]

    def take(self, rows: Any) -> "EncodedRows":
        """Return these rows, in this order."""
        return EncodedRows(tuple(matrix[rows] for matrix in self.matrices))


class Assembly:
    """Encoders and estimators of a model, with the column behind each number.

    Parameters
    ----------
    model : Model

    Attributes
    ----------
    members : tuple of Member
    origins : tuple of ndarray of shape (n_numbers,), int64
        For each encoder, the position in the schema of the column that each of its
        numbers comes from.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.n_outputs = 1 if model.classes_ is None else len(model.classes_)
        encoders: dict[int, FrameEncoder] = {}
        members = []
        for weight, pipeline in model.members:
            encoders.setdefault(id(pipeline[0]), pipeline[0])
            place = list(encoders).index(id(pipeline[0]))
            members.append(Member(weight, place, pipeline[-1]))
        self.members = tuple(members)
        self._encoders = tuple(encoders.values())
        position = {name: i for i, name in enumerate(model.schema.names)}
        self.origins = tuple(_origins(e, position) for e in self._encoders)

    @property
    def n_columns(self) -> int:
        """Number of columns of the model."""
        return len(self.model.schema)

    def encode_frame(
        self, frame: pd.DataFrame | Sequence[Mapping[str, Any]]
    ) -> EncodedRows:
        """Encode rows of any frame; see `coerce`."""
        table = coerce(frame, self.model.schema)
        return self.encode(raw_columns(table, self.model.schema), len(table))

    def encode(self, raw: Mapping[str, Any], n_rows: int) -> EncodedRows:
        """Encode plain columns; see `FrameEncoder.encode`."""
        return EncodedRows(tuple(e.encode(raw, n_rows) for e in self._encoders))

    def mix(
        self, over: EncodedRows, under: EncodedRows, from_over: NDArray[np.bool_]
    ) -> EncodedRows:
        """Take some columns of each row from `over` and the others from `under`.

        Parameters
        ----------
        over, under : EncodedRows
            Of n_rows rows, or of one row that stands for all.
        from_over : ndarray of bool, shape (n_rows, n_columns)
        """
        return EncodedRows(
            tuple(
                np.where(from_over[:, origin], a, b)
                for origin, a, b in zip(
                    self.origins, over.matrices, under.matrices, strict=True
                )
            )
        )

    def output(self, rows: EncodedRows) -> Floats:
        """Return what `Model.output` returns, (n_rows, n_classes) or (n_rows,)."""
        return self.model.calibrated(self.blend(rows, self.members))

    def blend(self, rows: EncodedRows, members: Sequence[Member]) -> Floats:
        """Return the weighted sum of some members' outputs, not calibrated."""
        shape = (len(rows.matrices[0]), self.n_outputs)[: 1 + (self.n_outputs > 1)]
        total = np.zeros(shape)
        with one_thread("openmp"):
            for member in members:
                X = rows.matrices[member.encoder]
                output = read_output(member.estimator, X, self.n_outputs)
                total += member.weight * output
        return total


def _origins(encoder: FrameEncoder, position: Mapping[str, int]) -> NDArray[np.int64]:
    block = encoder.numbers_
    names = [*block.names, *(block.names[i] for i in block.marked)]
    for column in encoder.columns_:
        names.extend([column.name] * len(column.parts))
    return np.asarray([position[name] for name in names], dtype=np.int64)
