"""Choosing among the candidates: by need, in pairs, or by hand with a reason."""

from collections.abc import Sequence

import streamlit as st

from core.modeling import Better, Judged, Metric, Need, choose_by_need, is_better
from core.modeling import recommend as recommendation
from core.plots.choosing import draw_better
from core.workspace import Cycle, RunRecord
from pages.shared.frame import md, show_chart, stop_on_error
from pages.shared.state import workspace
from pages.shared.train_choice_words import NEEDS, reason_of, verdict_words

_ZONES = (0.0, 0.005, 0.01, 0.02, 0.05)


@st.cache_resource(max_entries=4, show_spinner=False)
def _judged(run_id: str, digest: str) -> Judged:
    del digest  # part of the key: another file is another entry
    return workspace().training.judged(run_id)


@st.cache_data(max_entries=50, show_spinner="Comparing the candidates")
def _needs(run_id: str, digest: str, _metric: Metric) -> tuple[Need, ...]:
    rows = workspace().training.get(run_id).leaderboard
    return choose_by_need(rows, _metric, _judged(run_id, digest))


@st.cache_data(max_entries=200, show_spinner="Comparing the two")
def _pair(
    run_id: str, digest: str, pair: tuple[str, str], zone: float, _metric: Metric
) -> Better:
    return is_better(_judged(run_id, digest), _metric, *pair, zone=zone)


def show_needs(cycle: Cycle, run: RunRecord, metric: Metric) -> None:
    """Show who serves which need, a recommendation, and a button to follow it."""
    if run.judged is None:
        return
    with stop_on_error():
        needs = _needs(run.id, run.judged, metric)
    if not needs:
        return
    st.header("Which one to take", anchor=False)
    st.markdown(f"**Recommendation.** {md(recommendation(needs, run.leaderboard))}")
    for need, column in zip(needs, st.columns(3, gap="medium"), strict=True):
        with column.container(border=True, height="stretch"):
            _show_need(cycle, run, need, needs)


def _show_need(cycle: Cycle, run: RunRecord, need: Need, needs: Sequence[Need]) -> None:
    st.markdown(f":gray[{NEEDS[need.kind]}]  \n**{md(need.candidate or 'None')}**")
    st.caption(md(need.why))
    if need.candidate is None:
        return
    if need.candidate == run.chosen:
        st.markdown(":green-badge[:material/check: chosen]")
        return
    first = next(other for other in needs if other.candidate == need.candidate)
    if first is need and st.button(
        "Choose this", icon=":material/check:", key=f"choose-{need.kind}"
    ):
        with stop_on_error():
            workspace().training.choose(cycle.id, need.candidate, reason_of(need))
        st.rerun()


def compare_two(run: RunRecord, metric: Metric) -> None:
    """Let the person pick two candidates and say how likely one is better."""
    names = [row["candidate"] for row in run.leaderboard if row["score"] is not None]
    if run.judged is None or len(names) < 2:
        return
    with st.expander(
        "Is A better than B?",
        icon=":material/balance:",
        on_change="rerun",
        key="better-open",
    ) as opened:
        if not opened.open:
            return
        left, middle, right = st.columns(3, gap="medium")
        first = left.selectbox("A", names, key="better-first")
        others = [name for name in names if name != first]
        family = run.row(first)["family"]
        other = next((n for n in others if run.row(n)["family"] != family), others[0])
        second = middle.selectbox(
            "B", others, index=others.index(other), key="better-second"
        )
        zone = right.selectbox(
            "A difference that does not matter",
            _ZONES,
            index=_ZONES.index(0.01),
            format_func=lambda share: (
                f"{share:g}" if metric.higher_is_better else f"{share:.1%} of the score"
            ),
            key="better-zone",
        )
        with stop_on_error():
            found = _pair(run.id, run.judged, (first, second), zone, metric)
        st.markdown(md(verdict_words(found, first, second, metric)))
        show_chart(draw_better(found, first, second), "better")


def choose_another(cycle: Cycle, run: RunRecord) -> None:
    """Let the person take another candidate, with the reason."""
    with st.expander("Choose another candidate", icon=":material/swap_horiz:"):
        st.caption(
            "The champion is the best on the validation rows. Another may suit better: "
            "faster, smaller, easier to explain. The reason is kept."
        )
        names = [row["candidate"] for row in run.leaderboard]
        names = [name for name in names if name in run.models]
        candidate = st.selectbox(
            "Candidate", names, index=names.index(run.chosen), key="candidate"
        )
        why = st.text_input("Reason", max_chars=300, key="why")
        if not st.button("Choose it", icon=":material/check:", key="choose"):
            return
        if candidate != run.champion and not why.strip():
            st.warning("Give the reason in a few words: it is asked for later.")
            return
        with stop_on_error():
            workspace().training.choose(cycle.id, candidate, why.strip())
        st.rerun()
