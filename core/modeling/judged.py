"""What every candidate said on the rows that candidates are judged by."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from core.data.associations import sample_rows
from core.errors import ModelingError
from core.modeling.metrics import Floats
from core.modeling.rows import Rows

MOST_ROWS: Final = 20_000


@dataclass(frozen=True, eq=False)
class Judged:
    """Truth and outputs on the same validation (or out-of-fold) rows.

    Attributes
    ----------
    y : ndarray of shape (n_kept,)
        Class codes or numbers.
    outputs : mapping of str to ndarray of shape (n_kept, n_classes) or (n_kept,)
        By candidate; never from a model that has learned from these rows.
    n_rows : int
        Validation rows in all. Of more than 20,000 a sample is kept, the same for all.
    weight : ndarray of shape (n_kept,) or None
        How much each row counts; None: all alike.
    together : ndarray of shape (n_kept,) or None
        Codes of what must not be divided where something is learned on some of these
        rows and judged on others: groups, or spans of time.
    in_order : bool, default=False
        The codes are spans of time: later ones are judged by what earlier ones teach.

    Examples
    --------
    >>> judged = Judged(np.array([1.0]), {"A": np.array([0.5])}, 1)
    >>> Judged.from_bytes(judged.to_bytes()).outputs["A"].tolist()
    [0.5]
    """

    y: Floats = field(repr=False)
    outputs: Mapping[str, Floats] = field(repr=False)
    n_rows: int
    weight: Floats | None = field(default=None, repr=False)
    together: Rows | None = field(default=None, repr=False)
    in_order: bool = False

    def of(self, candidate: str) -> Floats:
        """Return what one candidate said.

        Raises
        ------
        ModelingError
            Its answers were not kept.
        """
        if candidate not in self.outputs:
            raise ModelingError(
                f"The answers of {candidate!r} on the validation rows were not kept.",
                hint="Compare candidates that were finished, or train again.",
            )
        return self.outputs[candidate]

    def to_bytes(self) -> bytes:
        """Return one file's content; outputs are rounded to single precision."""
        tables: dict[str, Any] = {
            f"output-{i}": output.astype(np.float32)
            for i, output in enumerate(self.outputs.values())
        }
        if self.weight is not None:
            tables["weight"] = self.weight
        if self.together is not None:
            tables["together"] = self.together
            tables["in_order"] = np.array(self.in_order)
        names = np.array(list(self.outputs), dtype=np.str_)
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer, y=self.y, n_rows=np.array(self.n_rows), names=names, **tables
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Judged":
        """Return what `to_bytes` wrote."""
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            outputs = {
                str(name): stored[f"output-{i}"].astype(np.float64)
                for i, name in enumerate(stored["names"])
            }
            return cls(
                stored["y"],
                outputs,
                int(stored["n_rows"]),
                stored.get("weight"),
                stored.get("together"),
                bool(stored.get("in_order", False)),
            )


def kept_rows(n_rows: int) -> Rows:
    """Return the places of the rows that are kept of so many: all, or 20,000 of more.

    Examples
    --------
    >>> kept_rows(3).tolist(), len(kept_rows(50_000))
    ([0, 1, 2], 20000)
    """
    return sample_rows(n_rows, MOST_ROWS)


def gather(
    y: Floats,
    read: Callable[[int], Floats],
    indices: Mapping[str, int],
    weight: Floats | None = None,
    *,
    together: Rows | None = None,
    in_order: bool = False,
) -> Judged:
    """Put the outputs of finished candidates together.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)
    read : callable
        ``read(index)`` gives the output of the candidate at that place of the run.
    indices : mapping of str to int
        Places by candidate name.
    weight : ndarray of shape (n_rows,), default=None
        How much each row counts.
    together : ndarray of shape (n_rows,), default=None
    in_order : bool, default=False
        As in `Judged`.

    Examples
    --------
    >>> gather(np.ones(3), lambda index: np.zeros(3), {"A": 0}).n_rows
    3
    """
    rows = kept_rows(len(y))
    outputs = {name: read(index)[rows] for name, index in indices.items()}
    return Judged(
        y[rows],
        outputs,
        len(y),
        None if weight is None else weight[rows],
        None if together is None else together[rows],
        in_order,
    )
