"""Deploy: which version answers, where it is asked, and who decided that."""

import streamlit as st

from pages.shared.deploy_api import show_api
from pages.shared.deploy_bundles import show_bundles
from pages.shared.deploy_capture import show_capture
from pages.shared.deploy_champion import ask_champion, offer_roll_back, show_live
from pages.shared.deploy_history import show_history
from pages.shared.deploy_keys import show_keys
from pages.shared.deploy_plan import show_plan
from pages.shared.deploy_route import show_route
from pages.shared.deploy_versions import show_card, show_versions
from pages.shared.frame import header, next_step, point_to
from pages.shared.state import require_project, workspace

header("Deploy", "Decide which version answers, and call it from other programs.")
project = require_project()
registry = workspace().registry
versions = registry.versions(project.id)
if not versions:
    point_to("evaluate", "There is no version yet. Save one after evaluating it.")
show_live(project.id)
choice, plan, calls, shared, captured, carried, told = st.tabs(
    [
        "Versions",
        "Plan",
        "Call it",
        "Share calls",
        "Capture",
        "Carry it away",
        "History",
    ],
    key="deploy-part",
    on_change="rerun",
)
if choice.open:
    with choice:
        show_versions(versions)
        if registry.champion(project.id) == versions[0].number and len(versions) == 1:
            st.caption(
                "It is live; there is no other champion to choose or go back to."
            )
        else:
            left, right = st.columns(2, gap="large")
            with left, st.container(border=True):
                ask_champion(project.id, versions)
            with right, st.container(border=True):
                offer_roll_back(project.id)
        show_card(versions)
if plan.open:
    with plan:
        show_plan(project.id, versions)
if calls.open:
    with calls:
        show_api(project.id)
        show_keys(project.id)
if shared.open:
    with shared:
        show_route(project.id, versions)
if captured.open:
    with captured:
        show_capture(project.id, versions)
if carried.open:
    with carried:
        show_bundles(project.id, versions)
if told.open:
    with told:
        show_history(project.id)
if registry.champion(project.id) is not None:
    next_step("predict", "Ask the live version, or score a whole file.")
