"""Partial dependence: what a model answers when one column is set to each value."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data import ColumnKind, ColumnSchema
from core.evaluation.explaining.moves import ends_of
from core.evaluation.explaining.values import plain_value
from core.modeling.assembly import Assembly, EncodedRows
from core.modeling.metrics import Floats

MOST_STOPS: Final = 16
MOST_WORDS: Final = 12
MOST_ROWS: Final = 200
MOST_LINES: Final = 20
_DAY_S: Final = 86_400.0
_Z95: Final = 1.959964

Grid = list[Any]
"""Values of one column as plain columns hold them."""


@dataclass(frozen=True)
class Dependence:
    """Answers along the values of one column, all else left as it is.

    Attributes
    ----------
    column : str
    kind : ColumnKind
    label : object
        The class whose probability is answered; None for numbers.
    values : tuple
        Grid within the 1st to 99th percentile of the training rows, or the most
        frequent words; dates as text; None for missing, which stands last.
    mean, low, high : tuple of float
        Mean answer of the rows, with its 95 % interval.
    quantiles : tuple of tuples of float
        10th and 90th percentile of the rows' own answers.
    lines : tuple of tuples of float
        Some rows' own answers (individual conditional expectation; Goldstein et al.
        2015), spread evenly from low to high.
    n_rows : int
        Rows it was measured on.
    """

    column: str
    kind: ColumnKind
    label: Any
    values: tuple[Any, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    quantiles: tuple[tuple[float, ...], tuple[float, ...]]
    lines: tuple[tuple[float, ...], ...]
    n_rows: int

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Dependence":
        """Return the record that `to_dict` wrote."""
        taken = dict(values)
        for name in ("values", "mean", "low", "high"):
            taken[name] = tuple(values[name])
        below, above = values["quantiles"]
        taken["quantiles"] = (tuple(below), tuple(above))
        taken["lines"] = tuple(tuple(line) for line in values["lines"])
        return cls(**taken)


class Questions:
    """Asks a model about rows in which some columns were set.

    Parameters
    ----------
    assembly : Assembly
    features : DataFrame of shape (n_rows, n_features)
        Canonical; at most 200 rows are used, drawn at random.
    code : int or None
        Class whose probability is answered.
    random_state : int, default=0
    """

    def __init__(
        self,
        assembly: Assembly,
        features: pd.DataFrame,
        code: int | None,
        *,
        random_state: int = 0,
    ) -> None:
        self.assembly, self.code = assembly, code
        rng = np.random.default_rng(random_state)
        n_rows = min(MOST_ROWS, len(features))
        drawn = np.sort(rng.choice(len(features), n_rows, replace=False))
        self.table = features.iloc[drawn].reset_index(drop=True)
        self.rows = assembly.encode_frame(self.table)
        self.n_answers = 0

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.table)

    def grid_rows(self, grids: Mapping[str, Sequence[Any]]) -> EncodedRows:
        """Encode rows that hold these values, all else missing; same length each."""
        n_values = len(next(iter(grids.values())))
        raw: dict[str, Any] = {}
        for column in self.assembly.model.schema:
            words = column.kind in ("category", "text", "id")
            given = list(grids.get(column.name, [None] * n_values))
            plain = [np.nan if value is None else value for value in given]
            raw[column.name] = given if words else np.asarray(plain, dtype=np.float64)
        return self.assembly.encode(raw, n_values)

    def ask(
        self, names: Sequence[str], given: EncodedRows, rows: EncodedRows | None = None
    ) -> Floats:
        """Return answers of every row with every given value, (n_values, n_rows)."""
        rows = self.rows if rows is None else rows
        n_rows, n_values = len(rows.matrices[0]), len(given.matrices[0])
        over = given.take(np.repeat(np.arange(n_values), n_rows))
        under = rows.take(np.tile(np.arange(n_rows), n_values))
        schema = self.assembly.model.schema
        chosen: NDArray[np.bool_] = np.array([name in names for name in schema.names])
        mask = np.broadcast_to(chosen, (n_rows * n_values, len(chosen)))
        output = self.assembly.output(self.assembly.mix(over, under, mask))
        self.n_answers += n_rows * n_values
        answers = output if self.code is None else output[:, self.code]
        return answers.reshape(n_values, n_rows)


def grid_of(column: ColumnSchema, most: int = MOST_STOPS) -> Grid:
    """Return the values of a column to ask about; missing last, where it occurred.

    Examples
    --------
    >>> grid_of(ColumnSchema("a", "integer", 9, 1, 9, low=0.0, high=2.0))
    [0.0, 1.0, 2.0, None]
    """
    missing: Grid = [None] if column.n_missing else []
    if column.kind == "category":
        return [*column.levels[: min(most, MOST_WORDS)], *missing]
    if column.kind == "boolean":
        return [0.0, 1.0, *missing]
    low, high = ends_of(column)
    stops = np.linspace(low, high, most)
    step = {"integer": 1.0, "date": _DAY_S}.get(column.kind)
    if step is not None:
        stops = np.unique(np.rint(stops / step)) * step
    return [*np.unique(stops).tolist(), *missing]


def dependence(questions: Questions, column: ColumnSchema) -> Dependence:
    """Measure what one column does to the answers (Friedman 2001).

    Parameters
    ----------
    questions : Questions
    column : ColumnSchema
        Of the model; not a sentence or an identifier.
    """
    grid = grid_of(column)
    given = questions.grid_rows({column.name: grid})
    answers = questions.ask([column.name], given)
    mean = answers.mean(axis=1)
    spread = answers.std(axis=1, ddof=min(1, questions.n_rows - 1))
    half = _Z95 * spread / np.sqrt(questions.n_rows)
    order = np.argsort(answers.mean(axis=0), kind="stable")
    n_lines = min(MOST_LINES, questions.n_rows)
    shown = order[((np.arange(n_lines) + 0.5) / n_lines * len(order)).astype(np.int64)]
    classes = questions.assembly.model.classes_
    labels = None if classes is None else classes.tolist()
    code = questions.code
    return Dependence(
        column=column.name,
        kind=column.kind,
        label=None if labels is None or code is None else labels[code],
        values=tuple(
            None if value is None else plain_value(column.kind, value) for value in grid
        ),
        mean=_tuple(mean),
        low=_tuple(mean - half),
        high=_tuple(mean + half),
        quantiles=(
            _tuple(np.quantile(answers, 0.1, axis=1)),
            _tuple(np.quantile(answers, 0.9, axis=1)),
        ),
        lines=tuple(_tuple(answers[:, row]) for row in shown),
        n_rows=questions.n_rows,
    )


def _tuple(values: Floats) -> tuple[float, ...]:
    return tuple(float(f"{value:.6g}") for value in values)
