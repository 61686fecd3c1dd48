"""What the sets of a split hold, whether they can be trusted, and what mends them."""

import streamlit as st

from core.data import SplitDiagnosis
from core.data.split_fixes import SplitFix, fix_split
from core.findings import Finding
from core.plots.split import draw_split
from core.wording import counted, percent
from core.workspace import Cycle, Dataset, SplitRecord
from pages.shared.explore_dividing import diagnosis_of, divide
from pages.shared.frame import md, show_chart, show_finding, stop_on_error
from pages.shared.state import workspace

TITLES = {
    "stratified": "At random, same mix",
    "random": "At random",
    "time": "By time",
    "group": "By group",
    "time and group": "By time and group",
    "column": "By a column of its own",
}
_SETS = {
    "train": "Models learn from it",
    "validation": "The best model is chosen on it",
    "test": "Sealed: the champion is judged on it, once",
}
_ORDER = ("problem", "warning", "note")


def show_sets(cycle: Cycle, dataset: Dataset, made: SplitRecord) -> None:
    """Show the sets of a split side by side, and what is wrong with them."""
    report = diagnosis_of(cycle, made)
    shown = [item for item in report.sets if item.n_rows]
    for item, place in zip(shown, st.columns(len(shown)), strict=True):
        with place, st.container(border=True, height="stretch"):
            st.metric(item.name.capitalize(), f"{item.n_rows:,} rows")
            about = _SETS[item.name]
            if item.name == "train" and made.in_folds:
                about = "Models learn from it and are chosen in folds of it"
            st.caption(_about(about, item.share, item.earliest, item.latest))
    how = TITLES[made.strategy].lower()
    by = f", column {md(made.column)}" if made.column else ""
    by += f", groups {md(made.group)}" if made.group else ""
    st.caption(f"Divided {how}{by}, seed {made.random_state}.{_said(report)}")
    _show_findings(cycle, dataset, made, report)
    _show_mix(report, cycle)


def _show_findings(
    cycle: Cycle, dataset: Dataset, made: SplitRecord, report: SplitDiagnosis
) -> None:
    """Show what is wrong, gravest first, each with the button that mends it."""
    if not report.findings:
        st.success(
            "The sets are alike, and share no row.", icon=":material/check_circle:"
        )
    if not report.sound:
        n_problems = sum(item.severity == "problem" for item in report.findings)
        st.error(
            f"{counted('problem', n_problems).capitalize()} below: scores on these "
            "sets would promise too much. Next step: mend it as its card says.",
            icon=":material/block:",
            title="This split cannot be trusted",
        )
    ordered = sorted(report.findings, key=lambda item: _ORDER.index(item.severity))
    for position, finding in enumerate(ordered):
        fix = fix_split(finding, made.strategy, made.column, made.group)  # type: ignore[arg-type]
        with st.container(border=True):
            show_finding(finding)
            if fix is not None:
                _offer(cycle, dataset, made, finding, fix, position)


def _offer(
    cycle: Cycle,
    dataset: Dataset,
    made: SplitRecord,
    finding: Finding,
    fix: SplitFix,
    position: int,
) -> None:
    recipe = workspace().data.recipe(cycle.id)
    if fix.step is not None and fix.step in recipe.steps:
        st.caption("Such rows differ in the target alone: yours to judge.")
        return
    if not st.button(
        fix.title,
        icon=":material/build:",
        key=f"mend-{position}-{finding.code}-{made.id}",
        help="Splits again; what was trained on the present sets becomes stale.",
    ):
        return
    if fix.step is not None:
        with stop_on_error():
            workspace().cycles.save_recipe(cycle.id, recipe.with_step(fix.step))
    request = {
        "strategy": fix.strategy,
        "fractions": made.fractions,
        "random_state": made.random_state,
        "column": fix.column,
        "group": fix.group,
    }
    divide(cycle, dataset, request)


def _said(report: SplitDiagnosis) -> str:
    """Say how well a quick model tells train from test."""
    found = report.apart
    if found is None:
        return ""
    return (
        f" A quick model tells train from test rows with AUC {found.score:.2f} "
        f"({found.low:.2f} to {found.high:.2f}); near 0.5 is good."
    )


def _about(text: str, share: float, earliest: str | None, latest: str | None) -> str:
    text = f"{percent(share, 0)}. {text}."
    return f"{text} {earliest[:10]} to {latest[:10]}." if earliest and latest else text


def _show_mix(report: SplitDiagnosis, cycle: Cycle) -> None:
    mix = report.sets[0].target_mix
    if "sd" in mix and "mean" in mix and cycle.task == "regression":
        table = report.frame()
        st.dataframe(table, hide_index=True, alt="Mean and spread of the target.")
    elif mix:
        chart = draw_split(report, cycle.target or "")
        show_chart(chart, key="explore-split-mix")
