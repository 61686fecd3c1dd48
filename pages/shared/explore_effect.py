"""What a fix would do, before it is taken: rows changed, and the quick score."""

import streamlit as st

from core.data import Profile, Recipe, Step, Task
from core.data.effect import StepScore, score_step
from core.data.profile import LEAK_CODES
from core.errors import DataError
from core.wording import interval_text, score_text, signed_text
from core.workspace import Dataset
from pages.shared.explore_facts import table_in_words
from pages.shared.explore_recipe import show_changed_rows
from pages.shared.frame import md, show_error
from pages.shared.state import workspace


def show_effect(
    dataset: Dataset, report: Profile, recipe: Recipe, step: Step, key: str
) -> None:
    """Show the rows that a step would change and what it does to the quick score."""
    place = st.expander("What the fix would do", key=f"effect-{key}", on_change="rerun")
    if not place.open:
        return
    with place:
        st.markdown(md(step.sentence))
        tried = recipe.with_step(step)
        try:
            show_changed_rows(dataset, tried, len(recipe.steps))
            _show_score(dataset, report, recipe, step)
        except DataError as error:
            show_error(error)


def _show_score(dataset: Dataset, report: Profile, recipe: Recipe, step: Step) -> None:
    if report.target is None or report.task is None:
        st.caption("Say above what to predict; then its effect on a score is measured.")
        return
    found = _scored(
        dataset.id, report.target, report.task, recipe.to_json(),
        Recipe((step,)).to_json(), left_out(report, step),
    )  # fmt: skip
    if found is None:
        st.caption(
            "Its effect on the quick score cannot be told: it changes the target, or "
            "leaves fewer than 100 rows, or no column."
        )
        return
    st.markdown(_said(found))
    st.caption(
        f"Small random trees on {found.n_sampled:,} sampled rows, {found.n_rows:,} of "
        "them judged while held out, the same rows and folds both times. 95 % "
        "intervals of rows and folds drawn anew; training decides."
    )


def left_out(report: Profile, step: Step) -> tuple[str, ...]:
    """Return the columns that the quick score does not use, but for the step's own."""
    leaks = {n for f in report.findings if f.code in LEAK_CODES for n in f.columns}
    names = [c.name for c in report.columns if c.schema.kind in ("id", "text")]
    return tuple(sorted({*names, *(leaks - set(step.columns))} - {report.target or ""}))


@st.cache_resource(max_entries=64, show_spinner="Measuring what it does")
def _scored(
    dataset_id: str, target: str, task: Task, recipe: str, step: str,
    without: tuple[str, ...],
) -> StepScore | None:  # fmt: skip
    frame = table_in_words(workspace().data.get(dataset_id), target)
    (added,) = Recipe.from_json(step).steps
    return score_step(
        frame, Recipe.from_json(recipe), added, target, task, left_out=without
    )


def _said(found: StepScore) -> str:
    before = f"{score_text(found.before)} ({interval_text(*found.before_range)})"
    after = f"{score_text(found.after)} ({interval_text(*found.after_range)})"
    gap = f"{signed_text(found.difference)} ({interval_text(*found.difference_range)})"
    clear = "" if found.is_clear else "; that may be chance"
    return (
        f"**Quick score, {found.metric}:** {before} before, {after} after. "
        f"Difference {gap}{clear}."
    )
