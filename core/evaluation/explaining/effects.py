"""What the columns of a model do to its answers, as one record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import pandas as pd

from core.data import coerce
from core.errors import EvaluationError
from core.evaluation.explaining.dependence import Dependence, Questions, dependence
from core.evaluation.explaining.interactions import (
    N_DRAWN,
    N_POINTS,
    Interaction,
    JointEffect,
    find_interactions,
    joint_effect,
)
from core.modeling.assembly import Assembly
from core.modeling.model import Model

N_COLUMNS: Final = 5

Tell = Callable[[float, str], object]


@dataclass(frozen=True)
class Effects:
    """Dependence on the leading columns, and the pairs that interact.

    Attributes
    ----------
    label : object
        Class whose probability is meant; None for numbers.
    dependences : tuple of Dependence
        Of the columns named first.
    interactions : tuple of Interaction
        All pairs of these columns, strongest first.
    joint : tuple of JointEffect
        The strongest pairs.
    n_rows : int
        Rows given; `Dependence.n_rows` of them were used.
    n_sampled : int
        Rows of the interactions.
    n_answers : int
        So many answers of the model it took.
    """

    label: Any
    dependences: tuple[Dependence, ...]
    interactions: tuple[Interaction, ...]
    joint: tuple[JointEffect, ...]
    n_rows: int
    n_sampled: int
    n_answers: int

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Effects":
        """Return the record that `to_dict` wrote."""
        taken = dict(values)
        read = Dependence.from_dict
        taken["dependences"] = tuple(read(item) for item in values["dependences"])
        pairs = values["interactions"]
        taken["interactions"] = tuple(Interaction(**item) for item in pairs)
        taken["joint"] = tuple(JointEffect.from_dict(item) for item in values["joint"])
        return cls(**taken)


def explain_effects(
    model: Model,
    frame: pd.DataFrame,
    columns: Sequence[str],
    *,
    label: Any = None,
    on_progress: Tell | None = None,
    random_state: int = 0,
) -> Effects:
    """Measure dependence and interactions of the leading columns.

    Work does not grow with the table: 200 rows for the dependence, 30 for each pair.

    Parameters
    ----------
    model : Model
    frame : DataFrame of shape (n_rows, any)
        Rows that stand for those to come, such as the test rows; no truth is needed.
    columns : sequence of str
        Most important first; sentences and identifiers are passed over, and five of
        the others are taken.
    label : object, default=None
        Class whose probability is meant; None for the positive one of two, or the
        last of several.
    on_progress : callable, default=None
        Told a share and what is done.
    random_state : int, default=0

    Raises
    ------
    EvaluationError
        There are no rows, no columns to look at, or no such class.
    """
    schema = model.schema
    fitting = [
        schema[name]
        for name in columns
        if name in schema and schema[name].kind not in ("text", "id")
    ]
    leading = fitting[:N_COLUMNS]
    if not len(frame) or not leading:
        raise EvaluationError(
            "There are no rows or no columns whose effect could be shown.",
            hint="Open the test set on Evaluate with a model that uses columns.",
        )
    tell = on_progress or _tell_nobody
    code = _code(model, label)
    features = coerce(frame, schema)
    questions = Questions(Assembly(model), features, code, random_state=random_state)
    found = []
    for position, column in enumerate(leading):
        tell(0.5 * position / len(leading), f"Following {column.name}")
        found.append(dependence(questions, column))
    tell(0.5, "Looking for columns that interact")
    pairs = find_interactions(questions, [column.name for column in leading])
    drawn = [pair for pair in pairs if pair.strength > 0][:N_DRAWN]
    joint = []
    for pair in drawn:
        tell(0.9, f"Following {pair.first} with {pair.second}")
        joint.append(joint_effect(questions, schema[pair.first], schema[pair.second]))
    return Effects(
        found[0].label, tuple(found), pairs, tuple(joint), len(frame),
        min(N_POINTS, questions.n_rows), questions.n_answers,
    )  # fmt: skip


def _tell_nobody(share: float, words: str) -> None:
    del share, words


def _code(model: Model, label: Any) -> int | None:
    if model.classes_ is None:
        return None
    texts = [str(known) for known in model.classes_.tolist()]
    if label is None:
        return len(texts) - 1
    if str(label) not in texts:
        raise EvaluationError(
            f"The model knows no class {str(label)[:60]!r}.",
            hint=f"Choose one of its classes, such as {texts[0]!r}.",
        )
    return texts.index(str(label))
