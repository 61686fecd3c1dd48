"""Write how a model was made as one Python script: table in, same model out."""

import pprint
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import numpy as np

from core.modeling.families import FAMILIES
from core.modeling.model import Model
from core.modeling.plan import TrainingPlan
from core.modeling.scoring import Metric
from core.modeling.script.carrying import Place, carry, rename
from core.modeling.script.template import HEAD, MAIN, SPLITS

_LABELS: Final[tuple[Place, ...]] = (
    ("core.modeling.scoring", "Metric"),
    ("core.modeling.thresholds", "decided"),
)
_BOOSTERS: Final = ("lightgbm", "catboost")
_ROWS: Final = ("RowFacts", "fit_weights", "read_groups", "read_times", "read_weights")
_ALWAYS: Final[tuple[Place, ...]] = (
    ("core.modeling.encoder", "FrameEncoder"),
    ("core.modeling.encoder", "directions"),
    ("core.modeling.family", "FitData"),
    ("core.modeling.family", "Watch"),
    ("core.modeling.estimators", "read_output"),
    ("core.modeling.folds", "given_validation"),
    ("core.modeling.folds", "make_scheme"),
    *(("core.modeling.rows", name) for name in _ROWS),
    *_LABELS,
)


@dataclass(frozen=True)
class Part:
    """One fitted part of a model: what to call to fit it again.

    Attributes
    ----------
    weight : float
    family : str
        In `FAMILIES`.
    params : mapping
        Settings.
    seed : int
    on_all_rows : bool
        Whether it learned from training and validation rows in the end.
    iterations : tuple of (int or None)
        What validation found in each fold.
    """

    weight: float
    family: str
    params: Mapping[str, Any]
    seed: int
    on_all_rows: bool
    iterations: tuple[int | None, ...] = ()


@dataclass(frozen=True, eq=False)
class Story:
    """All that a script has to tell.

    Attributes
    ----------
    title : str
    clean : str
        Python source that defines ``clean(table)`` and ``tidy(column)``.
    words : tuple of two str, or None
        How the target's no and yes are written, when it is read as a boolean.
    split : mapping
        "strategy", "fractions", "random_state", "column" and "group".
    kept : mapping
        "groups" and "time": columns by which rows were kept together or in order.
    plan : TrainingPlan
    model : Model
    metric : Metric
    parts : tuple of Part
    score : float
        Of the first fit, on the validation rows.
    """

    title: str
    clean: str = field(repr=False)
    words: tuple[str, str] | None
    split: Mapping[str, Any]
    kept: Mapping[str, str | None]
    plan: TrainingPlan
    model: Model
    metric: Metric
    parts: tuple[Part, ...]
    score: float


def write_training_script(story: Story) -> str:
    """Return a script that reads the table and fits the model as Rondo did.

    It needs pandas, pyarrow, scikit-learn and the libraries of the families in it. It
    cleans, splits and fits, prints the validation score beside the one of the run, and
    with ``--test`` the score on the test rows. What it does exactly as Rondo does is
    Rondo's own code, carried along.

    Raises
    ------
    ModelingError
        A family cannot be carried out of Rondo.
    """
    fits = {part.family: FAMILIES[part.family].fit for part in story.parts}
    places = [*_ALWAYS, *((fit.__module__, fit.__name__) for fit in fits.values())]
    function = _plain_function(story.metric)
    places.append((function.__module__, function.__name__))
    if story.model.calibration is not None:
        places.append(("core.modeling.calibration", "Calibration"))
    strategy = story.split["strategy"].replace("random", "stratified")
    places.append(("core.data.strategies", SPLITS[strategy][0]))
    places.append(("core.data.frames", "canonical_column"))
    imports, carried = carry(places)
    names = {_name_of(part) for part in carried}
    needs = _needs([*imports, *carried])
    imports, clean = _clean_part(story.clean, imports, names)
    return "\n".join(
        [
            HEAD.format(title=_one_line(story.title), needs=needs),
            *_merged(imports),
            "",
            *_settings(story),
            MAIN.format(divide=SPLITS[strategy][1]),
            "",
            "# --- The recipe -------------------------------------------------------",
            "",
            clean,
            "",
            "",
            "# --- Carried along from Rondo: columns to numbers, families, scores ---",
            "",
            _joined(carried),
            "",
            "",
            *_objects(story, function.__name__),
            "",
            "",
            'if __name__ == "__main__":',
            "    main()",
            "",
        ]
    )


def _joined(parts: Sequence[str]) -> str:
    """Return definitions two lines apart, constants of one line together."""
    lines: list[str] = []
    for before, part in zip(["", *parts], parts, strict=False):
        single = "\n" not in part
        if lines:
            lines.extend([] if single and "\n" not in before else ["", ""])
        lines.append(part)
    return "\n".join(lines)


def _plain_function(metric: Metric) -> Any:
    function = metric.function
    return function.func if isinstance(function, partial) else function


def _needs(lines: Sequence[str]) -> str:
    said = "\n".join(lines)
    boosters = "".join(f", {name}" for name in _BOOSTERS if f"import {name}" in said)
    return f"pandas, pyarrow, scikit-learn{boosters}"


def _settings(story: Story) -> list[str]:
    model, split, plan = story.model, story.split, story.plan
    mix = model.target if split["strategy"] == "stratified" else None
    return [
        'os.environ.setdefault("OMP_NUM_THREADS", "1")  # sums in the same order',
        "",
        "# --- What was chosen --------------------------------------------------",
        "",
        f"TARGET = {model.target!r}",
        f"TASK = {model.task!r}",
        f"CLASSES = {_labels(model)!r}",
        f"WORDS = {story.words!r}  # how no and yes are written in the target",
        "FEATURES = " + _pretty([(c.name, c.kind) for c in model.schema]),
        f"SHARES = {tuple(split['fractions'])!r}  # training, validation, test",
        f"SPLIT_SEED = {split['random_state']!r}",
        f"SPLIT_COLUMN = {split.get('column')!r}",
        f"SPLIT_GROUP = {split.get('group')!r}",
        f"SPLIT_MIX = {mix!r}",
        f"IN_FOLDS = {not split['fractions'][1]!r}  # or on validation rows",
        f"GROUPS = {story.kept.get('groups')!r}  # column of rows that stay together",
        f"TIME = {story.kept.get('time')!r}  # column that orders rows",
        f"WEIGHT = {plan.weight!r}  # column that says how much a row counts",
        f"BALANCED = {plan.balanced!r}  # every class counts alike",
        "MONOTONIC = " + _pretty(dict(plan.monotonic)) + "  # directions of columns",
        f"BUDGET_S = {plan.budget_s!r}",
        f"SCHEME_SEED = {plan.random_state!r}",
        f"THRESHOLD = {0.5 if model.threshold is None else model.threshold!r}",
        f"QUANTILE = {_quantile(story.metric)!r}",
        f"SCORE_IN_RONDO = {story.score!r}",
        *_parts(story),
    ]


def _parts(story: Story) -> list[str]:
    lines = [
        "",
        "# weight, family, form of the matrix, settings, seed, iterations in each",
        "# fold, whether it is fitted again on all rows in the end",
        "PARTS = [",
    ]
    for part in story.parts:
        settings = _pretty(dict(part.params)).replace("\n", "\n     ")
        lines.append(
            f"    ({part.weight!r}, {part.family!r}, {FAMILIES[part.family].style!r},\n"
            f"     {settings}, {part.seed}, {part.iterations!r}, {part.on_all_rows}),"
        )
    return [*lines, "]"]


def _objects(story: Story, function: str) -> list[str]:
    """Return what is made of carried definitions."""
    metric, model = story.metric, story.model
    given = "".join(f", {name}={value!r}" for name, value in metric.options.items())
    called = f"partial({function}{given})" if given else function
    families = {part.family: FAMILIES[part.family].fit for part in story.parts}
    fits = ", ".join(f"{name!r}: {fit.__name__}" for name, fit in families.items())
    lines = [
        f"METRIC = Metric({metric.name!r}, {metric.title!r}, {metric.tasks!r}, "
        f"{metric.higher_is_better}, {metric.needs_probability}, {called})",
        f"FITS = {{{fits}}}",
    ]
    if model.calibration is None:
        return [*lines, "CALIBRATION = None"]
    curves = ", ".join(
        "(np.array(" + _pretty(x.tolist()) + "), np.array(" + _pretty(y.tolist()) + "))"
        for x, y in model.calibration.curves
    )
    method = model.calibration.method
    return [*lines, f"CALIBRATION = Calibration({method!r}, ({curves},))"]


def _quantile(metric: Metric) -> float | None:
    return metric.options["alpha"] if metric.name == "pinball" else None


def _labels(model: Model) -> list[Any] | None:
    if model.classes_ is None:
        return None
    found = model.classes_.tolist()
    return [label.item() if isinstance(label, np.generic) else label for label in found]


def _pretty(value: Any) -> str:
    return pprint.pformat(value, width=84, compact=True, sort_dicts=False)


def _one_line(text: str) -> str:
    plain = re.sub(r"[\s\\\"]+", " ", text)
    return plain.encode("ascii", "replace").decode()[:100]


def _name_of(part: str) -> str:
    found = re.search(r"^(?:def|class) (\w+)|^(\w+)\s*[:=]", part, re.MULTILINE)
    return "" if found is None else found.group(1) or found.group(2)


def _clean_part(
    source: str, imports: Sequence[str], taken: set[str]
) -> tuple[list[str], str]:
    """Return the recipe's functions, renamed where a carried one has the name."""
    start = re.search(r"^def ", source, re.MULTILINE)
    begin = 0 if start is None else start.start()
    body = source[begin : source.index('\n\nif __name__ == "__main__":')]
    needed = ("import math", "import operator", "import numpy as np",
              "import pandas as pd", "from typing import Any", "import argparse",
              "import json", "import os", "from functools import partial")  # fmt: skip
    defined = set(re.findall(r"^def (\w+)", body, re.MULTILINE)) & taken
    new_names = {name: f"recipe_{name}" for name in defined}
    return sorted({*imports, *needed}), rename(body.rstrip(), new_names)


def _merged(imports: Sequence[str]) -> list[str]:
    """Put imports from one module on one line, whole modules first."""
    whole = [line for line in imports if line.startswith("import ")]
    parts: dict[str, list[str]] = {}
    for line in imports:
        if line.startswith("from "):
            module, name = line.removeprefix("from ").split(" import ")
            parts.setdefault(module, []).append(name)
    from_lines = []
    for module, names in sorted(parts.items()):
        said = f"from {module} import {', '.join(sorted(names))}"
        if len(said) > 88:
            listed = "".join(f"    {name},\n" for name in sorted(names))
            said = f"from {module} import (\n{listed})"
        from_lines.append(said)
    return [*whole, *from_lines]
