"""What a fix would do, before it is taken: rows changed, and the quick score."""

import streamlit as st

from core.data import Profile, Recipe, Step, Task
from core.data.effect import StepScore, score_step
from core.data.profile import LEAK_CODES
from core.errors import DataError
from core.wording import signed_text, with_interval
from core.workspace import Dataset
from pages.shared.explore_facts import table_in_words
from pages.shared.explore_recipe import show_changed_rows
from pages.shared.frame import md, show_error
from pages.shared.state import workspace


def show_effect(dataset: Dataset, report: Profile, recipe: Recipe, step: Step) -> None:
    """Show the rows that a step would change and what it does to the quick score."""
    sentence = step.sentence
    st.markdown(md(sentence if len(sentence) <= 300 else f"{sentence[:300]}…"))
    try:
        show_changed_rows(dataset, recipe.with_step(step), len(recipe.steps))
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
    before = with_interval(found.before, *found.before_range)
    after = with_interval(found.after, *found.after_range)
    low, high = found.difference_range
    gap = signed_text(found.difference, like=1.0)
    gap = f"{gap} ({signed_text(low, like=1.0)} to {signed_text(high, like=1.0)})"
    clear = "" if found.is_clear else "; that may be chance"
    return (
        f"**Quick score, {found.metric}:** {before} before, {after} after. "
        f"Difference {gap}{clear}."
    )
