"""Asking how a challenger is made: which rows, which search, what becomes of it."""

from collections.abc import Mapping

import streamlit as st

from core.retraining import Gate, Mix, Order
from core.retraining.policy import Action, Search

_OLD: Mapping[str, float | None] = {
    "What a trial finds best": None,
    "Count as much as new ones": 1.0,
    "Count a fifth": 0.2,
    "Are left out": 0.0,
}
_SEARCH: Mapping[Search, str] = {
    "same": "The champion's families, tuned again",
    "full": "All families of its plan",
    "update": "The champion learns on",
}
_ACTION: Mapping[Action, str] = {
    "promote": "Becomes champion",
    "challenger": "Becomes challenger",
    "register": "Is saved as a draft",
}
_PROOF = {"better": "It is proven better", "not worse": "It is surely not worse"}


def ask_order(order: Order, *, key: str, updatable: bool) -> Order:
    """Ask for data, search, gate and action; `order` is what stands there first.

    `updatable` says whether the champion can learn from later rows.
    """
    left, right = st.columns(2, gap="large")
    with left:
        mix = _ask_mix(order.mix, key)
        searches = [s for s in _SEARCH if updatable or s != "update"]
        search = st.selectbox(
            "Search",
            searches,
            index=searches.index(order.search) if order.search in searches else 0,
            format_func=_SEARCH.__getitem__,
            key=f"{key}-search",
        )
    with right:
        budget_s = st.number_input(
            "Seconds of training", 1, 86_400, int(order.budget_s), key=f"{key}-budget"
        )
        gate = _ask_gate(order.gate, key)
        actions = list(_ACTION)
        action = st.selectbox(
            "Then it",
            actions,
            index=actions.index(order.action),
            format_func=_ACTION.__getitem__,
            key=f"{key}-action",
        )
    return Order(mix, search, float(budget_s), gate, action)


def _ask_mix(mix: Mix, key: str) -> Mix:
    weights = list(_OLD.values())
    old = st.selectbox(
        "Old rows",
        list(_OLD),
        index=weights.index(mix.old_weight) if mix.old_weight in weights else 0,
        key=f"{key}-old",
        help="The trial learns with old rows full, at a fifth and left out, and asks "
        "the newest rows which was best.",
    )
    one, two = st.columns(2)
    newest = one.number_input(
        "Newest captured rows",
        min_value=1,
        value=mix.newest,
        placeholder="all",
        key=f"{key}-newest",
    )
    cycles = two.number_input(
        "Old rows of the last cycles",
        min_value=0,
        value=mix.old_cycles,
        placeholder="all",
        key=f"{key}-cycles",
    )
    aside = st.slider(
        "Newest rows kept aside for the verdict, in %",
        5,
        90,
        round(100 * mix.kept_aside),
        5,
        key=f"{key}-aside",
    )
    return Mix(newest, cycles, _OLD[old], aside / 100)


def _ask_gate(gate: Gate, key: str) -> Gate:
    proofs = list(_PROOF)
    proof = st.selectbox(
        "It passes when",
        proofs,
        index=proofs.index(gate.proof),
        format_func=_PROOF.__getitem__,
        key=f"{key}-proof",
    )
    one, two = st.columns(2)
    margin = one.number_input(
        "Worse by at most",
        min_value=0.0,
        value=gate.margin,
        format="%.3f",
        disabled=proof == "better",
        key=f"{key}-margin",
    )
    slower = two.number_input(
        "Slower by at most, times",
        min_value=1.0,
        value=gate.most_slower,
        placeholder="no limit",
        key=f"{key}-slower",
    )
    slices = st.checkbox("No cohort may become worse", gate.slices, key=f"{key}-slices")
    return Gate("better" if proof == "better" else "not worse", margin, slices, slower)
