"""The pages, in the order of the workflow."""

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import streamlit as st
from streamlit.navigation.page import StreamlitPage

PAGES = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class PageInfo:
    """What the navigation says about a page."""

    title: str
    icon: str
    about: str


INFO = {
    "home": PageInfo(
        "Home", "home", "The wheel: what is done, and what to do next. Projects."
    ),
    "explore": PageInfo(
        "Explore",
        "table_chart",
        "Bring a table in, look at it, clean it, choose the target, split it.",
    ),
    "train": PageInfo(
        "Train", "model_training", "Train and compare models within a time budget."
    ),
    "evaluate": PageInfo(
        "Evaluate", "fact_check", "Measure the champion on rows it never saw."
    ),
    "deploy": PageInfo(
        "Deploy", "rocket_launch", "Versions, the champion, the API, roll back."
    ),
    "predict": PageInfo(
        "Predict", "online_prediction", "One answer from a form, or a whole file."
    ),
    "monitor": PageInfo(
        "Monitor", "monitoring", "Is the model still right? Start the next cycle."
    ),
}


def page(name: str) -> StreamlitPage:
    """Return a page of the navigation by its name."""
    info = INFO[name]
    return st.Page(
        PAGES / f"{name}.py",
        title=info.title,
        icon=f":material/{info.icon}:",
        url_path=name,
        default=name == "home",
        help=info.about,
    )


def switch_to(name: str) -> NoReturn:
    """End this page and show another; project and cycle stay in the address.

    Streamlit refuses to clear an address that a widget is bound to, and does so
    unless it is told that nothing is to be changed.
    """
    st.switch_page(page(name), query_params={})
