"""Decide with the numbers: the threshold, and whether probabilities are corrected."""

import streamlit as st

from core.errors import RondoError
from core.evaluation.recalibrating import Kept, Recalibration
from core.modeling.calibration import Calibration
from core.wording import score_text, signed_text
from core.workspace import Cycle, RunRecord
from pages.shared.evaluate_threshold import show_threshold
from pages.shared.frame import show_error, stop_on_error
from pages.shared.state import workspace

_JUDGED: dict[Kept, str] = {
    "rows": "each fifth corrected by curves learned from the other four",
    "groups": "each fifth corrected by curves learned from the other four, groups kept "
    "together",
    "time": "each span of time corrected by curves learned from the spans before it",
}


def show_decision(cycle: Cycle, run: RunRecord) -> None:
    """Show what can be decided of the chosen model; nothing reads a test row."""
    if cycle.task == "regression":
        st.info("A predicted number is used as it is: there is no threshold to choose.")
        return
    if cycle.task == "binary":
        st.subheader("From which probability on", anchor=False)
        try:
            show_threshold(run)
        except RondoError as error:
            show_error(error)
    else:
        st.caption("Of more than two classes the likeliest is answered: no threshold.")
    st.subheader("Probabilities that mean what they say", anchor=False)
    _show_recalibration(run)


def _show_recalibration(run: RunRecord) -> None:
    try:
        present, found = _known(run.id, run.chosen, run.models[run.chosen])
    except RondoError as error:
        show_error(error)
        return
    st.markdown(effect_words(found))
    label = None
    if present is None and found.difference < 0:
        label, taken = f"Recalibrate ({found.calibration.method})", found.calibration
    elif present is not None:
        st.caption(
            f"The model's probabilities are corrected already "
            f"({present.method}), by curves from these rows."
        )
        label, taken = "Take the correction away", None
    else:
        st.caption("That is no gain, so nothing is offered.")
    if label and st.button(label, key="recalibrate", icon=":material/tune:"):
        with stop_on_error(), st.spinner("Measuring with other probabilities"):
            workspace().decisions.take_calibration(run, taken)
        st.rerun()


@st.cache_resource(max_entries=16, show_spinner="Looking at the probabilities")
def _known(
    run_id: str, candidate: str, model: str
) -> tuple[Calibration | None, Recalibration]:
    """Return how a model's file is calibrated, and what doing it anew would do."""
    del candidate, model  # they only say which model it is
    run = workspace().training.get(run_id)
    decisions = workspace().decisions
    return decisions.model(run).calibration, decisions.recalibration(run)


def effect_words(found: Recalibration) -> str:
    """Say what correcting the probabilities does, and on which rows that was seen.

    Examples
    --------
    >>> from core.modeling.calibration import Calibration
    >>> curves = Calibration("sigmoid", (), 0.62, 0.58)
    >>> effect_words(Recalibration(curves, 400, 0.21, 0.2, -0.01, -0.02, -0.004))
    'Corrected by a sigmoid curve, the Brier score goes from **0.210** to **0.200** \
(-0.010, -0.020 to -0.004) and log loss from 0.620 to 0.580: proven better. Seen on \
400 validation rows, each fifth corrected by curves learned from the other four.'
    """
    like = found.brier_before
    low, high = (signed_text(value, like) for value in (found.low, found.high))
    after = found.calibration
    kind = "a sigmoid curve" if after.method == "sigmoid" else "isotonic regression"
    proven = "proven better" if found.helps else "not proven better"
    return (
        f"Corrected by {kind}, the Brier score goes from **{score_text(like)}** to "
        f"**{score_text(found.brier_after, like)}** "
        f"({signed_text(found.difference, like)}, {low} to {high}) and log loss from "
        f"{score_text(after.before)} to {score_text(after.after)}: {proven}. Seen on "
        f"{found.n_rows:,} validation rows, {_JUDGED[found.kept]}."
    )
