"""What is wrong with the table: a card for each finding, with its fix."""

import hashlib

import streamlit as st

from core.data import Cohort, Profile, Recipe, Step, fix_step, recipe_from
from core.findings import Finding
from core.workspace import Cycle, Dataset
from pages.shared.explore_effect import show_effect
from pages.shared.explore_facts import profile_of
from pages.shared.explore_judged import (
    EFFECT,
    ROWS,
    ask_look,
    ask_reason,
    key_of,
    show_cohort_findings,
    show_examples,
    show_ignored,
    show_unusual,
)
from pages.shared.frame import md, show_finding, stop_on_error
from pages.shared.state import workspace

_N_SHOWN = 12


def show_what_was_found(cycle: Cycle, dataset: Dataset, cohort: Cohort | None) -> None:
    """Show the findings, gravest first; each fix is a step of the recipe."""
    report = profile_of(dataset, cycle.target, cycle.task, cohort)
    if cohort is not None:
        show_cohort_findings(dataset, report, cohort)
        return
    recipe = workspace().data.recipe(cycle.id)
    if not report.findings:
        st.success(
            "No repeated rows, no leaks, nothing constant, nothing far out.",
            icon=":material/check_circle:",
        )
        show_unusual(dataset, report)
        return
    _offer_all(cycle, report, recipe)
    reasons = workspace().cycles.ignored_findings(cycle.id)
    open_ones = [f for f in report.findings if key_of(f) not in reasons]
    for position, finding in enumerate(open_ones[:_N_SHOWN]):
        _show_card(cycle, dataset, report, recipe, position, finding)
    if len(open_ones) > _N_SHOWN:
        with st.expander(f"{len(open_ones) - _N_SHOWN} more"):
            for position, finding in enumerate(open_ones[_N_SHOWN:], start=_N_SHOWN):
                _show_card(cycle, dataset, report, recipe, position, finding)
    show_ignored(cycle, report, reasons)
    show_unusual(dataset, report)


def _offer_all(cycle: Cycle, report: Profile, recipe: Recipe) -> None:
    """Offer the fixes that need no judgement, when none was taken yet."""
    counts = [
        f"{n} {word}{'' if n == 1 else 's'}"
        for word in ("problem", "warning", "note")
        if (n := sum(f.severity == word for f in report.findings))
    ]
    certain = recipe_from(report)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{', '.join(counts)}** in {report.n_rows:,} rows.")
        if certain.steps and not recipe.steps:
            n_steps = len(certain.steps)
            if st.button(
                f"Take the {n_steps} steps that need no judgement"
                if n_steps > 1
                else "Take the step that needs no judgement",
                icon=":material/auto_fix_high:",
                help="They are listed under Clean and can be undone one by one.",
            ):
                _save(cycle, certain)


def _show_card(
    cycle: Cycle,
    dataset: Dataset,
    report: Profile,
    recipe: Recipe,
    position: int,
    finding: Finding,
) -> None:
    step = fix_step(finding, report)
    with st.container(border=True):
        text, action = st.columns([5, 1], vertical_alignment="center")
        with text:
            show_finding(finding)
        taken = is_taken(step, finding, recipe)
        open_fix = step is not None and not taken and not _hits_target(step, cycle)
        look = ask_look(finding, fix=open_fix)
        if look == ROWS:
            show_examples(dataset, report, finding)
        elif look == EFFECT and step is not None:
            show_effect(dataset, report, recipe, step)
        with action:
            if taken:
                st.badge("In the recipe", icon=":material/check:", color="green")
                return
            if step is None:
                st.caption("Yours to judge")
            elif _hits_target(step, cycle):
                st.caption("It is the target")
            elif st.button(
                "Fix", key=f"fix-{position}-{_mark(step)}",
                help=md(step.sentence[:300]), icon=":material/build:",
            ):  # fmt: skip
                _save(cycle, recipe.with_step(step))
            ask_reason(cycle, finding)


def is_taken(step: Step | None, finding: Finding, recipe: Recipe) -> bool:
    """Say whether a recipe has a finding's step, or drops the columns concerned.

    Examples
    --------
    >>> recipe = Recipe((Step("drop_columns", ("a", "b")),))
    >>> is_taken(None, Finding("DATA-005", "note", "", "", "", ("a",)), recipe)
    True
    >>> repeated = Finding("DATA-002", "problem", "", "", "")
    >>> is_taken(Step("drop_duplicates"), repeated, recipe)
    False
    """
    dropped = {
        name for s in recipe.steps if s.kind == "drop_columns" for name in s.columns
    }
    gone = bool(finding.columns) and set(finding.columns) <= dropped
    return gone or step in recipe.steps


def _mark(step: Step) -> str:
    """Return what tells a step's button from another's in the same place."""
    return hashlib.sha256(step.sentence.encode()).hexdigest()[:12]


def _hits_target(step: Step, cycle: Cycle) -> bool:
    return step.kind == "drop_columns" and cycle.target in step.columns


def _save(cycle: Cycle, recipe: Recipe) -> None:
    with stop_on_error():
        workspace().cycles.save_recipe(cycle.id, recipe)
    st.rerun()
