"""Interactions: pairs of columns whose joint effect is more than the sum of both."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np

from core.data import ColumnSchema
from core.evaluation.explaining.dependence import Questions, grid_of
from core.evaluation.explaining.values import plain_value
from core.modeling.metrics import Floats

N_POINTS: Final = 30
N_CELLS: Final = 8
N_DRAWN: Final = 2
_TINY: Final = 1e-6


@dataclass(frozen=True)
class Interaction:
    """How much two columns interact.

    Attributes
    ----------
    first, second : str
    share : float
        Friedman's H: root of the share of their joint effect's variance that is not
        the sum of both alone; 0 to about 1.
    strength : float
        Root mean square of what is not the sum, in the answer's unit (for classes
        in log-odds). Pairs are ranked by it, since a share of nearly nothing says
        nothing (Inglis et al. 2022).
    """

    first: str
    second: str
    share: float
    strength: float


@dataclass(frozen=True)
class JointEffect:
    """Mean answers over a grid of two columns.

    Attributes
    ----------
    first, second : str
    rows, columns : tuple
        Values of the first, and of the second.
    mean : tuple of tuples of float
        One for each value of the first.
    """

    first: str
    second: str
    rows: tuple[Any, ...]
    columns: tuple[Any, ...]
    mean: tuple[tuple[float, ...], ...]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "JointEffect":
        """Return the record that `dataclasses.asdict` wrote."""
        taken = {**values, "rows": tuple(values["rows"])}
        taken["columns"] = tuple(values["columns"])
        taken["mean"] = tuple(tuple(line) for line in values["mean"])
        return cls(**taken)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)


def find_interactions(
    questions: Questions, names: Sequence[str]
) -> tuple[Interaction, ...]:
    """Measure every pair of columns on a sample of 30 rows.

    A model that adds its columns up has none: the same rows stand on both sides, so
    that what remains is not sampling (Friedman & Popescu 2008, "Predictive learning
    via rule ensembles"). Probabilities are compared on the logit scale, on which
    models of classes add up.

    Parameters
    ----------
    questions : Questions
    names : sequence of str
        Columns to pair; few, since each pair takes 900 answers.

    Returns
    -------
    tuple of Interaction
        Strongest first.
    """
    n_points = min(N_POINTS, questions.n_rows)
    some = questions.rows.take(slice(0, n_points))

    def effect(columns: Sequence[str]) -> Floats:
        answers = questions.ask(columns, some, some)
        if questions.code is not None:
            share = np.clip(answers, _TINY, 1 - _TINY)
            answers = np.log(share / (1 - share))
        found: Floats = answers.mean(axis=1)
        return np.asarray(found - found.mean())

    alone = {name: effect([name]) for name in names}
    pairs = [
        _measure(first, second, effect([first, second]), alone)
        for first, second in combinations(names, 2)
    ]
    return tuple(sorted(pairs, key=lambda pair: -pair.strength))


def _measure(
    first: str, second: str, joint: Floats, alone: Mapping[str, Floats]
) -> Interaction:
    rest = joint - alone[first] - alone[second]
    whole = float((joint**2).sum())
    share = float(np.sqrt((rest**2).sum() / whole)) if whole > 0 else 0.0
    return Interaction(first, second, share, float(np.sqrt((rest**2).mean())))


def joint_effect(
    questions: Questions, first: ColumnSchema, second: ColumnSchema
) -> JointEffect:
    """Measure the mean answer over a grid of two columns."""
    rows, columns = grid_of(first, N_CELLS), grid_of(second, N_CELLS)
    table = [(a, b) for a in rows for b in columns]
    given = questions.grid_rows(
        {first.name: [a for a, _ in table], second.name: [b for _, b in table]}
    )
    some = questions.rows.take(slice(0, min(60, questions.n_rows)))
    answers = questions.ask([first.name, second.name], given, some)
    mean = answers.mean(axis=1).reshape(len(rows), len(columns))
    return JointEffect(
        first.name,
        second.name,
        tuple(None if v is None else plain_value(first.kind, v) for v in rows),
        tuple(None if v is None else plain_value(second.kind, v) for v in columns),
        tuple(tuple(float(f"{v:.6g}") for v in line) for line in mean),
    )
