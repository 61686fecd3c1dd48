"""A form for one cleaning step, made from what its kind asks for."""

from typing import Any

import pandas as pd
import streamlit as st

from core.data import STEPS, Step, StepField, StepKind, describe_schema
from core.data.deriving import frequent_levels
from pages.shared.frame import md


def ask_step(frame: pd.DataFrame, target: str | None, *, key: str) -> Step | None:
    """Ask for one step; return it once its button is pressed.

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
        field.name: _ask_field(field, frame, columns, key) for field in chosen.fields
    }
    if st.button("Add step", key=f"add-{key}", icon=":material/add:"):
        given = {name: value for name, value in options.items() if value is not None}
        return Step(kind, columns, given)
    return None


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
        return _ask_kept(field, frame, columns, key)
    if field.kind == "words":
        words = st.multiselect(
            field.title,
            field.choices or _values(frame, columns),
            accept_new_options=not field.choices,
            key=key,
        )
        return words or None
    if field.kind == "mapping":
        return _ask_mapping(frame, columns, key)
    return st.text_input(field.title, key=key).strip() or None


def _ask_kept(
    field: StepField, frame: pd.DataFrame, columns: tuple[str, ...], key: str
) -> list[str] | None:
    """Ask which values to keep, by a rule or by name; the step holds the names."""
    left, right = st.columns(2)
    n_rows = left.number_input("Keep those with at least this many rows", 0, None, 0,
                               key=f"rows-{key}")  # fmt: skip
    share = right.number_input("and at least this share, in %", 0.0, 100.0, 0.0,
                               key=f"share-{key}")  # fmt: skip
    if columns and (n_rows or share):
        kept = frequent_levels(frame[columns[0]], n_rows=n_rows, share=share / 100)
        more = f" and {len(kept) - 10} more" if len(kept) > 10 else ""
        named = md(", ".join(kept[:10])) + more if kept else "none"
        st.caption(f"Kept by name in the step: {named}.")
        return list(kept) or None
    return (
        st.multiselect(
            field.title, _values(frame, columns), accept_new_options=True, key=key
        )
        or None
    )


def _ask_mapping(
    frame: pd.DataFrame, columns: tuple[str, ...], key: str
) -> dict[str, str] | None:
    left, right = st.columns(2)
    old = left.multiselect("Write these", _values(frame, columns), key=f"old-{key}")
    new = right.text_input("as", key=f"new-{key}").strip()
    return dict.fromkeys(old, new) if old and new else None


def _values(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[str]:
    """Return the most frequent values of the first chosen column."""
    if not columns:
        return []
    name = columns[0]
    return list(describe_schema(frame[[name]], {name: "category"})[name].levels)
