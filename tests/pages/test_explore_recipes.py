from core.data import Recipe, Step
from tests.pages.test_explore import HOSTILE, Site, box, press, site, small, words

__all__ = ["site"]
DROP = Step("drop_columns", (HOSTILE,))
LOW, HIGH = (
    Step("drop_rows", ("plan",), {"operator": "==", "value": value}) for value in "ab"
)


def told(page):
    return words(page).replace("\\", "")


def test_rare_categories_are_chosen_by_a_rule_and_kept_by_name(site: Site):
    frame = small().assign(town=["x"] * 60 + ["y"] * 50 + ["z"] * 10)
    page = site.bring(frame, "y").open("Clean")
    box(page, "What to do").set_value("group_rare").run()
    box(page, "Column").set_value("town").run()
    least = next(n for n in page.number_input if "this many rows" in n.label)
    least.set_value(20).run()
    assert "Kept by name in the step: x, y" in told(page)
    press(page, "Add step")
    (step,) = site.workspace.data.recipe(site.cycle.id).steps
    assert list(step.options["keep"]) == ["x", "y"]


def test_a_recipe_is_compared_with_an_earlier_one_and_taken_back(site: Site):
    cycles = site.bring(small(), "y").workspace.cycles
    cycles.save_recipe(site.cycle.id, Recipe((DROP, LOW)))
    cycles.save_recipe(site.cycle.id, Recipe((HIGH, Step("drop_duplicates"))))
    page = site.open("Clean")
    box(page, "Compare with").set_value(0).run()
    assert not page.exception
    for word in ("Added", "Removed", "Changed"):
        assert f"-badge[{word}]" in words(page)
    assert ":red[a]" not in "".join(item.value for item in page.markdown)
    press(page, "Use its 2 steps")
    assert site.workspace.data.recipe(site.cycle.id).steps == (DROP, LOW)


def test_the_recipe_is_shown_as_text(site: Site):
    site.bring(small(), "y").workspace.cycles.save_recipe(
        site.cycle.id, Recipe((DROP,))
    )
    page = site.open("Clean")
    page.session_state[f"text-{site.cycle.dataset_id}"] = True
    page.run()
    assert not page.exception
    assert HOSTILE in page.code[0].value
    assert "def clean(table" in page.code[1].value
