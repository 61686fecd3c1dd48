"""The form of one prediction as a person sees it."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from pages.shared.frame import md
from pages.shared.predict_form import Field, can_open, open_field, to_record

MOST_ASKED = 60
"""Of the folded fields so many are drawn; the others when they are chosen."""

_MAX_TEXT = 10_000


def ask_record(
    first: Sequence[Field], rest: Sequence[Field], key: str
) -> dict[str, Any] | None:
    """Show the form and return what was sent, or None.

    Parameters
    ----------
    first, rest : sequence of Field
        Shown at once, and folded away.
    key : str
        Prefix of all widget keys: one for each version, since its columns differ.
    """
    area = st.container()
    opened = _ask_opened([*first, *rest], f"{key}-opened")
    with area, st.form(f"{key}-form"):
        answers = _ask_all(first, opened, f"{key}-first")
        if rest:
            with st.expander(f"{len(rest):,} more fields, as in a typical row"):
                answers += _ask_rest(rest, opened, f"{key}-rest")
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
    rest: Sequence[Field], opened: set[str], key: str
) -> list[tuple[Field, Any]]:
    drawn = [f for i, f in enumerate(rest) if i < MOST_ASKED or f.name in opened]
    answers = _ask_all(drawn, opened, key)
    names = {field.name for field in drawn}
    typical = [(field, field.default) for field in rest if field.name not in names]
    if typical:
        st.caption(
            f"{len(typical):,} others are sent with their typical value. Choose one "
            "below the form to fill it in."
        )
    return answers + typical


def _ask_all(
    fields: Sequence[Field], opened: set[str], key: str
) -> list[tuple[Field, Any]]:
    answers = []
    with st.grid(2, min_column_width=170, vertical_alignment="bottom"):
        for position, field in enumerate(fields):
            freely = field.name in opened
            asked = open_field(field) if freely else field
            suffix = "-open" if freely else ""
            answers.append((asked, ask(asked, f"{key}-{position}{suffix}")))
    return answers


def _label(field: Field) -> str:
    return md(field.name.strip() or "(no name)")


def ask(field: Field, key: str) -> Any:
    """Show one field and return what is in it; the value survives page changes."""
    match field.control:
        case "slider" | "number":
            return _ask_number(field, key)
        case "choice" | "yes or no":
            return st.selectbox(
                _label(field),
                field.options,
                index=field.options.index(field.default),
                format_func=field.label_of,
                accept_new_options=field.control == "choice",
                help=field.note or None,
                key=key,
                persist_state="session",
            )
        case "toggle":
            return st.toggle(
                _label(field), value=field.default, key=key, persist_state="session"
            )
        case "date" | "moment":
            control = st.date_input if field.control == "date" else st.datetime_input
            return control(
                _label(field),
                value=field.default,
                min_value=field.low,
                max_value=field.high,
                key=key,
                persist_state="session",
            )
        case "text":
            return st.text_input(
                _label(field),
                value=field.default,
                max_chars=_MAX_TEXT,
                key=key,
                persist_state="session",
            )


def _ask_number(field: Field, key: str) -> float | None:
    if field.control == "slider":
        slid: float = st.slider(
            _label(field),
            field.low,
            field.high,
            field.default,
            field.step,
            format=field.number_format,
            key=key,
            help=field.note,
            persist_state="session",
        )
        return slid
    typed: float | None = st.number_input(
        _label(field),
        value=field.default,
        step=field.step,
        format=field.number_format,
        key=key,
        help=field.note or None,
        placeholder="empty",
        persist_state="session",
    )
    return typed
