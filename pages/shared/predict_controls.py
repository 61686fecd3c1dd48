"""The control of one field of the form."""

from typing import Any

import streamlit as st

from pages.shared.frame import md
from pages.shared.predict_fields import Field

_MAX_TEXT = 10_000


def _label(field: Field) -> str:
    return md(field.name.strip() or "(no name)")


def ask(field: Field, key: str, shape: str = "") -> Any:
    """Show one field and return what is in it; the value survives page changes.

    Parameters
    ----------
    field : Field
    key : str
    shape : str, default=""
        Picture of the training values, shown under a slider.
    """
    match field.control:
        case "slider" | "number":
            number = _ask_number(field, key)
            if shape and field.control == "slider":
                alt = f"Where the training rows lie: {field.name}"
                st.image(shape, width="stretch", alt=alt)
            return number
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
