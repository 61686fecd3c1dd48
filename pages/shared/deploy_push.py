"""A version registered with a tracking server of MLflow, where one is named."""

import streamlit as st

from core.deployment import Pushed, tracking_server
from core.errors import DeploymentError
from pages.shared.frame import md, show_error, stop_on_error
from pages.shared.jobs import watch_job
from pages.shared.state import workspace


def show_push(project_id: str, number: int) -> None:
    """Offer to push a version, and show what came of it last."""
    try:
        server = tracking_server()
    except DeploymentError as error:
        show_error(error)
        return
    if server is None:
        st.caption(
            "Set `MLFLOW_TRACKING_URI` where Rondo is started, and a button here "
            "registers the version with that tracking server."
        )
        return
    last = workspace().bundles.last_push(project_id, number)
    if last is not None:
        done = watch_job(last.id, "Pushing")
        if done is None:
            return
        if done.state == "done" and done.result:
            _show_pushed(Pushed(**done.result))
    live = workspace().registry.champion(project_id) == number
    alias = " and moves its alias `champion` here" if live else ""
    st.caption(f"A push registers the model `{project_id}` with the server{alias}.")
    if st.button(f"Push to {md(server.host)}", icon=":material/upload:", key="push"):
        with stop_on_error():
            workspace().bundles.start_push(project_id, number)
        st.rerun()


def _show_pushed(pushed: Pushed) -> None:
    """Say where it is, and how it is loaded."""
    told = "The server had these files already" if pushed.was_there else "Registered"
    st.success(
        f"{told}: version {md(pushed.version)} of `{pushed.name}`, "
        f"[on the server]({pushed.address}).",
        icon=":material/cloud_done:",
    )
    st.code(
        f'import mlflow\n\nmodel = mlflow.pyfunc.load_model("{pushed.uri}")',
        language="python",
        wrap_lines=True,
    )
