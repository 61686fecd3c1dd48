"""Scenarios: answers pinned in this tab, side by side, with what differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from core.serving import Answer, Answered
from core.wording import percent
from pages.shared.predict_answer import in_words
from pages.shared.state import recall, remember

MOST_PINNED = 6
_MARK = " ◆"


@dataclass(frozen=True, eq=False)
class Scenario:
    """A row that was answered, kept for comparison.

    Attributes
    ----------
    name : str
    record : mapping
        What was filled in.
    answer : Answer
    """

    name: str
    record: Mapping[str, Any]
    answer: Answer


def offer_pin(given: Answered, record: Mapping[str, Any], key: str) -> None:
    """Show the button that pins the answer shown."""
    pinned: tuple[Scenario, ...] = recall(f"{key}-pinned", ())
    full = len(pinned) >= MOST_PINNED
    st.button(
        "Pin this scenario",
        icon=":material/keep:",
        key=f"{key}-pin",
        disabled=full,
        help="Keeps row and answer below, to compare them with others."
        if not full
        else f"{MOST_PINNED} are pinned; let go of them first.",
        on_click=_pin,
        args=(key, record, given.answers[0]),
    )


def _pin(key: str, record: Mapping[str, Any], answer: Answer) -> None:
    pinned: tuple[Scenario, ...] = recall(f"{key}-pinned", ())
    one = Scenario(f"Scenario {len(pinned) + 1}", dict(record), answer)
    remember(f"{key}-pinned", (*pinned, one))


def show_scenarios(names: Sequence[str], target: str, key: str) -> None:
    """Show the pinned scenarios side by side.

    Parameters
    ----------
    names : sequence of str
        Columns in the order of the form.
    target : str
    key : str
        As for `offer_pin`.
    """
    pinned: tuple[Scenario, ...] = recall(f"{key}-pinned", ())
    if not pinned:
        return
    st.subheader("Scenarios", anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        everything = st.toggle("All columns", key=f"{key}-pinned-all")
        st.button(
            "Let go of them",
            icon=":material/keep_off:",
            key=f"{key}-unpin",
            on_click=remember,
            args=(f"{key}-pinned", ()),
        )
    table = compare(pinned, names, target, only_differing=not everything)
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        alt=f"{len(pinned)} scenarios side by side.",
    )
    st.caption(
        f"{_MARK.strip()} marks what differs from the first scenario. "
        "Columns that are the same in all of them are left out unless you ask."
    )


def compare(
    pinned: Sequence[Scenario],
    names: Sequence[str],
    target: str,
    *,
    only_differing: bool = True,
) -> pd.DataFrame:
    """Return one column for each scenario: the answer, how sure, and the row.

    Examples
    --------
    >>> one = Scenario("Scenario 1", {"age": 41, "plan": "a"}, Answer("no", 0.2))
    >>> two = Scenario("Scenario 2", {"age": 60, "plan": "a"}, Answer("yes", 0.7))
    >>> compare([one, two], ["age", "plan"], "left")["Scenario 2"].tolist()
    ['yes ◆', '70.0% ◆', '60 ◆']
    """
    rows = {target: [in_words(each.answer) for each in pinned]}
    rows["How sure"] = [_sure(each.answer) for each in pinned]
    for name in names:
        values = [_value(each.record.get(name)) for each in pinned]
        if not only_differing or len(set(values)) > 1:
            rows[name if name not in rows else f"{name} (given)"] = values
    marked = [
        [text if text == texts[0] else f"{text}{_MARK}" for text in texts]
        for texts in rows.values()
    ]
    table = pd.DataFrame(marked, columns=[each.name for each in pinned], dtype="str")
    table.insert(0, "", list(rows))
    return table


def _sure(answer: Answer) -> str:
    if answer.interval is not None:
        low, high = (in_words(Answer(end)) for end in answer.interval)
        return f"{low} to {high}"
    return "" if answer.probability is None else percent(answer.probability)


def _value(value: Any) -> str:
    return "empty" if value is None else in_words(Answer(value))
