"""The form of what is kept of a project's answers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import streamlit as st

from core.errors import RondoError
from core.registry import VersionInfo
from core.serving.policy import LEAST_KEY, CapturePolicy
from pages.shared.state import workspace

Mode = Literal["synchronous", "queued", "sampled"]
MODES: Final[Mapping[Mode, str]] = {
    "synchronous": "Before the answer is given",
    "queued": "Just after it",
    "sampled": "A share of them",
}
ABOUT: Final[Mapping[Mode, str]] = {
    "synchronous": "No answer is given that is not on disk: none is lost when a server "
    "is killed.",
    "queued": "Calls wait for no disk; answers are stored within half a second. What a "
    "killed server had not stored yet is counted and reported here and on Monitor.",
    "sampled": "Chance decides which calls are kept, before they are answered. The "
    "others have no receipt, take no outcome, and Monitor does not see them.",
}


def mode_of(policy: CapturePolicy) -> Mode:
    """Return under which of the three ways a policy falls."""
    if policy.is_queued:
        return "queued"
    return "sampled" if policy.share < 1 else "synchronous"


def columns_of(
    project_id: str, versions: Sequence[VersionInfo], policy: CapturePolicy
) -> list[str]:
    """Return the columns that answers are asked with, and those masked before."""
    registry = workspace().registry
    number = registry.champion(project_id) or versions[0].number
    try:
        names = registry.load(project_id, number).schema.names
    except RondoError:  # told where versions are chosen
        names = ()
    return list(dict.fromkeys([*names, *sorted(policy.drop | policy.hashed)]))


def ask_policy(
    policy: CapturePolicy, mode: Mode, columns: Sequence[str]
) -> dict[str, Any]:
    """Ask for all that a mode leaves open; return the fields of a `CapturePolicy`."""
    share = 1.0
    if mode != "synchronous":
        usual = 10 if mode == "sampled" and policy.share == 1 else policy.share * 100
        share = st.slider("Share that is kept, in %", 1, 100, round(usual)) / 100
    left, right = st.columns(2)
    drop = left.multiselect("Columns to leave out", columns, sorted(policy.drop))
    hashed = right.multiselect(
        "Columns of which only a hash is kept",
        columns,
        sorted(policy.hashed),
        help="Equal values stay equal. Needs RONDO_CAPTURE_KEY, a secret of "
        f"{LEAST_KEY} characters or more.",
    )
    days = left.number_input(
        "Days that answers are kept",
        min_value=1,
        value=policy.days,
        placeholder="for ever",
        help="Older ones go with their outcomes, also those captured before this "
        "change. Summaries of windows stay.",
    )
    most_mb = right.number_input(
        "Pause while the database is above, in MB",
        min_value=1,
        value=policy.most_mb,
        placeholder="no limit",
        help="The size of the whole SQLite database counts.",
    )
    return {
        "is_queued": mode == "queued",
        "share": share,
        "drop": frozenset(drop),
        "hashed": frozenset(hashed) - frozenset(drop),
        "days": days,
        "most_mb": most_mb,
    }
