import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from core.data import read_parquet, write_parquet
from core.data.frames import canonical
from core.data.recipe import Recipe, Step
from core.data.row_rules import DROP, KEEP
from core.data.steps import STEPS

HOSTILE = "a'b\"]); raise SystemExit #\n`{x}`"
STEPS_TRIED = {
    "drop_columns": [("drop_columns", ["whole"], {})],
    "drop_duplicates": [
        ("drop_duplicates", [], {}),
        ("drop_duplicates", ["plan", "on"], {}),
    ],
    "drop_missing": [("drop_missing", [], {}), ("drop_missing", ["pay", "on"], {})],
    "drop_rows": [
        ("drop_rows", ["pay"], {"operator": operator, "value": "2"})
        for operator in ("==", "!=", "<", "<=", ">", ">=")
    ]
    + [
        ("drop_rows", ["plan"], {"operator": "==", "value": "A"}),
        ("drop_rows", ["since"], {"operator": ">", "value": "2024-02-01"}),
        ("drop_rows", ["on"], {"operator": "!=", "value": "yes"}),
        ("drop_rows", ["on"], {"operator": "is missing"}),
    ],
    "drop_holding": [
        ("drop_holding", [], {"condition": text, **rows})
        for rows in ({}, {"rows": DROP}, {"rows": KEEP})
        for text in (
            "pay > 2",
            "pay > 2 and not on or whole == 3",
            "pay - whole",
            "plan == 'A'",
            "since >= '2024-02-01'",
            "on",
            "`a b` > 0",
        )
    ],
    "drop_cohort": [
        (
            "drop_cohort",
            [],
            {
                "cohort": {
                    "name": HOSTILE,
                    "conditions": [
                        {"column": column, "op": op, "value": value}
                        for column, op, value in rules
                    ],
                },
                **rows,
            },
        )
        for rows in ({}, {"rows": KEEP})
        for rules in (
            [("pay", "<=", 2)],
            [
                ("pay", ">", 1),
                ("plan", "in", ["A", HOSTILE]),
                ("", "formula", "whole > 0"),
            ],
            [("plan", "not in", ["A"])],
            [("on", "==", "yes")],
            [("on", "!=", False)],
            [("on", "is missing", None)],
            [("pay", "is not missing", None)],
            [("since", ">=", "2024-02-01")],
            [("text", "<", 5)],
            [("a b", "!=", "1")],
        )
    ],
    "set_type": [
        ("set_type", [column], {"to": to})
        for column, to in (
            ("text", "number"),
            ("text", "integer"),
            ("text", "date"),
            ("text", "boolean"),
            ("whole", "boolean"),
            ("whole", "category"),
            ("pay", "integer"),
            ("pay", "id"),
            ("pay", "date"),
            ("on", "number"),
            ("on", "category"),
            ("since", "number"),
            ("since", "text"),
        )
    ],
    "rename": [("rename", ["pay"], {"to": HOSTILE})],
    "trim_text": [
        ("trim_text", ["plan", "text", "whole"], {"case": case})
        for case in ("keep", "lower", "upper", "title")
    ],
    "merge_levels": [
        ("merge_levels", ["plan"], {"mapping": {" a": "A", HOSTILE: "no"}}),
        ("merge_levels", ["whole"], {"mapping": {"3": "4"}}),
        ("merge_levels", ["whole"], {"mapping": {"3": "three"}}),
        ("merge_levels", ["pay"], {"mapping": {"2": "7.5"}}),
        ("merge_levels", ["on"], {"mapping": {"True": "False"}}),
        ("merge_levels", ["since"], {"mapping": {"2024-01-31": "2024-02-01"}}),
    ],
    "blank_values": [
        ("blank_values", ["whole", "pay", "plan"], {"values": ["-1", 2, "A"]}),
        ("blank_values", ["on", "since"], {"values": ["yes", "2024-01-31"]}),
    ],
    "fill_missing": [
        ("fill_missing", ["pay"], {"value": 0}),
        ("fill_missing", ["counted"], {"value": "3"}),
        ("fill_missing", ["plan", "text"], {"value": HOSTILE}),
        ("fill_missing", ["on"], {"value": "no"}),
        ("fill_missing", ["since"], {"value": "2020-01-01"}),
    ],
    "flag_missing": [("flag_missing", ["pay", "plan"], {})],
    "clip": [
        ("clip", ["whole", "pay"], {"minimum": 0, "maximum": 2.5}),
        ("clip", ["counted"], {"maximum": 2}),
    ],
    "drop_outside": [
        ("drop_outside", ["whole", "pay"], {"minimum": 0, "maximum": 4}),
        ("drop_outside", ["pay"], {"maximum": 3}),
    ],
    "blank_outside": [("blank_outside", ["whole", "pay"], {"minimum": 0})],
    "group_rare": [
        ("group_rare", ["plan"], {"keep": ["A", HOSTILE]}),
        ("group_rare", ["whole"], {"keep": ["3"], "other": HOSTILE}),
    ],
    "parse_number": [
        ("parse_number", ["fee", "whole"], {"decimal": decimal})
        for decimal in (",", ".")
    ],
    "parse_date": [("parse_date", ["text"], {"format": "%d/%m/%Y"})],
    "date_parts": [
        (
            "date_parts",
            ["since"],
            {"parts": ["year", "month", "day", "weekday", "hour", "days"]},
        )
    ],
    "text_features": [
        ("text_features", ["text", "plan"], {"features": ["length", "words"]})
    ],
    "formula": [
        ("formula", [], {"to": "new", "formula": text})
        for text in (
            "pay / whole",
            "-whole ** 2 + 7 // 2 % 3",
            "log(pay) + log10(10) + exp(whole) + sqrt(pay) + abs(whole) + floor(pay)",
            "min(pay, whole, 3) + max(pay, 0) + round(pay / 3, 2) + round(pay)",
            "pay > 2 and not on or whole == 3",
            "'much' if pay > 2 else 'little'",
            "on if whole > 0 else 2",
            "plan == 'A'",
            "since >= '2024-02-01'",
            "since / 7",
            "on + 1",
            "`a b` * 2 + 1 / 0 - 9 ** 9 ** 9",
        )
    ],
}


@pytest.fixture(scope="module")
def table():
    return canonical(
        pd.DataFrame(
            {
                "whole": [30, -1, 30, 3, 0, 3],
                "pay": [1.5, None, 1.5, 9.0, 2.0, 0.0],
                "counted": [1, None, 1, 9, 2, 0],
                "plan": [" a", "A", " a", None, HOSTILE, "A  b"],
                "text": ["12", "31/12/2024", "12", "yes", None, "2024-05-01T10:00Z"],
                "fee": ["€ 1.234,50", "12 %", "€ 1.234,50", "(7)", "-$3.5", "x"],
                "since": pd.to_datetime(
                    ["2024-01-31", "2024-02-01", "2024-01-31", None, "2024-03-01 10:00",
                     "1969-07-20"], format="mixed",
                ),
                "on": [True, None, True, False, True, False],
                "a b": [1.0, 2.0, 1.0, None, 5.0, 6.0],
            }
        )
    )  # fmt: skip


def test_every_kind_of_step_is_tried():
    assert set(STEPS_TRIED) == set(STEPS)


@pytest.fixture(scope="module")
def results(table, tmp_path_factory):
    """Run the scripts of all recipes, each by its own text, in one new process."""
    folder = tmp_path_factory.mktemp("scripts")
    write_parquet(table, folder / "table.parquet")
    jobs = []
    for kind, tries in STEPS_TRIED.items():
        for i, (name, columns, options) in enumerate(tries):
            recipe = Recipe((Step(name, tuple(columns), options),))
            path = folder / f"{kind}-{i}.py"
            path.write_text(recipe.to_script(), "utf-8")
            jobs.append(str(path))
    runner = """
import json, runpy, sys
for path in json.loads(sys.stdin.read()):
    sys.argv = [path, "table.parquet", path.replace(".py", ".parquet")]
    runpy.run_path(path, run_name="__main__")
    assert not any(name.startswith("core") for name in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", runner],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


def kept(frame, folder):
    """Return a frame as it comes back from a file."""
    write_parquet(frame, folder / "expected.parquet")
    return read_parquet(folder / "expected.parquet")


@pytest.mark.parametrize("kind", STEPS)
def test_the_script_gives_the_same_frame_as_the_recipe(kind, table, results):
    for i, (name, columns, options) in enumerate(STEPS_TRIED[kind]):
        cleaned = Recipe((Step(name, tuple(columns), options),)).apply(table)
        expected = kept(cleaned, results)
        found = read_parquet(results / f"{kind}-{i}.parquet")
        pd.testing.assert_frame_equal(found, expected, obj=f"{name} {options}")


def test_a_script_of_many_steps_runs_alone(table, results):
    recipe = Recipe(
        (
            Step("drop_duplicates"),
            Step("formula", (), {"to": "rate", "formula": "pay / whole"}),
            Step("rename", ("pay",), {"to": "paid"}),
            Step("drop_missing", ("rate",)),
        )
    )
    path = results / "all.py"
    path.write_text(recipe.to_script(), "utf-8")
    target = results / "all.parquet"
    command = [sys.executable, str(path), str(results / "table.parquet"), str(target)]
    subprocess.run(command, check=True, cwd=results)
    pd.testing.assert_frame_equal(
        read_parquet(target), kept(recipe.apply(table), results)
    )
    assert np.isfinite(read_parquet(target)["rate"]).all()
