"""All cycles of a project on Home: in lines, any two compared, and as a file."""

import io

import pandas as pd
import streamlit as st

from core.workspace import Cycle, StageStatus
from core.workspace.exporting import export_project
from core.workspace.lineage import Difference
from pages.shared.frame import stop_on_error
from pages.shared.state import workspace

_ABOUT = {"data": "Data", "recipe": "Recipe", "metrics": "Metrics", "card": "Card"}


def show_lineage(project_id: str) -> None:
    """Show the cycles where there are several, and offer the project as a file."""
    cycles = workspace().cycles.list(project_id)
    if len(cycles) > 1:
        st.header("All cycles", anchor=False)
        turns = workspace().lineage.turns(project_id)
        st.dataframe(
            pd.DataFrame(
                {
                    "Cycle": [each.number for each in turns],
                    "Table": [each.data for each in turns],
                    "Recipe": [each.recipe for each in turns],
                    "Model": [each.model for each in turns],
                    "On its test rows": [each.measured for each in turns],
                    "Version": [each.version for each in turns],
                    "Note": [each.note for each in turns],
                }
            ),
            hide_index=True,
            alt="The cycles of this project, newest first.",
        )
        _compare({str(each.number): each.id for each in cycles})
    _offer_export(project_id)


def other_cycles(cycle: Cycle, most: int) -> dict[int, tuple[StageStatus, ...]]:
    """Return where the project's newest other cycles stand, by number."""
    found = workspace().cycles.list(cycle.project_id)
    others = [each for each in found if each.id != cycle.id][:most]
    return {each.number: workspace().status.of(each.id) for each in others}


def _compare(ids: dict[str, str]) -> None:
    with st.expander("Compare two cycles", icon=":material/compare_arrows:"):
        left, right = st.columns(2)
        numbers = list(ids)
        one = left.selectbox("Cycle", numbers, index=1, key="lineage-one")
        two = right.selectbox("with cycle", numbers, index=0, key="lineage-two")
        with stop_on_error():
            found = workspace().lineage.compare(ids[one], ids[two])
        apart = st.toggle("Only what differs", value=True, key="lineage-apart")
        shown = [each for each in found if not (apart and each.same)]
        if not shown:
            st.caption("The two do not differ.")
            return
        st.dataframe(
            _table(shown, one, two),
            hide_index=True,
            alt=f"Cycle {one} and cycle {two} side by side.",
        )
        st.caption(
            "Metrics are each on the cycle's own test rows. Monitor judges two "
            "versions on the same rows."
        )


def _table(found: list[Difference], one: str, two: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "About": [_ABOUT[each.about] for each in found],
            "What": [each.what for each in found],
            f"Cycle {one}": [each.first for each in found],
            f"Cycle {two}{' again' if one == two else ''}": [
                each.second for each in found
            ],
        }
    )


def _offer_export(project_id: str) -> None:
    def packed() -> io.BytesIO:
        made = io.BytesIO()
        export_project(workspace(), project_id, made)
        made.seek(0)
        return made

    with st.expander("The project as a file", icon=":material/folder_zip:"):
        st.markdown(
            "Tables, recipes, splits, plans, evaluations and versions; no captured "
            "predictions. Whoever has the file can do all of it again and compare "
            "every figure:"
        )
        name = f"{project_id}.zip"
        st.code(f"python -m core.workspace verify {name}", language="bash")
        st.download_button(
            "Download the project",
            packed,
            name,
            "application/zip",
            icon=":material/download:",
        )
