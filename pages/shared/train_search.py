"""How the search went: over time, which settings mattered, who overfits."""

import streamlit as st

from core.modeling import FamilySettings, Metric, setting_importance
from core.modeling.importance import FEWEST
from core.plots.choosing import draw_gap, draw_settings
from core.plots.training import draw_search
from core.wording import counted
from core.workspace import RunRecord
from pages.shared.frame import show_chart
from pages.shared.state import workspace
from pages.shared.train_words import family_title

_HARDLY = 0.1


@st.cache_data(max_entries=20, show_spinner="Asking which settings mattered")
def _settings(
    run_id: str, digest: str | None, _metric: Metric
) -> tuple[FamilySettings, ...]:
    del digest  # part of the key: another run of this name is another entry
    return setting_importance(workspace().training.get(run_id).entries, _metric)


def show_search(run: RunRecord, metric: Metric) -> None:
    """Show the search in three views; only the open one is computed."""
    with st.expander(
        "How the search went",
        icon=":material/timeline:",
        on_change="rerun",
        key="search-open",
    ) as opened:
        if not opened.open:
            return
        views = st.tabs(
            ["Over time", "Settings that mattered", "Training against validation"],
            on_change="rerun",
            key="search-view",
        )
        if views[0].open:
            with views[0]:
                show_chart(draw_search(run.leaderboard, metric), "search")
        if views[1].open:
            with views[1]:
                _show_settings(run, metric)
        if views[2].open:
            with views[2]:
                show_chart(draw_gap(run.leaderboard, metric), "gap")


def _show_settings(run: RunRecord, metric: Metric) -> None:
    if not run.entries:
        st.caption("This run is older than the record of settings. Train again.")
        return
    found = _settings(run.id, run.judged, metric)
    if not found:
        st.caption("No family was tried with more than one setting.")
    for item in found:
        title = family_title(item.family)
        st.markdown(f"**{title}**, {counted('candidate', item.n_candidates)}")
        if not item.settings:
            st.caption(
                f"Too few candidates to tell settings apart: at least {FEWEST} are "
                "needed. More time gives more."
            )
            continue
        if len(item.settings) == 1:
            st.caption(f"{item.settings[0].name} is the only setting that differs.")
            continue
        if item.explained is not None and item.explained < _HARDLY:
            st.caption(
                "The settings hardly explain the scores: differences are mostly noise, "
                "or all settings do equally well."
            )
            continue
        show_chart(draw_settings(item, title), f"settings-{item.family}")
