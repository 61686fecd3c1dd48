"""The saved versions of a project, side by side."""

import re
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.registry import VersionInfo
from core.wording import counted, with_interval
from pages.shared.frame import stop_on_error

_STATES = {
    "draft": "saved, never live",
    "approved": "approved",
    "live": "live",
    "retired": "was live",
}
_LIVE = "champion"


def measured(info: VersionInfo) -> str:
    """Return the headline metric with its interval, in words."""
    headline = info.summary.get("headline")
    if not headline or headline["value"] is None:
        return "not evaluated"
    figures = with_interval(headline["value"], headline["low"], headline["high"])
    return f"{headline['title']} {figures}"


def state_words(info: VersionInfo) -> str:
    """Return what a version is: live or not, and which other names point to it."""
    live = "live (champion)" if _LIVE in info.aliases else _STATES[info.state]
    return ", ".join([live, *(name for name in info.aliases if name != _LIVE)])


def versions_table(versions: Sequence[VersionInfo]) -> pd.DataFrame:
    """Return one row a version, newest first, as the page shows them."""
    return pd.DataFrame(
        {
            "Version": [info.number for info in versions],
            "State": [state_words(info) for info in versions],
            "Model": [info.summary["name"] for info in versions],
            "On test rows (95% interval)": [measured(info) for info in versions],
            "Note": [info.note for info in versions],
            "Saved (UTC)": [f"{info.created_at:%Y-%m-%d %H:%M}" for info in versions],
        }
    )


def show_versions(versions: Sequence[VersionInfo]) -> None:
    """Show the table of versions."""
    st.dataframe(
        versions_table(versions),
        hide_index=True,
        alt=f"{counted('saved version', len(versions))}, newest first.",
        column_config={"Version": st.column_config.NumberColumn(width="small")},
    )


def show_card(versions: Sequence[VersionInfo]) -> None:
    """Offer the model card of a version, to read and to take away."""
    with st.expander("Model card", icon=":material/description:", key="card-open"):
        numbers = {info.number: info for info in versions}
        number = st.selectbox("Version", list(numbers), key="card-version")
        with stop_on_error():
            path = numbers[number].directory / "card.md"
            card = path.read_text(encoding="utf-8") if path.is_file() else ""
        if not card:
            st.warning("The folder of this version is gone; it cannot go live.")
            return
        st.download_button(
            "Download the card", card, f"card-{number}.md", icon=":material/download:"
        )
        st.markdown(readable(card))


def readable(card: str) -> str:
    """Return a card without what only registries read, its headings made smaller.

    Examples
    --------
    >>> lines = ["---", "library_name: sklearn", "---", "# A card", "## Uses"]
    >>> readable(chr(10).join(lines)).split(chr(10))
    ['#### A card', '##### Uses']
    """
    text = card.split("\n---\n", 1)[-1] if card.startswith("---\n") else card
    return re.sub(r"^(#{1,3}) ", r"###\1 ", text, flags=re.MULTILINE)
