"""A form for one cleaning step, made from what its kind asks for."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from core.data import STEPS, Cohort, Step, StepField, StepKind
from pages.shared.explore_levels import ask_kept, ask_mapping, values_of
from pages.shared.frame import md


def ask_step(
    frame: pd.DataFrame,
    target: str | None,
    cohorts: Sequence[Cohort] = (),
    *,
    key: str,
) -> tuple[Step | None, bool]:
    """Ask for one step; return it once its button is pressed, or to be tried.

    Returns
    -------
    step : Step or None
        None while nothing was pressed.
    added : bool
        False where it is only to be shown what the step would do.

    Raises
    ------
    DataError
        Something that the step needs is missing.
    """
    names = [str(name) for name in frame.columns]
    left, right = st.columns([1, 2])
    kind = left.selectbox(
        "What to do",
        list(STEPS),
        format_func=lambda name: STEPS[name].title,
        key=f"step-{key}",
    )
    chosen = STEPS[kind]
    key = f"{key}-{kind}"
    with right:
        columns = _ask_columns(chosen, names, target, key)
    st.caption(md(chosen.about))
    options = {
        field.name: _ask_cohort(field, cohorts, key)
        if field.kind == "cohort"
        else _ask_field(field, frame, columns, key)
        for field in chosen.fields
    }
    with st.container(horizontal=True, vertical_alignment="center"):
        added = st.button("Add step", key=f"add-{key}", icon=":material/add:")
        tried = st.toggle("Show what it would do", key=f"try-{key}")
    if not added and not tried:
        return None, False
    given = {name: value for name, value in options.items() if value is not None}
    return Step(kind, columns, given), added


def _ask_cohort(
    field: StepField, cohorts: Sequence[Cohort], key: str
) -> dict[str, Any] | None:
    """Ask for one of the project's cohorts; the step holds its rule."""
    known = {cohort.name: cohort for cohort in cohorts}
    name = st.selectbox(
        field.title, list(known), index=None, key=f"{field.name}-{key}",
        placeholder="Choose" if known else "No cohort yet: name one under Cohorts",
    )  # fmt: skip
    if name is None:
        return None
    st.caption(md(known[name].sentence))
    return known[name].to_dict()


def _ask_columns(
    chosen: StepKind, names: list[str], target: str | None, key: str
) -> tuple[str, ...]:
    if chosen.columns == "none":
        return ()
    if chosen.kind in ("drop_columns", "rename"):
        names = [name for name in names if name != target]
    if chosen.columns == "one":
        one = st.selectbox("Column", names, index=None, key=f"column-{key}")
        return () if one is None else (one,)
    return tuple(
        st.multiselect(
            "Columns",
            names,
            placeholder="All columns" if chosen.columns == "optional" else "Choose",
            key=f"columns-{key}",
        )
    )


def _ask_field(
    field: StepField, frame: pd.DataFrame, columns: tuple[str, ...], key: str
) -> Any:
    """Ask for one option; None when nothing was given."""
    key = f"{field.name}-{key}"
    if field.kind == "choice":
        return st.selectbox(field.title, field.choices, key=key)
    if field.kind == "number":
        return st.number_input(field.title, value=None, key=key)
    if field.name == "keep":
        return ask_kept(field, frame, columns, key)
    if field.kind == "words":
        words = st.multiselect(
            field.title,
            field.choices or values_of(frame, columns),
            accept_new_options=not field.choices,
            key=key,
        )
        return words or None
    if field.kind == "mapping":
        return ask_mapping(frame, columns, key)
    hint = "age < 0 or `monthly fee` > 3 * paid" if field.name == "condition" else None
    return st.text_input(field.title, placeholder=hint, key=key).strip() or None
