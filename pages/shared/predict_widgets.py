"""The form of one prediction as a person sees it."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.shared.predict_controls import ask
from pages.shared.predict_fields import Field, can_open, open_field, to_record

MOST_ASKED = 60
"""Of the folded fields so many are drawn; the others when they are chosen."""


def ask_record(
    first: Sequence[Field],
    rest: Sequence[Field],
    key: str,
    shapes: Mapping[str, str] | None = None,
) -> dict[str, Any] | None:
    """Show the form and return what was sent, or None.

    Parameters
    ----------
    first, rest : sequence of Field
        Shown at once, and folded away.
    key : str
        Prefix of all widget keys: one for each version, since its columns differ.
    shapes : mapping of str to str, default=None
        Pictures of training values, by column.
    """
    area = st.container()
    opened = _ask_opened([*first, *rest], f"{key}-opened")
    with area, st.form(f"{key}-form"):
        answers = _ask_all(first, opened, f"{key}-first", shapes or {})
        if rest:
            with st.expander(f"{len(rest):,} more fields, as in a typical row"):
                answers += _ask_rest(rest, opened, f"{key}-rest", shapes or {})
        sent = st.form_submit_button(
            "Predict", type="primary", icon=":material/online_prediction:"
        )
    return to_record(answers) if sent else None


def _ask_opened(fields: Sequence[Field], key: str) -> set[str]:
    names = [field.name for field in fields if can_open(field)]
    if not names:
        return set()
    chosen = st.multiselect(
        "Leave empty, or go beyond the training range",
        names,
        key=key,
        persist_state="session",
        placeholder="Choose fields",
        help="These fields turn into boxes that take any value, or none.",
    )
    return set(chosen)


def _ask_rest(
    rest: Sequence[Field], opened: set[str], key: str, shapes: Mapping[str, str]
) -> list[tuple[Field, Any]]:
    drawn = drawn_of(rest, opened)
    answers = _ask_all(drawn, opened, key, shapes)
    names = {field.name for field in drawn}
    typical = [(field, field.default) for field in rest if field.name not in names]
    if typical:
        st.caption(
            f"{len(typical):,} others are sent with their typical value. Choose one "
            "below the form to fill it in."
        )
    return answers + typical


def drawn_of(rest: Sequence[Field], opened: set[str]) -> list[Field]:
    """Return which of the folded fields are drawn."""
    return [f for i, f in enumerate(rest) if i < MOST_ASKED or f.name in opened]


def _ask_all(
    fields: Sequence[Field], opened: set[str], key: str, shapes: Mapping[str, str]
) -> list[tuple[Field, Any]]:
    answers = []
    with st.grid(2, min_column_width=170, vertical_alignment="bottom"):
        for position, field in enumerate(fields):
            freely = field.name in opened
            asked = open_field(field) if freely else field
            suffix = "-open" if freely else ""
            with st.container(gap=None):
                value = ask(
                    asked, f"{key}-{position}{suffix}", shapes.get(field.name, "")
                )
            answers.append((asked, value))
    return answers
