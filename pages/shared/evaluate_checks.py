"""Whether the numbers of an evaluation can be believed: every check, what it saw."""

from collections.abc import Sequence

import streamlit as st

from core.evaluation.checking import CheckResult
from core.wording import counted
from core.workspace import Cycle, EvaluationRecord, RunRecord
from pages.shared.evaluate_slices import judged_rows
from pages.shared.frame import md, show_finding, stop_on_error
from pages.shared.state import workspace

_ICONS = {
    "passed": ":green[:material/check_circle:]",
    "does not apply": ":gray[:material/do_not_disturb_on:]",
}


def show_checks(cycle: Cycle, run: RunRecord, found: EvaluationRecord) -> None:
    """Show what was found first, then what passed, then what does not apply."""
    del run
    with stop_on_error():
        known = workspace().scrutiny.learning(found) is not None
        cohorts = workspace().cohorts.list(cycle.project_id)
        rules = tuple(f"{c.name} {c.content_hash}" for c in cohorts)
        results = _results(cycle.id, found.id, known, rules)
    st.markdown(f"**{summary(results)}**")
    for result in results:
        if result.finding is not None:
            with st.container(border=True):
                st.caption(md(result.question))
                show_finding(result.finding)
    for state, icon in _ICONS.items():
        for result in results:
            if result.state == state:
                st.markdown(
                    f"{icon} **{md(result.question)}** {md(_sentence(result.said))} "
                    f":gray[{md(result.code)}]"
                )


@st.cache_data(max_entries=8, show_spinner="Checking")
def _results(
    cycle_id: str, evaluation_id: str, with_curve: bool, rules: tuple[str, ...]
) -> tuple[CheckResult, ...]:
    """Return what the checks come to; anew once a curve or a cohort is there."""
    del with_curve, rules
    return workspace().scrutiny.checks(judged_rows(cycle_id, evaluation_id))


def _sentence(said: str) -> str:
    return said[:1].upper() + said[1:]


def summary(results: Sequence[CheckResult]) -> str:
    """Say how many checks came to what.

    Examples
    --------
    >>> summary([CheckResult("EVAL-001", "Better?", "passed", "Yes.")])
    '1 check: nothing found, 1 passed, 0 do not apply.'
    """
    states = [result.state for result in results]
    n_found = states.count("found")
    found = f"{n_found} found something" if n_found else "nothing found"
    passed, not_applied = states.count("passed"), states.count("does not apply")
    return (
        f"{counted('check', len(states))}: {found}, {passed} passed, {not_applied} do "
        "not apply."
    )
