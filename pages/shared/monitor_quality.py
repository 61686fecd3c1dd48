"""What is expected of each column: learned, and changed in a table."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.monitoring.quality_rules import ASPECTS, Expected, QualityRule, learned_rules
from core.monitoring.summary import WindowSummary
from core.registry import ModelVersion
from core.wording import counted
from pages.shared.frame import md, stop_on_error
from pages.shared.monitor_quality_history import ALL_ROWS, show_history
from pages.shared.state import person, recall, remember, workspace

_SAVED = "quality-rules-saved"
_FROM_NOW = "The window that is open now"
_EDITED = ["Own value", "Gravity", "On"]
_COLUMNS: dict[str, ColumnConfig] = {
    "Own value": st.column_config.TextColumn(
        "Own value",
        help="Holds in place of the learned one: a share (5%), categories (a, b), a "
        "range (0 to 120; one end may be left out), or a number of rows.",
    ),
    "Gravity": st.column_config.SelectboxColumn(
        "Gravity",
        options=["problem", "warning", "note"],
        required=True,
        help="A problem counts for the alarm “Data broken”.",
    ),
    "On": st.column_config.CheckboxColumn("On"),
}


def edit_quality_rules(version: ModelVersion, windows: Sequence[WindowSummary]) -> None:
    """Show what is expected of every column, and keep what is changed."""
    history = workspace().monitoring.rules.history(version.project, version.number)
    rules = history[0].rules if history else ()
    own = f": {counted('own rule', len(rules))}" if rules else ""
    if recall(_SAVED):
        st.success(f"Kept. These rules hold for {recall(_SAVED)}.")
        remember(_SAVED, None)
    with st.expander(f"What is expected of each column{own}", icon=":material/rule:"):
        st.caption(
            "Learned from the training rows, with what chance adds. An own value "
            "holds as it is written; emptied, the learned one holds again."
        )
        _ask(version, rules, windows, len(history))
        show_history(version.number, history)


def _ask(
    version: ModelVersion,
    rules: Sequence[QualityRule],
    windows: Sequence[WindowSummary],
    revision: int,
) -> None:
    expected = learned_rules(version.schema)
    with st.form(f"quality-{version.project}-{version.number}", border=False):
        edited = st.data_editor(
            _table(expected, rules),
            column_config=_COLUMNS,
            disabled=["Column", "Expected", "Learned"],
            hide_index=True,
            key=f"quality-rules-{version.project}-{version.number}-{revision}",
        )
        left, right = st.columns(2)
        why = left.text_input("Why", placeholder="May stay empty")
        starts = {_FROM_NOW: None} | {each.label: each.start for each in windows[::-1]}
        begin = right.selectbox(
            "They hold from",
            list(starts),
            help="Windows that ended before stay as they were judged. Those from the "
            "chosen one on are summarised and judged anew.",
        )
        if st.form_submit_button("Keep these expectations", icon=":material/save:"):
            _save(version, _read(expected, edited), why, (begin, starts[begin]))


def _save(
    version: ModelVersion,
    rules: Sequence[QualityRule],
    why: str,
    begin: tuple[str, datetime | None],
) -> None:
    label, since = begin
    with stop_on_error():
        workspace().monitoring.rules.save(
            version, rules, who=person(), why=why, since=since
        )
    told = "every window that ends from now on"
    remember(_SAVED, told if since is None else f"windows from {md(label)} on")
    st.rerun()


def _table(expected: Sequence[Expected], rules: Sequence[QualityRule]) -> pd.DataFrame:
    changed = {(rule.column, rule.check): rule for rule in rules}
    rows = []
    for each in expected:
        own = changed.get((each.column, each.check))
        rows.append(
            {
                "Column": each.column or ALL_ROWS,
                "Expected": each.title,
                "Learned": each.learned,
                "Own value": own.value if own else "",
                "Gravity": (own.severity if own else "") or each.severity,
                "On": own.active if own else True,
            }
        )
    return pd.DataFrame(rows)


def _read(expected: Sequence[Expected], edited: pd.DataFrame) -> list[QualityRule]:
    rules = []
    for each, row in zip(expected, edited[_EDITED].to_dict("records"), strict=True):
        given: Any = row["Own value"]
        gravity: Any = row["Gravity"]
        rules.append(
            QualityRule(
                each.column,
                each.check,
                "" if pd.isna(given) else str(given).strip(),
                "" if gravity == ASPECTS[each.check].severity else gravity,
                active=bool(row["On"]),
            )
        )
    return rules
