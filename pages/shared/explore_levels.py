"""Choosing values of a column for a step: those to keep, to merge, to blank."""

import pandas as pd
import streamlit as st

from core.data import StepField, describe_schema
from core.data.deriving import frequent_levels
from pages.shared.frame import md


def ask_kept(
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
            field.title, values_of(frame, columns), accept_new_options=True, key=key
        )
        or None
    )


def ask_mapping(
    frame: pd.DataFrame, columns: tuple[str, ...], key: str
) -> dict[str, str] | None:
    """Ask for values that are to be written as another one."""
    left, right = st.columns(2)
    old = left.multiselect("Write these", values_of(frame, columns), key=f"old-{key}")
    new = right.text_input("as", key=f"new-{key}").strip()
    return dict.fromkeys(old, new) if old and new else None


def values_of(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[str]:
    """Return the most frequent values of the first chosen column."""
    if not columns:
        return []
    name = columns[0]
    return list(describe_schema(frame[[name]], {name: "category"})[name].levels)
