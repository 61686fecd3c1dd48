"""A finished run: the champion in words, charts, the leaderboard, another choice."""

import streamlit as st

from core.findings import Finding
from core.modeling import METRICS, Metric
from core.plots.training import draw_intervals, draw_speed
from core.wording import counted, decimals_of_score
from core.workspace import Cycle, RunRecord, SplitRecord
from pages.shared.frame import md, show_chart, show_findings
from pages.shared.train_choice import choose_another, compare_two, show_needs
from pages.shared.train_export import show_export
from pages.shared.train_search import show_search
from pages.shared.train_words import duration, judged_on, notes, sentence, table


def show_result(cycle: Cycle, run: RunRecord, split: SplitRecord) -> None:
    """Show what a run found, and let the person choose."""
    options = run.summary.get("metric_options")
    metric = METRICS[run.summary["metric"]].with_options(options)
    where = judged_on(run, split)
    baseline, chosen = run.row(run.baseline), run.row(run.chosen)
    with st.container(border=True):
        word = "Champion" if run.chosen == run.champion else "Your choice"
        st.markdown(f"**{word}:** {md(sentence(chosen, metric, where, baseline))}.")
        st.caption(md(_circumstances(run, metric, where)))
    findings = [Finding.from_dict(values) for values in run.findings]
    show_findings(found for found in findings if found.severity != "note")
    show_needs(cycle, run, metric)
    left, right = st.columns(2, gap="large")
    with left:
        show_chart(draw_intervals(run.leaderboard, metric, run.chosen), "intervals")
    with right:
        show_chart(draw_speed(run.leaderboard, metric, run.chosen), "speed")
    show_leaderboard(run, metric)
    compare_two(run, metric)
    show_search(run, metric)
    choose_another(cycle, run)
    show_export(cycle, run, split)
    show_findings(found for found in findings if found.severity == "note")


def _circumstances(run: RunRecord, metric: Metric, where: str) -> str:
    parts = []
    if run.chosen != run.champion:
        best = sentence(run.row(run.champion), metric, where, None)
        parts.append(f"The champion is {best}.")
    if run.why:
        parts.append(f"Reason of the choice: {run.why.rstrip('.')}.")
    stopped = ", stopped by you" if run.summary["stopped"] else ""
    parts.append(
        f"{counted('model', len(run.models))} in {duration(run.summary['elapsed_s'])} "
        f"of a budget of {duration(run.plan.budget_s)}{stopped}. In brackets: the 95% "
        "interval."
    )
    return " ".join(parts)


def show_leaderboard(run: RunRecord, metric: Metric) -> None:
    """Show every candidate."""
    number, words = st.column_config.NumberColumn, st.column_config.TextColumn
    decimals = decimals_of_score(run.row(run.champion)["score"])
    st.header("Leaderboard", anchor=False)
    st.dataframe(
        table(run.leaderboard),
        hide_index=True,
        column_config={
            "Candidate": words(pinned=True),
            "Score": number(metric.title, format=f"%.{decimals}f"),
            "On training rows": words(
                alignment="right",
                help="Far better here than in the score: overfitting.",
            ),
            "Fit (s)": words(alignment="right"),
            "One row (ms)": number(format="%.3f"),
            "1,000 rows (ms)": number(format="%.1f"),
            "Size (MB)": number(format="%.2f"),
        },
        placeholder="-",
        alt="All candidates of the run, best first",
        key="leaderboard",
    )
    said = notes(run.leaderboard)
    if said:
        with st.expander("Notes on the candidates", icon=":material/notes:"):
            for candidate, note in said:
                st.markdown(f"**{md(candidate)}:** {md(note)}")
