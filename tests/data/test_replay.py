import pandas as pd
import pytest

from core.data import Recipe, Step, describe_schema
from core.data.replay import Replay, replay_of

RAW = pd.DataFrame(
    {
        "id": ["a1", "a2", "a3", "a4"],
        "region": ["North", "NORTH", "South", "North"],
        "gb": [5.0, -1.0, 7.0, None],
        "since": pd.to_datetime(["2026-01-02", "2026-03-04", None, "2026-05-06"]),
        "left": ["yes", "no", "no", "yes"],
    }
)
STEPS = (
    Step("drop_duplicates"),
    Step("drop_columns", ("id",)),
    Step("merge_levels", ("region",), {"mapping": {"NORTH": "North"}}),
    Step("blank_values", ("gb",), {"values": ["-1"]}),
    Step("flag_missing", ("gb",)),
    Step("rename", ("gb",), {"to": "gigabytes"}),
    Step("date_parts", ("since",), {"parts": ["month"]}),
    Step("drop_columns", ("since",)),
)


@pytest.fixture
def replay() -> Replay:
    clean = Recipe(STEPS).apply(RAW).drop(columns="left")
    return replay_of(Recipe(STEPS), RAW, describe_schema(RAW), describe_schema(clean))


def test_callers_give_raw_columns_and_no_made_ones(replay: Replay):
    assert replay.inputs.names == ("region", "gb", "since")


def test_new_rows_are_cleaned_as_the_training_rows_were(replay: Replay):
    clean = Recipe(STEPS).apply(RAW).drop(columns="left")
    given = RAW[list(replay.inputs.names)]
    pd.testing.assert_frame_equal(replay.apply(given)[clean.columns], clean)


def test_a_single_row_is_never_dropped(replay: Replay):
    twice = pd.concat([RAW.head(1)] * 2, ignore_index=True)
    assert len(replay.apply(twice[list(replay.inputs.names)])) == 2


def test_steps_the_model_does_not_depend_on_are_left_out(replay: Replay):
    kinds = [step.kind for step in replay.recipe.steps]
    assert "drop_duplicates" not in kinds
    assert "drop_columns" not in kinds


def test_a_replay_comes_back_from_json_whole(replay: Replay):
    assert Replay.from_dict(replay.to_dict()) == replay


def test_the_columns_of_a_formula_are_asked_for():
    raw = pd.DataFrame({"a": [1.0, 2.0], "b": [2.0, 4.0]})
    step = Step("formula", (), {"to": "share", "formula": "a / b"})
    recipe = Recipe((step, Step("drop_columns", ("a", "b"))))
    wanted = describe_schema(recipe.apply(raw))
    found = replay_of(recipe, raw, describe_schema(raw), wanted)
    assert found.inputs.names == ("a", "b")
    assert found.apply(raw)["share"].tolist() == [0.5, 0.5]
