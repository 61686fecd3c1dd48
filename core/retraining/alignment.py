"""Two models on the same rows, their answers made comparable."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.frames import cell_text
from core.errors import EvaluationError
from core.modeling.model import Model
from core.modeling.scoring import classes_of

Float = NDArray[np.float64]


def threshold_of(model: Model) -> float:
    """Return the threshold that a model decides by."""
    return 0.5 if model.threshold is None else model.threshold


def aligned(
    old: tuple[Model, pd.DataFrame], new: tuple[Model, pd.DataFrame], target: str
) -> tuple[Float, tuple[Float, Float]]:
    """Return truth as codes or numbers, and both outputs on the same classes."""
    (champion, rows), challenger = old, new[0]
    outputs = champion.output(rows), challenger.output(new[1])
    classes = champion.classes_, challenger.classes_
    if classes[0] is None or classes[1] is None:
        return pd.to_numeric(rows[target]).to_numpy(np.float64), outputs
    names = [
        [cell_text(label) for label in each] for each in classes if each is not None
    ]
    truth = [cell_text(label) for label in rows[target]]
    if champion.task == "binary":
        _refuse_other_classes(names, truth)
    union = list(dict.fromkeys([*names[0], *names[1], *truth]))
    place = {name: i for i, name in enumerate(union)}
    widened = []
    for known, output in zip(names, outputs, strict=True):
        wide = np.zeros((len(rows), len(union)))
        wide[:, [place[name] for name in known]] = output
        widened.append(wide)
    return np.array([place[label] for label in truth], float), (widened[0], widened[1])


def _refuse_other_classes(names: list[list[str]], truth: list[str]) -> None:
    if names[0] != names[1]:
        raise EvaluationError(
            f"The two models tell different classes apart: {names[0]} and {names[1]}.",
            hint="Train the challenger on outcomes named as before.",
        )
    other = sorted(set(truth) - set(names[0]))
    if other:
        raise EvaluationError(
            f"{other[0]!r} is not one of the models' classes, {', '.join(names[0])}.",
            hint="Correct these outcomes and bring them in again.",
        )


def turned(
    models: tuple[Model, Model], y: Float, outputs: tuple[Float, Float]
) -> tuple[int, int] | tuple[None, None]:
    """Count rows that turn from wrong to right, and from right to wrong."""
    if models[0].classes_ is None:
        return None, None
    pairs = zip(models, outputs, strict=True)
    old, new = (classes_of(output, threshold_of(model)) == y for model, output in pairs)
    return int((new & ~old).sum()), int((old & ~new).sum())
