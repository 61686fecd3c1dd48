"""Recipes beside each other: shown as text, compared with an earlier one, replayed."""

import json

import streamlit as st

from core.data import Recipe, Step, fit_recipe
from core.data.recipe_changes import RecipeChanges, compare_recipes
from core.wording import counted
from core.workspace import Cycle, Dataset
from pages.shared.explore_recipe import offer_fit
from pages.shared.frame import md, stop_on_error
from pages.shared.state import workspace

_MOST_RECIPES = 50


def show_text(dataset: Dataset, recipe: Recipe) -> None:
    """Show the recipe as JSON and as a pandas script, once asked for."""
    place = st.expander("The recipe as text", key=f"text-{dataset.id}",
                        on_change="rerun")  # fmt: skip
    if place.open:
        with place:
            kept, script = st.tabs(["JSON", "pandas script"])
            values = json.loads(recipe.to_json(dataset.schema.names))
            steps_first = {"steps": values["steps"], **values}
            text = json.dumps(steps_first, indent=1, ensure_ascii=False)
            kept.code(text, language="json", height=300)
            script.code(recipe.to_script(), language="python", height=300)


def compare_with_earlier(cycle: Cycle, dataset: Dataset, recipe: Recipe) -> None:
    """Compare the recipe with one that the project had, and offer to use that one."""
    others = earlier_recipes(cycle, recipe)
    if not others:
        return
    with st.expander("Compare with an earlier recipe"):
        place = st.selectbox(
            "Compare with", range(len(others)), index=None,
            format_func=lambda i: others[i][0], key=f"compare-{cycle.id}",
            placeholder="Choose an earlier recipe",
        )  # fmt: skip
        if place is None:
            return
        earlier = others[place][1]
        _show_changes(compare_recipes(earlier, recipe))
        with stop_on_error():
            frame = workspace().data.frame(dataset.id)
            found = fit_recipe(earlier, frame)
        st.markdown("**That recipe on this table**")
        offer_fit(cycle, found, key="earlier")


def earlier_recipes(cycle: Cycle, recipe: Recipe) -> list[tuple[str, Recipe]]:
    """Return the project's other recipes, newest first, each with its words."""
    users: dict[str, list[int]] = {}
    for other in workspace().cycles.list(cycle.project_id):
        digest = workspace().data.recipe(other.id).content_hash
        users.setdefault(digest, []).append(other.number)
    found = []
    for made, known in workspace().cycles.recipes(cycle.project_id)[:_MOST_RECIPES]:
        digest = known.content_hash
        if digest == recipe.content_hash or not known.steps:
            continue
        numbers = ", ".join(map(str, sorted(users.get(digest, ()))))
        used = f" · cycle {numbers}" if numbers else ""
        words = f"{counted('step', len(known.steps))} · {made:%Y-%m-%d %H:%M} UTC{used}"
        found.append((words, known))
    return found


def _show_changes(found: RecipeChanges) -> None:
    if found.is_same:
        st.caption("They have the same steps in the same order.")
        return
    lines = [("green", "Added", _said(step)) for step in found.added]
    lines += [("red", "Removed", _said(step)) for step in found.removed]
    lines += [
        ("orange", "Changed", f"{_said(old)} → {_said(new)}")
        for old, new in found.changed
    ]
    lines += [("blue", "Moved", _said(step)) for step in found.moved]
    st.markdown("\n".join(f"- :{c}-badge[{word}] {said}" for c, word, said in lines))
    st.caption(f"{counted('step', found.n_same)} the same.")


def _said(step: Step) -> str:
    sentence = step.sentence
    return md(sentence if len(sentence) <= 160 else sentence[:160] + "…")
