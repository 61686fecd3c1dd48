"""What every page shares in looks: header, charts, findings, errors, next step."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

import streamlit as st

from core.errors import RondoError
from core.findings import Finding, Severity
from core.plots import Chart
from pages.shared.navigation import switch_to

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&])")
_DIRECTION = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ICON = re.compile(r":(?=(material|streamlit)/)")

_LOOKS: dict[Severity, tuple[str, str, str]] = {
    "problem": ("Problem", "red", ":material/error:"),
    "warning": ("Warning", "orange", ":material/warning:"),
    "note": ("Note", "blue", ":material/info:"),
}


def md(value: object) -> str:
    r"""Return a name from outside as Markdown that shows it literally.

    Use it wherever Streamlit renders Markdown (texts, captions, alerts, labels,
    tabs, metrics, radio options), never in tables, select boxes or charts.

    Examples
    --------
    >>> md("a_b[1]")
    'a\\_b\\[1\\]'
    """
    plain = _DIRECTION.sub("", str(value)).replace("\r", " ").replace("\n", " ")
    plain = _ICON.sub(":\u2060", plain)  # a backslash alone does not stop an icon
    return _MARKDOWN.sub(r"\\\1", plain)


def header(title: str, lead: str = "") -> None:
    """Show the page's title and, in one sentence, what it is for."""
    st.title(title, anchor=False)
    if lead:
        st.caption(lead)


def show_chart(chart: Chart, key: str) -> None:
    """Show a chart with its text for screen readers and how to read it."""
    st.plotly_chart(
        chart.figure,
        key=key,
        alt=chart.alt,
        width="stretch",
        config={"displayModeBar": False, "responsive": True},
    )
    st.caption(chart.reading)


def show_findings(findings: Iterable[Finding], *, empty: str = "") -> None:
    """Show findings as cards, gravest first.

    Parameters
    ----------
    findings : iterable of Finding
    empty : str, default=""
        What to say when there are none.
    """
    ordered = sorted(findings, key=lambda finding: list(_LOOKS).index(finding.severity))
    if not ordered and empty:
        st.success(empty, icon=":material/check_circle:")
    for finding in ordered:
        with st.container(border=True):
            show_finding(finding)


def show_finding(finding: Finding) -> None:
    """Show the text of one finding, without a frame around it."""
    word, colour, icon = _LOOKS[finding.severity]
    st.markdown(
        f":{colour}-badge[{icon} {word}] **{md(finding.title)}** "
        f":gray[{md(finding.code)}]"
    )
    st.markdown(f"{md(finding.evidence)} {md(finding.advice)}")


@contextmanager
def stop_on_error() -> Iterator[None]:
    """Show a `RondoError` as a message with its next step, and end the page."""
    try:
        yield
    except RondoError as error:
        show_error(error)
        st.stop()


def show_error(error: RondoError) -> None:
    """Show what went wrong and what to do."""
    st.error(
        f"{md(error.message)}\n\n**Next step:** {md(error.hint)}",
        icon=":material/error:",
    )


def next_step(name: str, text: str) -> None:
    """Show where to go from here."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Next step.** {text}")
        if st.button(
            f"Go to {name.capitalize()}",
            type="primary",
            icon=":material/arrow_forward:",
            key=f"next-{name}",
        ):
            switch_to(name)


def point_to(name: str, text: str) -> NoReturn:
    """Say what is missing, offer the page that makes it, and end this one."""
    st.info(text, icon=":material/info:")
    if st.button(f"Go to {name.capitalize()}", type="primary", key=f"point-{name}"):
        switch_to(name)
    st.stop()


def facts(pairs: Sequence[tuple[str, object]]) -> None:
    """Show a few figures side by side; labels and values are escaped."""
    with st.container(horizontal=True):
        for label, value in pairs:
            st.metric(md(label), md(value))
