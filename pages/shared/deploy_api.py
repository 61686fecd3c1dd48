"""The API of a project: its address, calls to paste, and a first try."""

import json
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from core.deployment import snippets
from core.errors import RondoError
from core.serving import Service, answer_call
from core.serving.body import parse_json, rows_of
from core.serving.description import example_record
from core.settings import Settings
from pages.shared.frame import md, show_error, stop_on_error
from pages.shared.state import forget, recall, remember, workspace

_USUAL = "http://localhost:8501"


def api_address(page_address: str | None) -> str:
    """Return the address of the API on the server that shows this page.

    Examples
    --------
    >>> api_address("http://localhost:8600/deploy?project=churn")
    'http://localhost:8600/api'
    """
    parts = urlsplit(page_address or _USUAL)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        parts = urlsplit(_USUAL)
    return f"{parts.scheme}://{parts.netloc}/api"


def who_may_call(settings: Settings) -> str:
    """Say who is answered, and how much one call may carry."""
    may = (
        "Every call needs a key in the header X-API-Key."
        if settings.api_key
        else "Programs on this machine are answered as they are, others with a key in "
        "the header X-API-Key."
    )
    return (
        f"{may} One call carries up to {settings.max_request_rows:,} rows or "
        f"{settings.max_request_mb} MB; files go through the page Predict."
    )


def show_api(project_id: str) -> None:
    """Show where the live version is asked, and let a person ask it."""
    registry, settings = workspace().registry, workspace().settings
    if registry.champion(project_id) is None:
        st.info("The API answers once a version is champion.", icon=":material/info:")
        return
    with stop_on_error():
        service = workspace().service(project_id)
    base = api_address(st.context.url)
    address = f"{base}/projects/{project_id}/predict"
    st.markdown(f"**Address.** Version {service.version.number} answers here:")
    st.code(f"POST {address}", language=None, wrap_lines=True)
    st.caption(md(who_may_call(settings)))
    st.link_button(
        "Documentation of the API", f"{base}/docs", icon=":material/open_in_new:"
    )
    left, right = st.columns(2, gap="large")
    with left:
        rows = ask_rows(service)
    if rows is None:
        return
    with right:
        show_calls(address, rows, with_key=settings.api_key is not None)
    try_it(service, rows)


def ask_rows(service: Service) -> list[Any] | None:
    """Ask for the row to send, as JSON; None when it cannot be read."""
    version = service.version
    typical = json.dumps(example_record(version.schema), indent=2, ensure_ascii=False)
    text = st.text_area(
        "Row to send, as JSON",
        value=typical,
        height=280,
        key=f"row-{version.project}-{version.number}",
        help="A typical row of the training data. A list of rows works, too.",
    )
    try:
        return rows_of(parse_json(text.encode()), workspace().settings.max_request_rows)
    except RondoError as error:
        show_error(error)
        return None


def show_calls(address: str, rows: list[Any], *, with_key: bool) -> None:
    """Show the call for these rows in three languages."""
    shown = snippets(address, rows[0] if len(rows) == 1 else rows, with_key=with_key)
    for tab, snippet in zip(
        st.tabs([snippet.title for snippet in shown]), shown, strict=True
    ):
        with tab:
            # Without its language: the colours of words are too pale for WCAG AA.
            st.code(snippet.code, language=None, wrap_lines=True)


def try_it(service: Service, rows: list[Any]) -> None:
    """Ask the live version from the page; the answer is kept like any other."""
    key = f"tried-{service.version.project}-{service.version.number}"
    if st.button("Ask the live version", type="primary", icon=":material/send:"):
        try:
            answered = answer_call(service, workspace().log, rows, source="page")
            remember(key, answered.to_dict())
        except RondoError as error:
            forget(key)
            show_error(error)
    answer = recall(key)
    if answer is not None:
        st.markdown("The answer, as the API gives it; it is kept under its id:")
        st.json(answer)
