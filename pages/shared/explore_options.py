"""How a file is to be read, as far as a person says so; the rest is guessed."""

from typing import Any

import streamlit as st

from core.data import ReadReport

_USUAL = {"Comma": ",", "Semicolon": ";", "Tab": "\t", "Bar |": "|"}
_DELIMITERS = _USUAL | {
    "Colon": ":", "One blank": " ", "Tilde ~": "~", "Caret ^": "^",
    "Two or more blanks": "  ", "Any blanks": "   ",
}  # fmt: skip
_QUOTES = {'Double "': '"', "Single '": "'", "None": ""}
_HEADERS = {"Names of columns": True, "Values": False}
_ORDERS = {"Month first": False, "Day first": True}
_DECIMALS = {"Point": ".", "Comma": ","}
_ENCODINGS = {
    name: name
    for name in (
        "utf-8", "cp1252", "latin-1", "utf-16", "cp1250", "cp1251", "koi8-r", "cp1253",
        "gb18030", "big5", "shift_jis", "euc-jp", "euc-kr", "cp850", "mac-roman",
    )
}  # fmt: skip


def ask_writing(cycle_id: str) -> dict[str, Any]:
    """Ask how a file that is yet to come is written."""
    with st.expander("How the file is written (guessed when left alone)"):
        one, two, three = st.columns(3)
        key = f"before-{cycle_id}"
        asked = {
            "delimiter": _choose(one, "Between values", _USUAL, key),
            "encoding": _choose(two, "Encoding", _ENCODINGS, key),
            "header": _choose(three, "First row", _HEADERS, key),
        }
    return {name: value for name, value in asked.items() if value is not None}


def ask_reading(report: ReadReport, key: str) -> dict[str, Any]:
    """Ask how a file that is there is to be read; every guess can be changed."""
    asked: dict[str, Any] = {}
    first, second = st.columns(4), st.columns(4)
    if report.format == "csv":
        asked["delimiter"] = _choose(first[0], "Between values", _DELIMITERS, key)
        asked["quote"] = _choose(first[1], "Around values", _QUOTES, key)
        asked["encoding"] = _choose(first[2], "Encoding", _ENCODINGS, key)
        asked["skip_lines"] = first[3].number_input(
            "Lines before the table", min_value=0, value=None, placeholder="Guess",
            key=f"explore-skip-{key}",
        )  # fmt: skip
    asked["header"] = _choose(second[0], "First row", _HEADERS, key)
    asked["day_first"] = _choose(second[1], "Dates", _ORDERS, key)
    asked["decimal"] = _choose(second[2], "Decimal sign", _DECIMALS, key)
    if len(report.sheets) > 1:
        asked["sheet"] = second[3].selectbox(
            "Sheet" if report.format == "excel" else "Part of the file",
            report.sheets,
            index=_place(report),
            key=f"explore-sheet-{key}",
        )
    return {name: value for name, value in asked.items() if value is not None}


def _place(report: ReadReport) -> int | None:
    known = report.sheet in report.sheets
    return report.sheets.index(str(report.sheet)) if known else None


def _choose(place: Any, label: str, answers: dict[str, Any], key: str) -> Any:
    chosen = place.selectbox(
        label, list(answers), index=None, placeholder="Guess",
        key=f"explore-{label}-{key}",
    )  # fmt: skip
    return None if chosen is None else answers[chosen]
