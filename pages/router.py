"""The frame around every page: configuration, navigation, project and cycle."""

import streamlit as st

from pages.shared import frame, navigation, state, waiting

st.set_page_config(
    page_title="Rondo",
    page_icon=str(navigation.PAGES.parent / "static" / "icon.svg"),
    layout="wide",
)
current = st.navigation([navigation.page(name) for name in navigation.INFO])
st.logo(str(navigation.PAGES.parent / "static" / "logo.svg"), size="large")
with st.sidebar, frame.stop_on_error():
    state.choose_project_and_cycle()
    waiting.show_waiting()
with frame.stop_on_error():
    current.run()
