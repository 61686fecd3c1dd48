"""How a project is watched: its windows, its rules, and where alarms are told."""

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.monitoring.rules import DEFAULT_RULES, Rule
from core.monitoring.signals import COLUMN, SIGNALS
from core.monitoring.watch import Watch
from pages.shared.frame import stop_on_error
from pages.shared.monitor_by import WINDOWS, ask_rows, by_name, name_of
from pages.shared.state import recall, remember, workspace

_SAVED = "watch-saved"
_COLUMNS: dict[str, ColumnConfig] = {
    "signal": st.column_config.SelectboxColumn("Signal", required=True),
    "threshold": st.column_config.NumberColumn(
        "Above", required=True, help="A window is bad when its signal is above this."
    ),
    "m": st.column_config.NumberColumn("Bad windows", min_value=1, max_value=52),
    "n": st.column_config.NumberColumn("of the last", min_value=1, max_value=52),
    "severity": st.column_config.SelectboxColumn(
        "At most", options=["alarm", "warning"], required=True
    ),
    "active": st.column_config.CheckboxColumn("Active", default=True),
}


def edit_watch(project_id: str, columns: tuple[str, ...]) -> None:
    """Show the rules and addresses, and keep what is changed."""
    st.header("Rules", anchor=False)
    watch = workspace().alarms.watch(project_id)
    if recall(_SAVED):
        st.success("Kept. Windows are judged by these from now on.")
        remember(_SAVED, False)
    names = _signal_names(columns)
    names |= {rule.signal: rule.title for rule in watch.rules}
    with st.form(f"watch-{project_id}", border=False):
        left, right = st.columns(2)
        by = left.selectbox(
            "Judge windows by", WINDOWS, index=WINDOWS.index(name_of(watch.period))
        )
        with right:
            n_rows = ask_rows(watch.period)
        edited = _edit_rules(project_id, watch, names)
        webhook, emails = _ask_addresses(watch)
        if st.form_submit_button("Keep these rules", icon=":material/save:"):
            with stop_on_error():
                rules = _read_rules(edited, {title: n for n, title in names.items()})
                changed = replace(watch, period=by_name(by, n_rows), rules=rules)
                changed = replace(
                    changed, webhook=webhook.strip(), emails=tuple(emails.split())
                )
                workspace().alarms.save_watch(project_id, changed)
            remember(_SAVED, True)
            st.rerun()


def _signal_names(columns: tuple[str, ...]) -> dict[str, str]:
    named = {name: signal.title for name, signal in SIGNALS.items()}
    return named | {f"{COLUMN}{name}": f"{name} drifts" for name in columns}


def _edit_rules(project_id: str, watch: Watch, names: dict[str, str]) -> pd.DataFrame:
    table = pd.DataFrame(
        [{**rule.to_dict(), "signal": names[rule.signal]} for rule in watch.rules],
        columns=["id", *_COLUMNS],
    )
    options = st.column_config.SelectboxColumn(
        "Signal", options=list(names.values()), required=True
    )
    edited: pd.DataFrame = st.data_editor(
        table,
        column_order=list(_COLUMNS),
        column_config=_COLUMNS | {"signal": options},
        num_rows="dynamic",
        hide_index=True,
        key=f"rules-{project_id}-{hash(watch)}",
    )
    st.caption(
        "An alarm needs that many bad windows among the last that could be judged; "
        "one fewer is a warning. By default broken data and proven loss alarm at "
        "once, drift at the third of four: about one false alarm in two years of "
        "weekly windows."
    )
    return edited


def _read_rules(edited: pd.DataFrame, signals: dict[str, str]) -> tuple[Rule, ...]:
    usual = DEFAULT_RULES[2]
    rules: list[Rule] = []
    for place, row in enumerate(edited.to_dict("records")):
        given: dict[str, Any] = {
            str(name): value for name, value in row.items() if not pd.isna(value)
        }
        taken = {rule.id for rule in rules}
        fresh = next(f"rule-{n}" for n in range(place, 999) if f"rule-{n}" not in taken)
        rules.append(
            Rule.from_dict(
                {
                    "id": str(given.get("id", fresh)),
                    "signal": signals.get(str(given.get("signal")), ""),
                    "threshold": float(given.get("threshold", usual.threshold)),
                    "m": int(given.get("m", usual.m)),
                    "n": int(given.get("n", usual.n)),
                    "severity": given.get("severity", usual.severity),
                    "active": bool(given.get("active", True)),
                }
            )
        )
    return tuple(rules)


def _ask_addresses(watch: Watch) -> tuple[str, str]:
    left, right = st.columns(2)
    webhook = left.text_input(
        "Webhook",
        watch.webhook,
        type="password",
        help="Alarms are posted to it as JSON; its text field suits chat tools.",
    )
    has_server = workspace().settings.smtp_url is not None
    emails = right.text_area(
        "E-mail addresses",
        "\n".join(watch.emails),
        height=68,
        help="One a line."
        if has_server
        else "One a line. No mail is sent until RONDO_SMTP_URL names a mail server.",
    )
    return webhook, emails
