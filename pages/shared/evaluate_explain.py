"""The explanation: what the columns do to all answers, and to one test row's."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from core.evaluation.explaining import Effects, Explainer
from core.plots.contributions import draw_contributions
from core.plots.explanation import draw_dependence, draw_joint
from core.workspace import Cycle, EvaluationRecord, RunRecord
from core.workspace.explanations import explain_test_row
from pages.shared.evaluate_explain_words import (
    answer_name,
    basis_of,
    pairs_table,
    said_and_true,
    wish_for,
)
from pages.shared.frame import md, show_chart, stop_on_error
from pages.shared.jobs import watch_job
from pages.shared.state import workspace

_N_ANSWERS = 35_000
_QUICK_S = 3.0


@dataclass(frozen=True, eq=False)
class TestRows:
    """The opened test rows, and in which order to look at them."""

    explainer: Explainer
    rows: pd.DataFrame
    worst_first: np.ndarray


def show_explanation(cycle: Cycle, run: RunRecord, found: EvaluationRecord) -> None:
    """Show both parts of the explanation; only the open one is worked out."""
    columns, row = st.tabs(
        ["What the columns do", "One test row"], key="explain-part", on_change="rerun"
    )
    if columns.open:
        with columns, stop_on_error():
            effects = _effects(cycle, run)
            if effects is not None:
                show_effects(effects, found)
    if row.open:
        with row, stop_on_error():
            show_row(found, _test_rows(cycle.id, found.id))


def _effects(cycle: Cycle, run: RunRecord) -> Effects | None:
    """Return the effects; worked out here when that is quick, else as a job."""
    explanations = workspace().explanations
    known = explanations.effects(cycle.id)
    if known is not None:
        return known
    job = explanations.active(cycle.id)
    if job is not None:
        watch_job(job.id, "Working out the explanation")
        return None
    expected_s = _N_ANSWERS / 1_000 * (run.row(run.chosen)["rows_ms"] or 0.0) / 1_000
    if expected_s <= _QUICK_S:
        with st.spinner("Working out the explanation"):
            return explanations.work_out(cycle.id)
    st.markdown(
        f"Following the leading columns through this model takes about "
        f"{expected_s:,.0f} seconds. It is done once and kept."
    )
    if st.button("Work it out", type="primary", key="work-out-effects"):
        explanations.start(cycle.id)
        st.rerun()
    return None


def show_effects(effects: Effects, found: EvaluationRecord) -> None:
    """Show dependence column by column, then the pairs that interact."""
    answer = answer_name(found, effects.label)
    by_name = {item.column: item for item in effects.dependences}
    chosen = st.selectbox("Column", list(by_name), key="effect-column")
    show_chart(draw_dependence(by_name[chosen], answer), "dependence")
    if effects.interactions:
        st.subheader("Which columns act together", anchor=False)
        left, right = st.columns(2, gap="large")
        with left:
            st.dataframe(
                pairs_table(effects), hide_index=True, height="content",
                alt="Pairs of columns by the strength of their interaction",
                key="interactions",
            )  # fmt: skip
        with right:
            names = {f"{j.first} and {j.second}": j for j in effects.joint}
            if names:
                pair = st.selectbox("Pair", list(names), key="effect-pair")
                share = effects.label is not None
                show_chart(draw_joint(names[pair], answer, share=share), "joint")
    st.caption(basis_of(effects))


@st.cache_resource(max_entries=4, show_spinner="Reading the test rows")
def _test_rows(cycle_id: str, evaluation_id: str) -> TestRows:
    """Return what explains the rows of one evaluation; kept, since it never changes."""
    del evaluation_id
    explanations = workspace().explanations
    explainer, rows = explanations.explainer(cycle_id), explanations.rows(cycle_id)
    output, truth = explainer.model.output(rows), rows[explainer.model.target]
    if explainer.model.classes_ is None:
        missed = np.abs(output - truth.to_numpy(dtype=float, na_value=np.nan))
    else:
        known = pd.Index([str(label) for label in explainer.model.classes_.tolist()])
        codes = known.get_indexer(pd.Index(truth.astype(str)))
        missed = np.where(codes < 0, -1.0, 1 - output[np.arange(len(rows)), codes])
    order = np.argsort(-np.nan_to_num(missed, nan=-1.0), kind="stable")
    return TestRows(explainer, rows, order)


def show_row(found: EvaluationRecord, given: TestRows) -> None:
    """Show why one test row is answered as it is, and what would change it."""
    left, right = st.columns(2)
    by = left.selectbox(
        "Order", ["Largest mistakes first", "As in the test set"], key="row-order"
    )
    place = right.number_input(
        f"Row, 1 to {len(given.rows):,}", 1, len(given.rows), 1, key="row-place"
    )
    position = int(place) - 1
    if by == "Largest mistakes first":
        position = int(given.worst_first[position])
    row = given.rows.iloc[[position]].reset_index(drop=True)
    wish = wish_for(given.explainer.model, row)
    reasons, search = explain_test_row(given.explainer, row, wish)
    st.markdown(md(said_and_true(given.explainer.model, row)))
    st.markdown(md(reasons.sentence))
    show_chart(draw_contributions(reasons), "row-contributions")
    if search is None:
        return
    target = found.champion.target
    if search.found:
        told = "\n".join(f"- {md(one.words)}" for one in search.found)
        st.markdown(f"It would be **{md(target)} {md(wish)}** with any one of these:")
        st.markdown(told)
    elif not search.reached:
        st.caption(f"No change of up to four columns makes it {md(target)} {md(wish)}.")
