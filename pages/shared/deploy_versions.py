"""The saved versions of a project, side by side."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.registry import VersionInfo
from pages.shared.frame import stop_on_error

_STATES = {
    "draft": "saved, never live",
    "approved": "approved",
    "live": "live",
    "retired": "was live",
}


def measured(info: VersionInfo) -> str:
    """Return the headline metric with its interval, in words."""
    headline = info.summary.get("headline")
    if not headline or headline["value"] is None:
        return "not evaluated"
    value = f"{headline['title']} {figure(headline['value'])}"
    if headline["low"] is None or headline["high"] is None:
        return value
    return f"{value} ({figure(headline['low'])} to {figure(headline['high'])})"


def figure(value: float) -> str:
    """Return a figure with three decimals, or four digits when it is large.

    Examples
    --------
    >>> figure(0.5), figure(12345.6)
    ('0.500', '12,346')
    """
    return f"{value:.3f}" if abs(value) < 100 else f"{value:,.0f}"


def versions_table(versions: Sequence[VersionInfo]) -> pd.DataFrame:
    """Return one row a version, newest first, as the page shows them."""
    return pd.DataFrame(
        {
            "Version": [info.number for info in versions],
            "State": [_STATES[info.state] for info in versions],
            "Role": [", ".join(info.aliases) for info in versions],
            "Model": [info.summary["name"] for info in versions],
            "On held-out rows (95 % interval)": [measured(info) for info in versions],
            "Note": [info.note for info in versions],
            "Saved (UTC)": [f"{info.created_at:%Y-%m-%d %H:%M}" for info in versions],
        }
    )


def show_versions(versions: Sequence[VersionInfo]) -> None:
    """Show the table of versions."""
    st.dataframe(
        versions_table(versions),
        hide_index=True,
        alt=f"{len(versions)} saved versions, newest first.",
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
        st.markdown(card.replace("# ", "#### ", 1).replace("\n## ", "\n##### "))
