import ast
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.modeling import METRICS, TrainingPlan
from core.modeling.script.carrying import carry, rename
from core.modeling.script.proof import prove
from core.modeling.script.writing import Part, Story, write_training_script
from tests.fitted import fit_model


def run(imports: list[str], parts: list[str]) -> dict[str, Any]:
    """Execute carried code; nothing of Rondo may be imported by it."""
    source = "\n".join(["from __future__ import annotations", *imports, *parts])
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            assert not str(node.module).startswith("core")
    space: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, "carried", "exec"), space)  # noqa: S102 our own source
    return space


def test_carried_code_does_the_same_without_its_module() -> None:
    space = run(*carry([("core.modeling.metrics", "roc_auc")]))
    y, score = np.array([0, 1, 1]), np.array([[0.8, 0.2], [0.8, 0.2], [0.1, 0.9]])
    assert space["roc_auc"](y, score) == 0.75


def test_each_definition_stands_once_and_after_those_it_uses() -> None:
    _, parts = carry(
        [("core.modeling.boosting", "fit_lightgbm"), ("core.modeling.family", "Watch")]
    )
    assert len(parts) == len(set(parts))
    named = [part.split("\n")[0] for part in parts]
    assert named.index("class Watch:") >= 0
    assert next(i for i, part in enumerate(parts) if "def fit_lightgbm" in part) > next(
        i for i, part in enumerate(parts) if "class _Guard" in part
    )


def test_two_modules_with_one_name_are_told_apart() -> None:
    wanted = [
        ("core.modeling.boosting", "fit_histogram"),
        ("core.modeling.forests", "fit_extra_trees"),
    ]
    imports, parts = carry(wanted)
    source = "\n".join(parts)
    assert "_MOST_TREES_forests: Final" in source
    run([*imports, "from typing import Final", "from types import *"], parts)


def test_renaming_leaves_attributes_and_words_alone() -> None:
    said = rename("tidy(x).tidy('tidy')  # tidy\n", {"tidy": "recipe_tidy"})
    assert said == "recipe_tidy(x).tidy('tidy')  # tidy\n"


def test_docstrings_are_cut_to_their_first_line() -> None:
    _, parts = carry([("core.modeling.scoring", "classes_of")])
    assert '"""Return the class code that each row of probabilities' in parts[-1]
    assert ">>>" not in parts[-1]


def table(n_rows: int = 90) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x = rng.normal(size=n_rows)
    return pd.DataFrame({"x": x, "y": 3 * x + rng.normal(0, 0.1, n_rows)})


def test_a_script_that_fails_or_differs_is_not_held(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    table().to_parquet(path)
    model = fit_model("regression")
    failed = prove("raise SystemExit('no pandas')", path, model, table(), 1.0)
    assert not failed.held
    assert "no pandas" in failed.reason


def test_a_script_cannot_reach_rondo(tmp_path: Path) -> None:
    path = tmp_path / "table.parquet"
    path.touch()
    found = prove("import core", path, fit_model("regression"), table(), 1.0)
    assert "No module named 'core'" in found.reason


def test_hostile_names_stand_as_literals() -> None:
    model = fit_model("regression")
    story = Story(
        'quote """ and \\ in a name', "def tidy(x):\n    return x\n\n\nif __name__ =="
        ' "__main__":\n', None,
        {"strategy": "random", "fractions": (0.6, 0.2, 0.2), "random_state": 0},
        {}, TrainingPlan("value"), model, METRICS["rmse"],
        (Part(1.0, "linear", {"penalty": 1.0}, 3, True),), 1.0,
    )  # fmt: skip
    ast.parse(write_training_script(story))
