"""A finished run: the champion in words, charts, the leaderboard, another choice."""

import streamlit as st

from core.findings import Finding
from core.modeling import METRICS, Metric
from core.plots.training import draw_intervals, draw_search, draw_speed
from core.workspace import Cycle, RunRecord, SplitRecord
from pages.shared.frame import md, show_chart, show_findings, stop_on_error
from pages.shared.state import workspace
from pages.shared.train_words import duration, sentence, simpler_choice, table


def show_result(run: RunRecord, split: SplitRecord) -> None:
    """Show what a run found."""
    metric = METRICS[run.summary["metric"]]
    where = f"{split.n_validation:,} validation rows"
    baseline, chosen = run.row(run.baseline), run.row(run.chosen)
    with st.container(border=True):
        word = "Champion" if run.chosen == run.champion else "Your choice"
        st.markdown(f"**{word}:** {md(sentence(chosen, metric, where, baseline))}.")
        st.caption(md(_circumstances(run, metric, where)))
    findings = [Finding.from_dict(values) for values in run.findings]
    show_findings(found for found in findings if found.severity != "note")
    left, right = st.columns(2, gap="large")
    with left:
        show_chart(draw_intervals(run.leaderboard, metric, run.chosen), "intervals")
    with right:
        show_chart(draw_speed(run.leaderboard, metric, run.chosen), "speed")
    show_leaderboard(run, metric)
    show_findings(found for found in findings if found.severity == "note")


def _circumstances(run: RunRecord, metric: Metric, where: str) -> str:
    parts = []
    if run.chosen != run.champion:
        best = sentence(run.row(run.champion), metric, where, None)
        parts.append(f"The champion is {best}. Reason of the choice: {run.why}")
    faster = simpler_choice(run.leaderboard, metric)
    if faster is not None and faster["candidate"] != run.chosen:
        times = run.row(run.champion)["row_ms"] / faster["row_ms"]
        parts.append(
            f"{faster['candidate']} is within the noise of the champion and answers "
            f"{times:.0f} times faster."
        )
    stopped = ", stopped by you" if run.summary["stopped"] else ""
    models = f"{len(run.models)} models" if len(run.models) > 1 else "One model"
    parts.append(f"{models} in {duration(run.summary['elapsed_s'])}{stopped}.")
    return " ".join(parts)


def show_leaderboard(run: RunRecord, metric: Metric) -> None:
    """Show every candidate, and how the search went."""
    number = st.column_config.NumberColumn
    st.header("Leaderboard", anchor=False)
    st.dataframe(
        table(run.leaderboard),
        hide_index=True,
        column_config={
            "Candidate": st.column_config.TextColumn(pinned=True),
            "Score": number(metric.title, format="%.4g"),
            "On training rows": number(
                format="%.4g", help="Far better here than in the score: overfitting."
            ),
            "Fit (s)": number(format="%.1f"),
            "One row (ms)": number(format="%.1f"),
            "1,000 rows (ms)": number(format="%.0f"),
            "Size (MB)": number(format="%.2f"),
        },
        alt="All candidates of the run, best first",
        key="leaderboard",
    )
    with st.expander("How the search went", icon=":material/timeline:"):
        show_chart(draw_search(run.leaderboard, metric), "search")


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
