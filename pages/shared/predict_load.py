"""Filling the form with a row that exists: of the training sample, or answered once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from core.errors import RondoError
from core.serving import Service
from core.serving.receipt import find_kept
from core.wording import counted
from pages.shared.frame import show_error
from pages.shared.predict_fields import Field
from pages.shared.predict_values import widget_value
from pages.shared.predict_widgets import drawn_of
from pages.shared.state import put, recall, remember, workspace


def ask_row(
    service: Service, first: Sequence[Field], rest: Sequence[Field], key: str
) -> None:
    """Offer to fill the form with a row of the training sample or by an answer's id."""
    reference = service.version.reference
    n_rows = 0 if reference is None else len(reference)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.text_input(
            "Start from a row that exists",
            key=f"{key}-wanted",
            placeholder=f"1 to {n_rows:,}, or the id of an answer",
            help=f"The version keeps a sample of {counted('training row', n_rows)}; "
            "any answer of this project is found by its id.",
            width=300,
        )
        st.button(
            "Load the row",
            icon=":material/input:",
            on_click=_load,
            args=(service, first, rest, key, wanted.strip()),
            disabled=not wanted.strip(),
        )
    error = recall(f"{key}-unfound")
    if error is not None:
        show_error(error)


def start_from(fields: Sequence[Field], key: str) -> tuple[tuple[Field, ...], str]:
    """Return the fields as the loaded row fills them, and the key of that form."""
    n_loaded, values = recall(f"{key}-loaded", (0, {}))
    if not n_loaded:
        return tuple(fields), key
    filled = (
        _filled(field, *values[field.name]) if field.name in values else field
        for field in fields
    )
    return tuple(filled), f"{key}-{n_loaded}"


def _filled(field: Field, freely: bool, value: Any) -> Field:
    if freely:
        return field
    options = field.options
    if field.control == "choice" and value not in options:
        options = (*options, value)
    return replace(field, default=value, options=options)


def _load(
    service: Service,
    first: Sequence[Field],
    rest: Sequence[Field],
    key: str,
    wanted: str,
) -> None:
    remember(f"{key}-unfound", None)
    try:
        record = _row(service, wanted)
    except RondoError as error:
        remember(f"{key}-unfound", error)
        return
    values = {
        field.name: widget_value(field, record[field.name])
        for field in (*first, *rest)
        if field.name in record
    }
    n_loaded = recall(f"{key}-loaded", (0, {}))[0] + 1
    remember(f"{key}-loaded", (n_loaded, values))
    opened = {name for name, (freely, _) in values.items() if freely}
    put(f"{key}-{n_loaded}-opened", sorted(opened))
    for part, fields in (("first", first), ("rest", drawn_of(rest, opened))):
        for position, field in enumerate(fields):
            if field.name in opened and field.control == "slider":
                at = f"{key}-{n_loaded}-{part}-{position}-open"
                put(at, values[field.name][1])


def _row(service: Service, wanted: str) -> Mapping[str, Any]:
    """Return a row of the sample by its number, or what was asked under an id."""
    reference = service.version.reference
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 9 else 0
    if reference is not None and 1 <= number <= len(reference):
        row = reference.iloc[number - 1].to_dict()
        return {str(name): value for name, value in row.items()}
    project = service.version.project
    return find_kept(workspace().database, project, wanted).inputs
