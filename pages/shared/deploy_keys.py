"""Keys of the API for one project: made, listed, revoked."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.errors import RondoError
from core.serving.keys import SCOPES, ApiKey, ApiKeys
from core.wording import counted
from pages.shared.frame import md, show_error
from pages.shared.state import recall, remember, workspace


def show_keys(project_id: str) -> None:
    """Show who else may call, and make and revoke their keys."""
    st.header("Keys", anchor=False)
    st.caption(
        "A key lets a program call this project from anywhere the server is reached. "
        "Only its hash is kept; a revoked key is refused within a second."
    )
    keys = ApiKeys(workspace().database)
    made, told = st.columns([2, 3], gap="large")
    with made:
        _ask_key(keys, project_id)
    with told:
        _show_secret(project_id)
        listed = keys.list(project_id)
        _show_list(listed)
        _ask_revocation(keys, [key for key in listed if key.revoked_at is None])


def _ask_key(keys: ApiKeys, project_id: str) -> None:
    with st.form(f"key-{project_id}", clear_on_submit=True):
        name = st.text_input("Who or what will use it", max_chars=80)
        scopes = st.multiselect(
            "It may",
            list(SCOPES),
            default=["predict"],
            format_func=lambda scope: SCOPES[scope],
        )
        limit = st.number_input(
            "Most calls in a minute",
            min_value=1,
            value=None,
            step=1,
            placeholder="no limit",
            help="Of all worker processes together, from the full minute on.",
        )
        pressed = st.form_submit_button("Make a key", icon=":material/key:")
    if not pressed:
        return
    try:
        key, secret = keys.create(
            name, project=project_id, scopes=scopes, per_minute=limit
        )
    except RondoError as error:
        show_error(error)
        return
    remember(f"secret-{project_id}", (key.name, secret))


def _show_secret(project_id: str) -> None:
    """Show a key that was just made; a button takes it off the page."""
    made = recall(f"secret-{project_id}")
    if made is None:
        return
    name, secret = made
    with st.container(border=True):
        st.markdown(f"The key for **{md(name)}**. Copy it now: it is not shown again.")
        st.code(secret, language=None)
        if st.button("I have copied it", icon=":material/check:"):
            remember(f"secret-{project_id}", None)
            st.rerun()


def _show_list(listed: Sequence[ApiKey]) -> None:
    if not listed:
        st.caption("There is no key yet.")
        return
    rows = [
        {
            "name": key.name,
            "may": ", ".join(key.scopes),
            "limit": "none" if key.per_minute is None else f"{key.per_minute:,}",
            "opens": "all projects" if key.project is None else "this project",
            "made": key.created_at,
            "state": "in use"
            if key.revoked_at is None
            else f"revoked {key.revoked_at:%Y-%m-%d %H:%M}",
        }
        for key in listed
    ]
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        height="content",
        alt=f"{counted('key', len(rows))}, newest first.",
        column_config={
            "name": "Used by",
            "may": "May",
            "limit": "Calls a minute",
            "opens": "Opens",
            "made": st.column_config.DatetimeColumn("Made (UTC)"),
            "state": "State",
        },
    )


def _ask_revocation(keys: ApiKeys, in_use: Sequence[ApiKey]) -> None:
    if not in_use:
        return
    names = {key.id: f"{key.name} ({key.created_at:%Y-%m-%d})" for key in in_use}
    chosen = st.selectbox(
        "Key to revoke", list(names), index=None, format_func=names.__getitem__
    )
    if st.button("Revoke it", icon=":material/block:", disabled=chosen is None):
        try:
            keys.revoke(str(chosen))
        except RondoError as error:
            show_error(error)
            return
        st.rerun()
