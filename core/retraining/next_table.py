"""The table that the next cycle starts with: what was known, and what came true."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.coerce import coerce
from core.data.frames import canonical
from core.data.schema import Schema, describe_schema
from core.errors import DataError
from core.serving.captured import CapturedPredictions
from core.wording import counted


@dataclass(frozen=True, eq=False)
class NextTable:
    """The next cycle's table, and where its rows come from.

    Attributes
    ----------
    frame : DataFrame of shape (n_training + n_added, n_columns)
        The training table's columns in its order: its rows, then the added ones.
    n_training : int
        Rows of the training table.
    n_added : int
        Captured rows whose outcome is known.
    n_without_outcome : int
        Captured rows left out because their outcome is not known yet.
    n_unreadable : int
        Rows left out because the outcome is no value of the target.
    n_repeated : int
        Rows left out because they are in the table already.
    places : int ndarray of shape (n_added,)
        Where each added row stands among the captured ones.
    """

    frame: pd.DataFrame
    n_training: int
    n_added: int
    n_without_outcome: int
    n_unreadable: int
    n_repeated: int
    places: NDArray[np.intp] = field(default_factory=lambda: np.empty(0, np.intp))

    @property
    def sentence(self) -> str:
        """Say how many rows there will be, and which were left out."""
        total = counted("row", len(self.frame))
        added = f"{counted('captured one', self.n_added)} with their outcome"
        parts = [f"{total}: {self.n_training:,} of the last cycle and {added}"]
        if self.n_without_outcome:
            parts.append(f"{self.n_without_outcome:,} wait for their outcome")
        if self.n_unreadable:
            parts.append(f"{self.n_unreadable:,} have an outcome that cannot be read")
        if self.n_repeated:
            parts.append(f"{self.n_repeated:,} are in the table already")
        return "; ".join(parts) + "."


def next_table(
    training: pd.DataFrame,
    captured: CapturedPredictions,
    target: str,
    schema: Schema | None = None,
) -> NextTable:
    """Join the training rows with captured rows whose outcome is known.

    Parameters
    ----------
    training : DataFrame of shape (n_training, n_columns)
        The last cycle's rows with the target, in canonical dtypes; all are kept.
    captured : CapturedPredictions
        Its ``meta`` needs ``id`` and ``outcome``. An id that occurs twice counts
        once, the last time.
    target : str
    schema : Schema, default=None
        Of the columns the model takes; their kinds win over those of `training`.

    Returns
    -------
    NextTable
        Columns that the captured rows do not have are missing there. A captured row
        that equals a row of `training` in all columns is taken to be that row, so
        that rows which an earlier cycle took in are not doubled.

    Raises
    ------
    DataError
        The training rows lack the target.

    Examples
    --------
    >>> training = pd.DataFrame({"age": [30, 40], "left": ["no", "yes"]})
    >>> captured = CapturedPredictions(
    ...     pd.DataFrame({"id": ["p1", "p2"], "outcome": ["yes", None]}),
    ...     pd.DataFrame({"age": [50, 60]}))
    >>> table = next_table(training, captured, "left")
    >>> table.frame["age"].tolist(), table.n_without_outcome
    ([30, 40, 50], 1)
    """
    if target not in training.columns:
        raise DataError(
            f"The training rows have no column {target!r}.",
            hint="Give the table of the last cycle, with its target.",
        )
    columns = _columns(training, target, schema)
    known = captured.meta["outcome"].notna().to_numpy()
    latest = ~captured.meta["id"].duplicated(keep="last").to_numpy()
    inputs = captured.inputs.loc[known & latest].reset_index(drop=True)
    outcomes = captured.meta.loc[known & latest, "outcome"].reset_index(drop=True)
    rows = coerce(inputs.assign(**{target: outcomes}), columns)
    readable = rows[target].notna().to_numpy(dtype=bool)
    rows = rows[readable].reset_index(drop=True)
    joined = canonical(pd.concat([training, rows], ignore_index=True))
    new = _new_rows(joined, len(training)).to_numpy()
    places = np.flatnonzero(known & latest)[readable]
    return NextTable(
        frame=canonical(joined[new].reset_index(drop=True)),
        n_training=len(training),
        n_added=int(new.sum()) - len(training),
        n_without_outcome=int((~known & latest).sum()),
        n_unreadable=int((~readable).sum()),
        n_repeated=int((~new).sum()),
        places=places[new[len(training) :]],
    )


def _columns(training: pd.DataFrame, target: str, schema: Schema | None) -> Schema:
    kinds = {} if schema is None else schema.kinds
    known = {name: kind for name, kind in kinds.items() if name in training.columns}
    known.pop(target, None)
    return describe_schema(training, known)


def _new_rows(joined: pd.DataFrame, n_training: int) -> "pd.Series[bool]":
    """Say which rows stay: the training rows, and later ones that do not equal one.

    Where training has a row twice, two later copies of it are taken to be those.
    """
    digest = pd.util.hash_pandas_object(joined.astype("str"), index=False)
    occurrence = digest.groupby(digest).cumcount()
    before = digest[:n_training].value_counts()
    in_training = digest.map(before).fillna(0)
    is_training = pd.Series(np.arange(len(joined)) < n_training)
    return is_training | (occurrence - in_training >= in_training)
