"""Filling the form with a row that exists: of the version's split, or answered once."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from core.errors import RondoError
from core.serving import Service
from core.serving.receipt import find_kept
from core.workspace.known_rows import Part
from pages.shared.frame import md, show_error
from pages.shared.predict_fields import Field
from pages.shared.predict_origin import said_absent, said_origin
from pages.shared.predict_values import widget_value
from pages.shared.predict_widgets import drawn_of
from pages.shared.state import put, recall, remember, workspace

_LONGEST_NUMBER: Final = 9


def ask_row(
    service: Service, first: Sequence[Field], rest: Sequence[Field], key: str
) -> None:
    """Offer to fill the form with a row of the split or by an answer's id."""
    parts = workspace().known_rows.parts(service.version)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.text_input(
            "Start from a row that exists",
            key=f"{key}-wanted",
            placeholder="17, or the id of an answer",
            help="By its number among the rows chosen beside it: the version's sample "
            "of training rows, the validation rows, or the test rows once they were "
            "opened on Evaluate. Any answer of this project is found by its id.",
            width=195,
        )
        part: Part | None = None
        if parts:
            part = st.selectbox(
                "Of the",
                parts,
                format_func=lambda each: f"{each} rows",
                key=f"{key}-part",
                width=145,
            )
        st.button(
            "Load the row",
            icon=":material/input:",
            on_click=_load,
            args=(service, first, rest, key, wanted.strip(), part),
            disabled=not wanted.strip(),
        )
    error = recall(f"{key}-unfound")
    if error is not None:
        show_error(error)
    origin = recall(f"{key}-origin")
    if origin is not None:
        st.caption(origin)


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
    part: Part | None,
) -> None:
    remember(f"{key}-unfound", None)
    try:
        record, origin = _row(service, wanted, part)
    except RondoError as error:
        remember(f"{key}-unfound", error)
        return
    absent = [each.name for each in (*first, *rest) if each.name not in record]
    remember(f"{key}-origin", f"{origin}{said_absent(absent)}")
    values = {
        field.name: widget_value(field, record[field.name])
        for field in (*first, *rest)
        if field.name in record
    }
    n_loaded = recall(f"{key}-loaded", (0, {}))[0] + 1
    remember(f"{key}-loaded", (n_loaded, values))
    opened = {name for name, (freely, _) in values.items() if freely}
    put(f"{key}-{n_loaded}-opened", sorted(opened))
    for place, fields in (("first", first), ("rest", drawn_of(rest, opened))):
        for position, field in enumerate(fields):
            if field.name in opened and field.control == "slider":
                at = f"{key}-{n_loaded}-{place}-{position}-open"
                put(at, values[field.name][1])


def _row(
    service: Service, wanted: str, part: Part | None
) -> tuple[Mapping[str, Any], str]:
    """Return a row by its number, or what was asked under an id; and say which."""
    version = service.version
    if part is not None and wanted.isdecimal() and len(wanted) < _LONGEST_NUMBER:
        found = workspace().known_rows.row(version, part, int(wanted))
        return found.values, said_origin(found, version.target)
    kept = find_kept(workspace().database, version.project, wanted).inputs
    return kept, f"The form starts from what was asked under the id {md(wanted)}."
