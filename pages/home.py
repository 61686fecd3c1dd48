"""Home: the wheel of the open project, the next best action, and all projects."""

from collections.abc import Sequence

import streamlit as st

from core.data import SAMPLES
from core.plots.home import MOST_RINGS, draw_wheel
from core.workspace import Project, StageStatus, start_sample
from pages.shared import frame, navigation, state
from pages.shared.home_lineage import other_cycles, show_lineage
from pages.shared.jobs import watch_job

ACTIONS = {
    "explore": ("explore", "Bring your table in, look at it and split it."),
    "train": ("train", "Train models on the training rows."),
    "evaluate": ("evaluate", "Measure the champion on rows it never saw."),
    "deploy": ("deploy", "Save a version and let it answer."),
    "predict": ("predict", "Ask the live model, or score a file."),
    "monitor": ("monitor", "Bring outcomes in and see how right the model is."),
    "retrain": ("monitor", "Start the next cycle with what was captured."),
}
SIGNS = {
    "done": ":green-badge[:material/check: done]",
    "next": ":blue-badge[:material/arrow_forward: next]",
    "stale": ":orange-badge[:material/history: stale]",
    "blocked": ":gray-badge[:material/schedule: later]",
}


def show_wheel() -> None:
    """Show where the open project stands and what to do next."""
    cycle = state.require_cycle()
    statuses = state.workspace().status.of(cycle.id)
    left, right = st.columns([3, 2], gap="large", vertical_alignment="center")
    with left:
        others = other_cycles(cycle, MOST_RINGS)
        frame.show_chart(draw_wheel(statuses, cycle.number, others), key="wheel")
    with right:
        show_next(statuses)
        for status in statuses:
            st.markdown(
                f"{SIGNS[status.state]} **{status.stage.capitalize()}** "
                f":gray[{frame.md(status.detail)}]"
            )


def show_next(statuses: tuple[StageStatus, ...]) -> None:
    """Offer the one button that leads on."""
    waiting = [s for s in statuses if s.state != "done"]
    if not waiting:
        st.success("This cycle is complete. The newest one is in the sidebar.")
        return
    target, words = ACTIONS[waiting[0].stage]
    st.markdown(f"**Next:** {words}")
    label = navigation.INFO[target].title
    if st.button(f"Go to {label}", type="primary", icon=":material/arrow_forward:"):
        if waiting[0].stage == "retrain":
            state.open_part("monitor-part", "Next cycle")
        navigation.switch_to(target)


def create_project() -> None:
    """Ask for a name and make a project of it."""
    with st.form("create", border=False):
        name = st.text_input(
            "What do you want to predict?",
            placeholder="For example: which customers will leave",
            max_chars=120,
        )
        if st.form_submit_button("Create project", icon=":material/add:"):
            with frame.stop_on_error():
                created = state.workspace().projects.create(name)
            state.go_to(created.id)
            navigation.switch_to("explore")


def try_sample() -> None:
    """Build a finished example from sample data, in a job."""
    under_way = state.workspace().jobs.active("sample")
    job_id = state.recall("sample_job") or (under_way[0].id if under_way else None)
    if job_id is not None:
        done = watch_job(job_id, "Building the example")
        if done is None:
            return
        state.forget("sample_job")
        if done.state == "done":
            state.go_to(done.project_id)
            st.rerun()
    sample = st.selectbox(
        "Sample", list(SAMPLES), format_func=lambda name: SAMPLES[name].title
    )
    st.caption(SAMPLES[sample].about)
    if st.button("Try it with sample data", icon=":material/play_arrow:"):
        with frame.stop_on_error():
            state.remember("sample_job", start_sample(state.workspace(), sample))
        st.rerun()


def begin_another() -> None:
    """Offer the two ways to begin, side by side."""
    one, two = st.columns(2, gap="large")
    with one, st.container(border=True):
        st.header("A project of your own", anchor=False)
        create_project()
    with two, st.container(border=True):
        st.header("A finished example", anchor=False)
        try_sample()


def list_projects(projects: Sequence[Project]) -> None:
    """Offer the projects that are there."""
    for project in projects[:20]:
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button(
                "Open", key=f"open-{project.id}", help=f"Open {frame.md(project.name)}"
            ):
                state.go_to(project.id)
                st.rerun()
            st.markdown(
                f"**{frame.md(project.name)}** :gray[{project.created_at:%d %b %Y}]"
            )


opened = state.project()
projects = state.workspace().projects.list()
others = [each for each in projects if opened is None or each.id != opened.id]
if opened is None:
    frame.header(
        "Take a table round the whole workflow",
        "Explore, train, evaluate, deploy, predict, monitor, retrain: on this "
        "machine, offline. Nothing you do is lost, and no number comes without "
        "its ground.",
    )
    begin_another()
    if others:
        st.header("Projects", anchor=False)
        list_projects(others)
else:
    frame.header(frame.md(opened.name))
    show_wheel()
    show_lineage(opened.id)
    under_way = bool(state.workspace().jobs.active("sample"))
    with st.expander("Another project", expanded=under_way, icon=":material/add:"):
        list_projects(others)
        begin_another()
