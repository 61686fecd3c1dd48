"""A recipe as a whole: what a step changes, downloads, and one brought along."""

import streamlit as st

from core.data import Recipe, RecipeFit, StepPreview, fit_recipe, preview_step
from core.workspace import Cycle, Dataset
from pages.shared.frame import md, stop_on_error
from pages.shared.state import workspace

_LARGEST = 1_000_000


def offer_downloads(dataset: Dataset, recipe: Recipe) -> None:
    """Offer the recipe as JSON and as a pandas script."""
    st.download_button(
        "Download the recipe",
        recipe.to_json(dataset.schema.names),
        file_name="recipe.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
    )
    st.download_button(
        "Download as a script",
        recipe.to_script(),
        file_name="clean.py",
        mime="text/x-python",
        icon=":material/code:",
        on_click="ignore",
        help="Plain pandas: it gives the same table without Rondo.",
    )


def show_changed_rows(dataset: Dataset, recipe: Recipe, position: int) -> None:
    """Show a few of the rows that a step changes, before and after."""
    found = _preview(dataset.id, recipe.to_json(), position)
    if not found.n_rows:
        st.caption("No row is changed.")
        return
    n_shown = len(found.before)
    st.caption(f"{n_shown:,} of {found.n_rows:,} rows; their numbers stand in front.")
    if found.after is None:
        st.dataframe(found.before, alt="Rows that are left out.")
        return
    left, right = st.columns(2)
    left.dataframe(found.before, alt="Rows before the step.")
    if found.after.shape[1]:
        right.dataframe(found.after, alt="The same rows after the step.")
    else:
        right.caption("These columns are gone, or have another name.")


@st.cache_resource(max_entries=32, show_spinner=False)
def _preview(dataset_id: str, recipe: str, position: int) -> StepPreview:
    steps = Recipe.from_json(recipe)
    reached = workspace().data.after(dataset_id, Recipe(steps.steps[:position]))
    return preview_step(reached, steps, position, n_done=position)


def ask_recipe(cycle: Cycle, dataset: Dataset) -> None:
    """Take in a recipe that was made on another table, and say how it fits."""
    with st.expander("Use a recipe from a file"):
        given = st.file_uploader(
            "A recipe that was downloaded here", type="json", max_upload_size=1,
            key=f"recipe-file-{dataset.id}",
        )  # fmt: skip
        if given is None:
            return
        with stop_on_error():
            text = given.getvalue()[:_LARGEST].decode("utf-8", "replace")
            recipe = Recipe.from_json(text)
            frame = workspace().data.frame(dataset.id)
            found = fit_recipe(recipe, frame, Recipe.columns_in(text))
        offer_fit(cycle, found, key="file")


def offer_fit(cycle: Cycle, found: RecipeFit, *, key: str) -> None:
    """Say how a recipe fits the table, and offer to use it instead of the present."""
    _show_fit(found)
    if found.recipe.steps and st.button(
        f"Use its {_n_steps(found)}", icon=":material/playlist_add:", key=f"use-{key}",
        help="They take the place of the present recipe, which stays to compare with.",
    ):  # fmt: skip
        with stop_on_error():
            workspace().cycles.save_recipe(cycle.id, found.recipe)
        st.rerun()


def _show_fit(found: RecipeFit) -> None:
    for title, names in (
        ("Not in this table", found.missing),
        ("New in this table", found.added),
        ("Steps left out", tuple(step.sentence for step in found.left_out)),
    ):
        if names:
            more = f" and {len(names) - 8} more" if len(names) > 8 else ""
            st.markdown(f"**{title}:** {md(', '.join(names[:8]))}{more}.")
    if not (found.missing or found.added or found.left_out):
        st.caption("It fits: the same columns, and every step can be done.")


def _n_steps(found: RecipeFit) -> str:
    n_steps = len(found.recipe.steps)
    return "one step" if n_steps == 1 else f"{n_steps} steps"
