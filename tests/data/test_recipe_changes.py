from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import Recipe, Step
from core.data.recipe_changes import compare_recipes

A = Step("drop_columns", ("a",))
B = Step("drop_duplicates")
C = Step("clip", ("c",), {"maximum": 1.0})
C2 = Step("clip", ("c",), {"maximum": 2.0})
F = Step("formula", (), {"to": "f", "formula": "c * 2"})
F2 = Step("formula", (), {"to": "f", "formula": "c * 3"})


def test_a_recipe_is_the_same_as_itself():
    found = compare_recipes(Recipe((A, B, C)), Recipe((A, B, C)))
    assert found.is_same
    assert found.n_same == 3


def test_added_removed_and_changed_steps_are_told_apart():
    found = compare_recipes(Recipe((A, C, F)), Recipe((C2, F2, B)))
    assert (found.added, found.removed) == ((B,), (A,))
    assert found.changed == ((C, C2), (F, F2))


def test_a_step_in_another_place_is_moved():
    found = compare_recipes(Recipe((A, B, C)), Recipe((C, A, B)))
    assert (found.moved, found.added, found.removed) == ((C,), (), ())
    assert not found.is_same


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from([A, B, C, C2, F])),
    st.lists(st.sampled_from([A, B, C, C2, F])),
)
def test_every_step_is_told_once(old, new):
    found = compare_recipes(Recipe(tuple(old)), Recipe(tuple(new)))
    both = found.n_same + len(found.moved) + len(found.changed)
    assert both + len(found.added) == len(new)
    assert both + len(found.removed) == len(old)
