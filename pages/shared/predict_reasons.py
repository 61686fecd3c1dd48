"""Why the last answer is as it is, and what would change it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.errors import EvaluationError
from core.evaluation.explaining import Direction
from core.plots.contributions import draw_contributions
from core.serving import ExplainedAnswer, Service, Wish
from pages.shared.frame import md, show_chart, show_error


def show_reasons(service: Service, record: Mapping[str, Any], key: str) -> None:
    """Show contributions and counterfactuals of the row that was answered."""
    if service.version.reference is None or not len(service.version.model.schema):
        st.caption("This version has no training rows to explain its answers with.")
        return
    why, ways = st.columns([3, 2], gap="large")
    with ways:
        st.subheader("What would change it", anchor=False)
        directions, wish = _ask(service, key)
    try:
        found = service.explain(record, wish=wish, directions=directions)
    except EvaluationError as error:
        show_error(error)
        return
    with why:
        st.subheader("Why", anchor=False)
        st.markdown(md(found.contributions.sentence))
        show_chart(draw_contributions(found.contributions), f"{key}-why")
    with ways:
        show_ways(service, found)


def _ask(service: Service, key: str) -> tuple[dict[str, Direction], Wish | None]:
    """Ask which columns may change, and for a number what is wished for."""
    schema = service.version.schema
    movable = [c for c in schema if c.kind not in ("text", "id")]
    with st.popover("What may change", icon=":material/tune:"):
        wish = _ask_wish(service, key)
        locked = st.multiselect(
            "Stays as it is", [c.name for c in movable], key=f"{key}-locked",
            persist_state="session",
        )  # fmt: skip
        numbers = [c.name for c in movable if c.kind not in ("category", "boolean")]
        rising = st.multiselect(
            "May only rise", numbers, key=f"{key}-up", persist_state="session"
        )
        falling = st.multiselect(
            "May only fall", numbers, key=f"{key}-down", persist_state="session"
        )
    directions: dict[str, Direction] = dict.fromkeys(rising, "up")
    directions |= dict.fromkeys(falling, "down")
    directions |= dict.fromkeys(set(rising) & set(falling), "locked")
    directions |= dict.fromkeys(locked, "locked")
    return directions, wish


def _ask_wish(service: Service, key: str) -> Wish | None:
    version = service.version
    if version.task == "binary":
        return None
    if version.task == "multiclass":
        labels = (
            [] if version.model.classes_ is None else version.model.classes_.tolist()
        )
        chosen: Wish | None = st.selectbox(
            "Wished for", labels, index=None, key=f"{key}-wish",
            placeholder="The next likely class",
        )  # fmt: skip
        return chosen
    left, right = st.columns(2)
    low = left.number_input("At least", value=None, key=f"{key}-low")
    high = right.number_input("At most", value=None, key=f"{key}-high")
    return None if low is None and high is None else (low, high)


def show_ways(service: Service, found: ExplainedAnswer) -> None:
    """Show the smallest changes that lead to what is wished for."""
    search = found.counterfactuals
    if search is None:
        st.caption("Say under “What may change” which number is wished for.")
        return
    wished = _wished(found.wish, service.version.target)
    if search.reached:
        st.caption(f"The answer is {md(wished)} already.")
    elif not search.found:
        st.info(
            f"No change within the training range makes it {md(wished)}; changes of up "
            f"to four columns were tried with {search.n_answers:,} answers.",
            icon=":material/block:",
        )
    else:
        st.markdown(f"It would be **{md(wished)}** with any one of these:")
        st.markdown("\n".join(f"- {md(one.words)}" for one in search.found))
        st.caption(
            "The smallest changes found, nearest first, measured in spreads of the "
            "training rows. They say how the model answers, not what a change in the "
            "world would bring about."
        )


def _wished(wish: Wish | None, target: str) -> str:
    if not isinstance(wish, tuple):
        return f"{target} {_word(wish)}"
    low, high = wish
    ends = [] if low is None else [f"at least {low:,}"]
    ends += [] if high is None else [f"at most {high:,}"]
    return f"{target} {' and '.join(ends)}"


def _word(label: Any) -> str:
    return ("yes" if label else "no") if isinstance(label, bool) else str(label)
