"""The recipe: its steps with what they do, undo, order, and one more step."""

import streamlit as st

from core.data import STEPS, Recipe, StepEffect
from core.errors import DataError
from core.workspace import Cycle, Dataset
from pages.shared.explore_facts import effects_of
from pages.shared.explore_recipe import (
    ask_recipe,
    offer_downloads,
    show_changed_rows,
)
from pages.shared.explore_recipes import compare_with_earlier, show_text
from pages.shared.explore_step import ask_step
from pages.shared.frame import md, show_error, stop_on_error
from pages.shared.state import workspace

_LONGEST = 120


def show_recipe(cycle: Cycle, dataset: Dataset) -> None:
    """Show the steps in order, and ask for one more."""
    recipe = workspace().data.recipe(cycle.id)
    st.markdown(
        "Each step is kept and can be undone; the table you brought is never changed. "
        "Filling gaps with medians, scaling and encoding are learnt in training, from "
        "training rows only."
    )
    try:
        effects = effects_of(dataset, recipe)
    except DataError as error:
        show_error(error)
        effects = ()
    if not recipe.steps:
        st.caption("No step yet. Take fixes from Findings, or add one here.")
    for position in range(len(recipe.steps)):
        effect = effects[position] if position < len(effects) else None
        _show_step(cycle, dataset, recipe, position, effect)
    if effects:
        _show_result(dataset, recipe, effects)
    if effects or not recipe.steps:
        with st.container(border=True):
            st.markdown("**Add a step**")
            _add_step(cycle, dataset, recipe)
    if recipe.steps:
        show_text(dataset, recipe)
    compare_with_earlier(cycle, dataset, recipe)
    ask_recipe(cycle, dataset)


def _show_step(
    cycle: Cycle,
    dataset: Dataset,
    recipe: Recipe,
    position: int,
    effect: StepEffect | None,
) -> None:
    step = recipe.steps[position]
    # A press in a tab that shows an older recipe must not hit another step.
    place = f"{recipe.content_hash[:12]}-{position}"
    sentence = step.sentence
    cut = sentence if len(sentence) <= _LONGEST else sentence[:_LONGEST] + "…"
    said = f" :gray[{md(what_it_did(effect))}]" if effect else ""
    text, actions = st.columns([5, 3], vertical_alignment="center")
    text.markdown(f"**{position + 1}.** {md(cut)}{said}")
    with actions.container(horizontal=True, vertical_alignment="center",
                           horizontal_alignment="right"):  # fmt: skip
        shown = effect is not None and st.toggle(
            "Rows", key=f"rows-{position}-{step.kind}", help="Show rows that it changes"
        )
        if position and st.button(
            "Up", key=f"up-{place}", icon=":material/arrow_upward:",
            help="Do this step earlier",
        ):  # fmt: skip
            _save(cycle, recipe.moved(position, position - 1))
        if st.button(
            "Undo", key=f"undo-{place}", icon=":material/undo:",
            help="Take this step out",
        ):  # fmt: skip
            _save(cycle, recipe.without(position))
    if shown:
        show_changed_rows(dataset, recipe, position)


def what_it_did(effect: StepEffect) -> str:
    """Say what a step did to the table."""
    n_dropped = effect.n_rows_before - effect.n_rows_after
    if n_dropped:
        return f"{n_dropped:,} of {effect.n_rows_before:,} rows left out"
    if STEPS[effect.step.kind].drops_rows:
        return "no row left out"
    return f"{effect.n_cells_changed:,} cells changed"


def _show_result(
    dataset: Dataset, recipe: Recipe, effects: tuple[StepEffect, ...]
) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"{dataset.n_rows:,} rows before, **{effects[-1].n_rows_after:,}** after."
        )
        offer_downloads(dataset, recipe)


def _add_step(cycle: Cycle, dataset: Dataset, recipe: Recipe) -> None:
    frame = workspace().data.cleaned(cycle.id)
    cohorts = workspace().cohorts.list(cycle.project_id)
    key = f"{cycle.id}-{len(recipe.steps)}"
    try:
        step, added = ask_step(frame, cycle.target, cohorts, key=key)
        if step is not None and added:
            effects_of(dataset, recipe.with_step(step))
            _save(cycle, recipe.with_step(step))
        elif step is not None:
            show_changed_rows(dataset, recipe.with_step(step), len(recipe.steps))
    except DataError as error:
        show_error(error)


def _save(cycle: Cycle, recipe: Recipe) -> None:
    with stop_on_error():
        workspace().cycles.save_recipe(cycle.id, recipe)
    st.rerun()
