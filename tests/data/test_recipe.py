import json
import pickle

import pandas as pd
import pytest

from core.data import Cohort, Condition, content_hash, fit_recipe, preview_step
from core.data.frames import is_canonical
from core.data.recipe import Recipe, Step
from core.data.row_rules import DROP, KEEP
from core.data.steps import STEPS
from core.errors import DataError


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "age": [30, -1, 30, 50],
            "pay": [1.5, None, 1.5, 9.0],
            "plan": [" a", "A", " a", None],
            "since": pd.to_datetime(
                ["2024-01-31", "2024-02-01", "2024-01-31", None]
            ).astype("datetime64[us]"),
            "fee": ["€ 1.234,50", "12 %", "€ 1.234,50", "(7)"],
            "day": [" 31/12/2024", "2024-01-01", " 31/12/2024", None],
            "note": ["two words", "one", "two words", None],
        }
    )


UNPAID = Cohort("unpaid", (Condition("pay", "is missing"),)).to_dict()
EXAMPLES = {
    "drop_columns": (Step("drop_columns", ("age",)), "pay", [1.5, None, 1.5, 9.0]),
    "drop_duplicates": (Step("drop_duplicates"), "age", [30, -1, 50]),
    "drop_missing": (Step("drop_missing", ("pay",)), "age", [30, 30, 50]),
    "drop_rows": (
        Step("drop_rows", ("age",), {"operator": "<", "value": "0"}),
        "age",
        [30, 30, 50],
    ),
    "drop_holding": (
        Step("drop_holding", (), {"condition": "age < 0 or pay > 2"}),
        "age",
        [30, 30],
    ),
    "drop_cohort": (
        Step("drop_cohort", (), {"cohort": UNPAID, "rows": KEEP}),
        "age",
        [-1],
    ),
    "set_type": (
        Step("set_type", ("age",), {"to": "category"}),
        "age",
        ["30", "-1", "30", "50"],
    ),
    "rename": (Step("rename", ("age",), {"to": "years"}), "years", [30, -1, 30, 50]),
    "trim_text": (
        Step("trim_text", ("plan",), {"case": "lower"}),
        "plan",
        ["a", "a", "a", None],
    ),
    "merge_levels": (
        Step("merge_levels", ("plan",), {"mapping": {" a": "A"}}),
        "plan",
        ["A", "A", "A", None],
    ),
    "blank_values": (
        Step("blank_values", ("age",), {"values": ["-1", "none"]}),
        "age",
        [30, None, 30, 50],
    ),
    "fill_missing": (
        Step("fill_missing", ("pay",), {"value": 0}),
        "pay",
        [1.5, 0.0, 1.5, 9.0],
    ),
    "flag_missing": (
        Step("flag_missing", ("pay",)),
        "pay is missing",
        [False, True, False, False],
    ),
    "clip": (Step("clip", ("age",), {"minimum": 0}), "age", [30, 0, 30, 50]),
    "date_parts": (
        Step("date_parts", ("since",), {"parts": ["month", "weekday"]}),
        "since month",
        [1, 2, 1, None],
    ),
    "drop_outside": (
        Step("drop_outside", ("age", "pay"), {"minimum": 0, "maximum": 40}),
        "age",
        [30, 30],
    ),
    "blank_outside": (
        Step("blank_outside", ("age",), {"minimum": 0}),
        "age",
        [30, None, 30, 50],
    ),
    "group_rare": (
        Step("group_rare", ("plan",), {"keep": ["A"], "other": "else"}),
        "plan",
        ["else", "A", "else", None],
    ),
    "parse_number": (
        Step("parse_number", ("fee",), {"decimal": ","}),
        "fee",
        [1234.5, 12.0, 1234.5, -7.0],
    ),
    "parse_date": (
        Step("parse_date", ("day",), {"format": "%d/%m/%Y"}),
        "day",
        [pd.Timestamp("2024-12-31"), None, pd.Timestamp("2024-12-31"), None],
    ),
    "text_features": (
        Step("text_features", ("note",), {"features": ["words", "length"]}),
        "note words",
        [2, 1, 2, None],
    ),
    "formula": (
        Step("formula", (), {"to": "rate", "formula": "pay / age if age > 0 else 0"}),
        "rate",
        [0.05, 0.0, 0.05, 0.18],
    ),
}


def test_every_kind_of_step_has_an_example_here():
    assert set(EXAMPLES) == set(STEPS)


@pytest.mark.parametrize(
    ("step", "column", "expected"), EXAMPLES.values(), ids=EXAMPLES
)
def test_each_step_does_what_it_says(table, step, column, expected):
    before = content_hash(table)
    cleaned = Recipe((step,)).apply(table)
    found = cleaned[column].astype(object)
    assert found.where(found.notna(), None).tolist() == expected
    assert is_canonical(cleaned)
    assert content_hash(table) == before


@pytest.mark.parametrize("step", [item[0] for item in EXAMPLES.values()], ids=EXAMPLES)
def test_each_step_survives_json_and_pickle(step):
    recipe = Recipe((step,))
    assert Recipe.from_json(recipe.to_json()) == recipe
    assert pickle.loads(pickle.dumps(recipe)).content_hash == recipe.content_hash  # noqa: S301
    assert hash(Step.from_dict(step.to_dict())) == hash(step)


def test_effects_count_rows_and_cells(table):
    recipe = Recipe((EXAMPLES["drop_duplicates"][0], EXAMPLES["clip"][0]))
    _, effects = recipe.applied(table)
    assert (effects[0].n_rows_before, effects[0].n_rows_after) == (4, 3)
    assert effects[0].n_cells_changed == 0
    assert effects[1].n_cells_changed == 1
    assert json.dumps([effect.to_dict() for effect in effects])


def test_a_dropped_column_counts_all_its_cells(table):
    _, (effect,) = Recipe((EXAMPLES["drop_columns"][0],)).applied(table)
    assert effect.n_cells_changed == 4


def test_steps_can_be_added_moved_and_taken_back(table):
    one, two = EXAMPLES["clip"][0], EXAMPLES["rename"][0]
    recipe = Recipe().with_step(one).with_step(two)
    assert recipe.moved(1, 0).steps == (two, one)
    assert recipe.without(0).steps == (two,)
    with pytest.raises(DataError, match="Step 2"):
        recipe.moved(1, 0).apply(table)


def test_a_missing_value_fits_only_the_rule_for_missing(table):
    rule = Step("drop_rows", ("pay",), {"operator": "!=", "value": 1.5})
    assert Recipe((rule,)).apply(table)["pay"].tolist()[:1] == [1.5]
    assert len(Recipe((rule,)).apply(table)) == 3
    missing = Step("drop_rows", ("pay",), {"operator": "is missing"})
    assert len(Recipe((missing,)).apply(table)) == 3


def test_rows_to_score_pass_only_steps_that_keep_them():
    recipe = Recipe((EXAMPLES["drop_duplicates"][0], EXAMPLES["clip"][0]))
    assert recipe.for_rows().steps == (EXAMPLES["clip"][0],)


@pytest.mark.parametrize(
    ("kind", "columns", "options"),
    [
        pytest.param("explode", ("a",), {}, id="unknown kind"),
        pytest.param("drop_columns", (), {}, id="no column"),
        pytest.param("rename", ("a", "b"), {"to": "c"}, id="two columns for one"),
        pytest.param("rename", ("a",), {}, id="no new name"),
        pytest.param("set_type", ("a",), {"to": "colour"}, id="unknown type"),
        pytest.param("drop_rows", ("a",), {"operator": "~"}, id="unknown rule"),
        pytest.param("clip", ("a",), {"minimum": "low"}, id="word as limit"),
        pytest.param("clip", ("a",), {"minimum": float("nan")}, id="nan as limit"),
        pytest.param("merge_levels", ("a",), {"mapping": []}, id="list as mapping"),
        pytest.param("date_parts", ("a",), {"parts": ["aeon"]}, id="unknown part"),
    ],
)
def test_a_step_that_makes_no_sense_cannot_be_made(kind, columns, options):
    with pytest.raises(DataError):
        Step(kind, columns, options)


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(Step("drop_columns", ("gone",)), id="absent column"),
        pytest.param(Step("rename", ("age",), {"to": "pay"}), id="taken name"),
        pytest.param(Step("clip", ("plan",), {"minimum": 0}), id="clip words"),
        pytest.param(
            Step("clip", ("age",), {"minimum": 2, "maximum": 1}), id="swapped"
        ),
        pytest.param(
            Step("drop_rows", ("age",), {"operator": "<", "value": "old"}),
            id="no number",
        ),
        pytest.param(
            Step("fill_missing", ("since",), {"value": "soon"}), id="no date to fill"
        ),
        pytest.param(
            Step("date_parts", ("age",), {"parts": ["year"]}), id="parts of a number"
        ),
    ],
)
def test_a_step_that_does_not_fit_the_table_says_so(table, step):
    with pytest.raises(DataError) as caught:
        Recipe((step,)).apply(table)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["", "[]", '{"steps": [{}]}', '{"steps": 3}'])
def test_foreign_text_is_no_recipe(text):
    with pytest.raises(DataError):
        Recipe.from_json(text)


def test_a_preview_shows_the_rows_that_a_step_leaves_out(table):
    recipe = Recipe((EXAMPLES["rename"][0], Step("drop_duplicates")))
    found = preview_step(table, recipe, 1)
    assert (found.after, found.n_rows) == (None, 1)
    assert found.before["years"].tolist() == [30]


@pytest.mark.parametrize("kind", STEPS)
def test_every_step_can_be_previewed(table, kind):
    recipe = Recipe((EXAMPLES[kind][0],))
    found = preview_step(table, recipe, 0, n_shown=2)
    assert found.n_rows >= len(found.before)
    assert len(found.before) > 0 or kind == "set_type"  # the words are the same
    if found.after is not None:
        assert len(found.after) == len(found.before)


def test_a_replay_reports_columns_missing_and_added(table):
    recipe = Recipe(
        (
            Step("clip", ("age", "pay"), {"minimum": 0}),
            Step("rename", ("plan",), {"to": "offer"}),
            Step("formula", (), {"to": "new", "formula": "age * 2"}),
            Step("drop_duplicates"),
        )
    )
    other = table.drop(columns=["age"]).rename(columns={"since": "begun"})
    text = recipe.to_json(table.columns)
    found = fit_recipe(Recipe.from_json(text), other, Recipe.columns_in(text))
    assert found.missing == ("age", "since")
    assert found.added == ("begun",)
    assert [step.kind for step in found.recipe.steps] == [
        "clip",
        "rename",
        "drop_duplicates",
    ]
    assert [step.kind for step in found.left_out] == ["formula"]
    assert found.recipe.apply(other)["offer"].notna().sum() == 2


def test_the_columns_it_was_made_on_do_not_change_a_recipe(table):
    recipe = Recipe((EXAMPLES["clip"][0],))
    again = Recipe.from_json(recipe.to_json(table.columns))
    assert again.content_hash == recipe.content_hash


def test_a_rule_needs_the_columns_that_it_reads():
    rule = Cohort("x", (Condition("a", "<", 1), Condition("", "formula", "`b c` > d")))
    step = Step("drop_cohort", (), {"cohort": rule.to_dict()})
    assert step.needs == ("a", "b c", "d")
    assert Step("drop_holding", (), {"condition": "a > 1"}).needs == ("a",)
    with pytest.raises(DataError, match="'b c'"):
        Recipe((step,)).apply(pd.DataFrame({"a": [1], "d": [2]}))


def test_a_rule_is_left_out_of_a_table_without_its_columns_and_they_are_named():
    rule = Cohort("old", (Condition("age", ">", 60), Condition("plan", "==", "a")))
    recipe = Recipe(
        (
            Step("drop_cohort", (), {"cohort": rule.to_dict()}),
            Step("drop_holding", (), {"condition": "fee < 0"}),
        )
    )
    found = fit_recipe(recipe, pd.DataFrame({"age": [70, 3], "fee": [1, -1]}))
    assert found.missing == ("plan",)
    assert [step.kind for step in found.left_out] == ["drop_cohort"]
    assert [step.kind for step in found.recipe.steps] == ["drop_holding"]


def test_a_preview_counts_the_rows_of_a_rule():
    step = Step("drop_holding", (), {"condition": "a > 1"})
    found = preview_step(pd.DataFrame({"a": range(9)}), Recipe((step,)), 0)
    assert (found.n_rows, len(found.before), found.after) == (7, 5, None)


def test_a_rule_says_in_words_which_rows_it_means():
    step = Step("drop_cohort", (), {"cohort": UNPAID, "rows": KEEP})
    assert step.sentence == ("Keep only the rows of a cohort: unpaid (pay is missing)")
    step = Step("drop_holding", (), {"condition": "a < 0", "rows": DROP})
    assert step.sentence == "Drop rows by a formula: a < 0"
    assert Recipe.from_json(Recipe((step,)).to_json()) == Recipe((step,))


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"cohort": {"name": "x"}}, id="no conditions"),
        pytest.param({"cohort": {"name": "x", "conditions": [5]}}, id="no condition"),
        pytest.param({"cohort": "x"}, id="a word"),
        pytest.param({"cohort": {"name": "x", "conditions": []}}, id="an empty rule"),
        pytest.param({"cohort": UNPAID, "rows": "all"}, id="neither drop nor keep"),
        pytest.param({}, id="nothing"),
    ],
)
def test_what_is_no_cohort_is_refused(options):
    with pytest.raises(DataError):
        Step("drop_cohort", (), options)


def test_steps_that_are_done_already_are_not_done_again(table):
    steps = (Step("rename", ("age",), {"to": "years"}), Step("drop_duplicates"))
    recipe = Recipe(steps)
    begun = Recipe(steps[:1]).apply(table)
    pd.testing.assert_frame_equal(recipe.apply(begun, 1), recipe.apply(table))
    with pytest.raises(DataError, match="Step 2"):
        Recipe((steps[0], Step("drop_columns", ("age",)))).apply(begun, 1)
