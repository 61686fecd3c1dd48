"""The evaluated model against any other version, on the same rows."""

import pandas as pd
import streamlit as st

from core.registry import VersionInfo
from core.wording import counted, percent, score_text, signed_text
from core.workspace import Cycle, EvaluationRecord
from core.workspace.opened import Against
from pages.shared.frame import md, stop_on_error
from pages.shared.state import workspace


def show_against(cycle: Cycle, found: EvaluationRecord) -> None:
    """Ask for a version and show every metric's difference with its interval."""
    versions = workspace().opened.others(cycle.id)
    if not versions:
        st.info(
            "There is no saved version to compare with yet. The baseline stands beside "
            "every metric in the report."
        )
        return
    names = {info.number: _name(info) for info in versions}
    number = st.selectbox(
        "Compare with", list(names), format_func=names.__getitem__, key="against"
    )
    with stop_on_error():
        against = _against(cycle.id, found.id, number)
    st.markdown(f"**{md(verdict_words(against, found.champion.metric))}**")
    st.dataframe(
        against_table(against),
        hide_index=True,
        height="content",
        alt="Metrics of this model and of the version, with paired differences",
        key="against-table",
    )
    st.caption(md(basis_words(against)))
    if against.absent:
        st.warning(
            f"Version {number} was trained on other columns: these rows lack "
            f"{md(', '.join(against.absent))}. They count as missing, which makes it "
            "look worse than it is.",
            icon=":material/warning:",
        )


@st.cache_resource(max_entries=32, show_spinner="Asking the version")
def _against(cycle_id: str, evaluation_id: str, number: int) -> Against:
    """Return a comparison; neither the evaluation nor a version ever changes."""
    del evaluation_id
    return workspace().opened.against(cycle_id, number)


def verdict_words(against: Against, metric: str) -> str:
    """Say in one sentence whether the evaluated model is better."""
    differences = against.comparison.differences
    first = differences.get(metric) or next(iter(differences.values()), None)
    if first is None:
        return "No metric is defined for both on these rows."
    if all(item.method == "the same answers" for item in differences.values()):
        return f"This model gives the same answers as version {against.number}."
    outcome = {
        "better": "This model is better than",
        "worse": "This model is worse than",
        "not proven": "It is not proven which is better, this model or",
    }[first.outcome]
    low, high = (signed_text(end, first.difference) for end in (first.low, first.high))
    return (
        f"{outcome} version {against.number}: {first.title} "
        f"{signed_text(first.difference)} ({low} to {high})."
    )


def against_table(against: Against) -> pd.DataFrame:
    """Return one row a metric: both values, the difference, the verdict."""
    rows = []
    for item in against.comparison.differences.values():
        like = max(abs(item.first), abs(item.second))
        ends = (item.low, item.high)
        size = max((item.difference, *ends), key=abs)
        low, high = (signed_text(end, size) for end in ends)
        rows.append(
            {
                "Metric": item.title,
                "This model": score_text(item.first, like),
                f"Version {against.number}": score_text(item.second, like),
                "Difference (95% interval)": f"{signed_text(item.difference, size)} "
                f"({low} to {high})",
                "Verdict": item.outcome,
            }
        )
    return pd.DataFrame(rows)


def basis_words(against: Against) -> str:
    """Say on which rows the comparison rests."""
    said = (
        f"On the same {counted('test row', against.comparison.n_rows)}; intervals are "
        f"{percent(against.comparison.confidence, 0)} and paired."
    )
    if against.n_learned:
        said += (
            f" {counted('test row', against.n_learned)} left out: the version has "
            "learned from equal ones."
        )
    if not against.is_known:
        said += (
            " Which rows the version has learned from is not known here; if these are "
            "among them, it looks better than it is."
        )
    return said


def _name(info: VersionInfo) -> str:
    return f"Version {info.number}, {info.created_at:%Y-%m-%d %H:%M} UTC" + (
        f": {info.note}" if info.note else ""
    )
