import numpy as np
import pandas as pd
import pytest

from core.data import Recipe, Step
from core.data.effect import score_step


def table(n_rows: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    signal, noise = rng.normal(size=n_rows), rng.normal(size=n_rows)
    plan = np.where(signal + rng.normal(size=n_rows) > 0, "a", "b")
    return pd.DataFrame(
        {
            "leak": signal,
            "noise": noise,
            "plan": plan,
            "y": np.where(signal > 0, "yes", "no"),
        }
    )


def test_without_what_knows_the_answer_the_score_falls_clearly():
    found = score_step(
        table(), Recipe(), Step("drop_columns", ("leak",)), "y", "binary"
    )
    assert found.before > 0.95 > found.after
    assert found.is_clear
    assert found.difference == pytest.approx(found.after - found.before)


def test_a_flag_of_nothing_changes_the_score_by_chance_only():
    found = score_step(
        table(), Recipe(), Step("flag_missing", ("noise",)), "y", "binary"
    )
    assert not found.is_clear
    assert found.difference_range[0] <= found.difference <= found.difference_range[1]


def test_both_scores_are_of_the_rows_that_stay():
    frame = pd.concat([table(200), table(200).head(60)], ignore_index=True)
    found = score_step(frame, Recipe(), Step("drop_duplicates"), "y", "binary")
    assert (found.n_rows, found.n_sampled) == (200, 260)


def test_the_recipe_so_far_is_done_on_both_sides():
    recipe = Recipe((Step("drop_columns", ("leak",)),))
    step = Step("drop_columns", ("noise",))
    found = score_step(table(), recipe, step, "y", "binary")
    assert found.before < 0.95


@pytest.mark.parametrize(
    "step",
    [
        Step("merge_levels", ("y",), {"mapping": {"yes": "no"}}),
        Step("drop_columns", ("leak", "noise", "plan")),
        Step("drop_rows", ("leak",), {"operator": "<", "value": "1"}),
    ],
    ids=["the target changes", "no column is left", "few rows are left"],
)
def test_where_it_cannot_be_told_it_is_not(step):
    assert score_step(table(), Recipe(), step, "y", "binary") is None


def test_numbers_and_several_classes_are_scored_too():
    frame = table().assign(pay=lambda t: t["leak"] * 2, kind=["r", "g", "b"] * 100)
    step = Step("drop_columns", ("noise",))
    assert score_step(frame, Recipe(), step, "pay", "regression").metric == "R²"
    assert score_step(frame, Recipe(), step, "kind", "multiclass").metric == "AUC"
