"""Break a column with a slider: what the answers do, and which monitor would tell."""

import streamlit as st

from core.evaluation.stress import Change, Kind, kinds_for
from core.monitoring import Reference
from core.wording import percent, score_text, with_interval
from core.workspace import Cycle, EvaluationRecord, RunRecord
from core.workspace.stressing import Trial, try_change, usually_said
from pages.shared.evaluate_slices import judged_rows
from pages.shared.frame import facts, md, stop_on_error
from pages.shared.state import workspace

_TITLES: dict[Kind, str] = {
    "shift": "Shifted",
    "scale": "Scaled",
    "unit": "Another unit (times 1000)",
    "missing": "Values go missing",
    "swap": "Swapped with another column",
    "category": "A new category",
}


def show_stress(cycle: Cycle, run: RunRecord, found: EvaluationRecord) -> None:
    """Ask for a change, try it on a copy of the test rows, and show what came of it."""
    del run
    st.caption(
        "A copy of the test rows is broken as deliveries do break; nothing is changed "
        "for good. At most 2,000 rows are answered anew."
    )
    _try(cycle, found)


@st.fragment
def _try(cycle: Cycle, found: EvaluationRecord) -> None:
    """Follow the sliders; the rest of the page stays as it is."""
    with stop_on_error():
        change, trial = _tried(cycle, found)
    _show(trial)
    if trial.is_harmful and not trial.caught_by:
        sentence = f"No monitor tells when this happens: {_words(change)}."
        if st.button("Put it into the model card", key="keep-blind-spot"):
            workspace().scrutiny.keep_blind_spot(found, sentence)
            st.rerun()
    kept = workspace().scrutiny.blind_spots(found)
    if kept:
        st.markdown("**Blind spots that go into the model card**")
        st.markdown("\n".join(f"- {md(sentence)}" for sentence in kept))


def _tried(cycle: Cycle, found: EvaluationRecord) -> tuple[Change, Trial]:
    """Ask for a change and return what comes of it."""
    judged = judged_rows(cycle.id, found.id)
    schema = judged.glance.model.schema
    ranked = [item.column for item in found.champion.importance]
    names = [*ranked, *(name for name in schema.names if name not in ranked)]
    left, right = st.columns(2)
    column = left.selectbox("Column", names, key="stress-column")
    kinds = kinds_for(schema, column)
    kind = right.selectbox(
        "What happens to it", kinds, format_func=lambda k: _TITLES[k],
        key="stress-kind",
    )  # fmt: skip
    others = [c.name for c in schema if c.kind in ("number", "integer")]
    change = _ask(column, kind, [name for name in others if name != column])
    reference, usual = _known(cycle.id, found.id)
    return change, try_change(judged, change, reference, usual)


def _ask(column: str, kind: Kind, others: list[str]) -> Change:
    if kind == "shift":
        amount = st.slider("By how many standard deviations", -3.0, 3.0, 1.0, 0.1)
    elif kind == "scale":
        amount = st.slider("Times", 0.1, 5.0, 1.5, 0.1)
    elif kind in ("missing", "category"):
        amount = st.slider("Share of the rows, in %", 0, 100, 25, 5) / 100
    else:
        amount = 0.0
    other = ""
    if kind == "swap":
        other = st.selectbox("Swapped with", others, key="stress-other")
    return Change(kind, column, amount, other)


@st.cache_resource(max_entries=4, show_spinner="Summarising the training rows")
def _known(cycle_id: str, evaluation_id: str) -> tuple[Reference, frozenset[str]]:
    """Return the training rows in short, and what is said of unchanged test rows."""
    judged = judged_rows(cycle_id, evaluation_id)
    reference = workspace().scrutiny.reference(judged)
    return reference, usually_said(judged, reference)


def _show(trial: Trial) -> None:
    stressed = trial.stressed
    pairs: list[tuple[str, object]] = []
    if stressed.before is not None and stressed.after is not None:
        title, like = stressed.before.title, stressed.before.value
        pairs.append((f"{title} before", score_text(like)))
        pairs.append((f"{title} after", score_text(stressed.after.value, like=like)))
    if stressed.n_turned is not None:
        pairs.append(("Answers turned", percent(stressed.n_turned / stressed.n_rows)))
        pairs.append(("Probabilities off by", percent(stressed.moved)))
    else:
        pairs.append(("Answers off by", score_text(stressed.moved)))
    facts(pairs)
    if stressed.before is not None and stressed.after is not None:
        ends = (stressed.after.value, stressed.after.low, stressed.after.high)
        st.caption(
            f"After: {with_interval(*ends)} (95% interval), on "
            f"{stressed.n_rows:,} test rows."
        )
    if trial.caught_by:
        told = "\n".join(f"- {md(said)}" for said in trial.caught_by)
        st.success(f"Monitor would say:\n\n{told}", icon=":material/visibility:")
    elif trial.is_harmful:
        st.warning(
            "A blind spot: the answers change, and no monitor of the inputs says so. "
            "Only outcomes would tell.",
            icon=":material/visibility_off:",
        )
    else:
        st.info("No monitor says anything, and the answers hardly change.")


def _words(change: Change) -> str:
    """Return a change in words."""
    amount = {
        "shift": f" by {change.amount:+.1f} standard deviations",
        "scale": f" by {change.amount:.1f}",
        "missing": f" in {percent(change.amount, 0)} of the rows",
        "category": f" in {percent(change.amount, 0)} of the rows",
        "swap": f", {change.other}",
    }.get(change.kind, "")
    return f"{change.column}: {_TITLES[change.kind].lower()}{amount}"
