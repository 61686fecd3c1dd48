"""Would more rows help, and how many: the learning curve, worked out by a job."""

import streamlit as st

from core.evaluation.learning import LearningCurve, Outlook, look_ahead
from core.plots.learning import draw_learning
from core.wording import interval_text, score_text, signed_text
from core.workspace import Cycle, EvaluationRecord, RunRecord
from pages.shared.frame import md, show_chart, stop_on_error
from pages.shared.jobs import watch_job
from pages.shared.state import workspace

_FITS_OF_ALL = 8


def show_learning(cycle: Cycle, run: RunRecord, found: EvaluationRecord) -> None:
    """Show the curve, or offer to work it out."""
    scrutiny = workspace().scrutiny
    with stop_on_error():
        curve = scrutiny.learning(found)
        job = scrutiny.learning_job(cycle.id)
    if job is not None and (job.is_active or (curve is None and job.error)):
        watch_job(job.id, "Fitting on parts of the rows")
        if job.is_active:
            return
    if curve is not None:
        _show(curve)
        return
    seconds = _FITS_OF_ALL * (run.row(found.candidate)["fit_s"] or 1.0)
    st.markdown(
        "**Would more rows help?** The model is fitted again on growing shares of the "
        "training rows, four times each on other rows, and scored on rows it did not "
        f"learn from. The test rows are not used. It takes about {seconds:,.0f} "
        "seconds, in the background."
    )
    if st.button("Work it out", type="primary", key="work-out-learning"):
        with stop_on_error():
            scrutiny.start_learning(cycle.id)
        st.rerun()


def _show(curve: LearningCurve) -> None:
    ahead = look_ahead(curve)
    if ahead is None:
        st.info("There are too few rows for a curve of four sizes.")
    else:
        st.markdown(f"**{md(answer(curve, ahead))}**")
        st.markdown(md(how_many(curve, ahead)))
    show_chart(draw_learning(curve, ahead), "learning")
    n_fits = sum(len(point.scores) for point in curve.points)
    st.caption(
        f"{n_fits} fits of {md(curve.candidate)}, scored on {curve.n_valid:,} rows "
        "that none of them learned from. Power law with a floor (Viering, Loog 2023); "
        "what lies beyond the present rows is an extrapolation."
    )


def answer(curve: LearningCurve, ahead: Outlook) -> str:
    """Answer whether more rows would help."""
    sign = 1 if curve.higher_is_better else -1
    ends = sorted((sign * ahead.gain_low, sign * ahead.gain_high))
    said = (
        f"twice the rows would move {curve.title} by {signed_text(sign * ahead.gain)} "
        f"({interval_text(*ends)})"
    )
    lead = {
        "yes": "Yes, more rows would help",
        "hardly": "More rows would hardly help",
        "not sure": "It is not sure that more rows would help",
    }
    return f"{lead[ahead.answer]}: {said}."


def how_many(curve: LearningCurve, ahead: Outlook) -> str:
    """Say how many rows it takes to lower the error by a tenth."""
    if curve.higher_is_better:
        error = f"the distance of {curve.title} from {score_text(curve.best)}"
    else:
        error = curve.title
    if ahead.n_needed is None:
        return (
            f"Not even ten times the present {curve.n_rows:,} rows would lower {error} "
            "by a tenth; other columns may."
        )
    low = f"{ahead.n_needed_low:,}" if ahead.n_needed_low else "more"
    high = f"{ahead.n_needed_high:,}" if ahead.n_needed_high else "over ten times"
    return (
        f"About {ahead.n_needed:,} training rows would lower {error} by a tenth "
        f"(95% interval {low} to {high}); there are {curve.n_rows:,}."
    )
