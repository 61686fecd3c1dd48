"""The promises that travel with answers: checked on the test rows, and chosen."""

import pandas as pd
import streamlit as st

from core.evaluation import CoverageCheck, Evaluation
from core.modeling.prediction_sets import SetKind
from core.wording import percent, score_text, with_interval

_KINDS = {
    "interval": "Interval",
    "small": "Smallest sets",
    "adaptive": "Sets that adapt to the row",
}
_USUAL = 0.9


def show_coverage(found: Evaluation) -> None:
    """Show how often intervals or sets held the truth, for each coverage."""
    if not found.coverage:
        st.info("This model was trained before answers came with a promise.")
        return
    st.markdown(sentence(found))
    st.dataframe(
        coverage_table(found),
        hide_index=True,
        height="content",
        alt="Promised and found coverage of intervals or prediction sets, with sizes",
        key="coverage-table",
    )
    st.caption(_meaning(found))


def sentence(found: Evaluation) -> str:
    """Say what the usual promise came to on these rows."""
    usual = next((c for c in found.coverage if c.asked == _USUAL), found.coverage[0])
    share = with_interval(100 * usual.value, 100 * usual.low, 100 * usual.high)
    kept = "kept" if usual.is_kept else "not kept"
    what = "intervals" if usual.kind == "interval" else "sets"
    return (
        f"**Of {usual.n_rows:,} test rows, {share} % lie within {what} that promise "
        f"{percent(usual.asked, 0)}: {kept}.**"
    )


def coverage_table(found: Evaluation) -> pd.DataFrame:
    """Return one row for each promise."""
    numbers = found.task == "regression"
    rows = [
        {
            "Kind": _KINDS[check.kind],
            "Promised": percent(check.asked, 0),
            "Found (95% interval)": f"{percent(check.value)} ({percent(check.low)} to "
            f"{percent(check.high)})",
            "Kept": "yes" if check.is_kept else "no",
            f"Mean {'width' if numbers else 'classes'}": score_text(check.size),
            "One row in ten below": score_text(check.small, like=check.size),
            "One row in ten above": score_text(check.large, like=check.size),
        }
        for check in found.coverage
    ]
    return pd.DataFrame(rows)


def _meaning(found: Evaluation) -> str:
    if found.task == "regression":
        return (
            "Split-conformal intervals, calibrated on validation rows. Widths that "
            "differ follow the difficulty of the row. Which coverage travels with the "
            "version is chosen when it is saved."
        )
    return (
        "Conformal sets, calibrated on validation rows: classes that stay possible. "
        "The smallest sets are smallest on average; those that adapt are larger where "
        "the row is harder. Which ones travel with the version is chosen when it is "
        "saved."
    )


def ask_promise(found: Evaluation) -> CoverageCheck | None:
    """Ask which promise the version makes; None where there is none to make."""
    if not found.coverage:
        return None
    checks = list(found.coverage)
    labels = [label_of(check) for check in checks]
    usual = next((i for i, c in enumerate(checks) if c.asked == _USUAL), 0)
    chosen = st.selectbox(
        "What its answers promise", labels, usual, key="version-promise",
        help="The share of new rows whose truth lies within the interval or the set "
        "that comes with each answer. A higher share needs wider ones.",
    )  # fmt: skip
    return checks[labels.index(chosen)]


def label_of(check: CoverageCheck) -> str:
    """Return a promise in words, with what the test rows say of it.

    Examples
    --------
    >>> label_of(CoverageCheck("small", 0.9, 100, 91, 0.91, 0.8, 0.95, 1.3, 1, 2))
    'Smallest sets, 90%: 1.300 classes on average; 91.0% of the test rows'
    """
    of = "wide" if check.kind == "interval" else "classes"
    promise = f"{_KINDS[check.kind]}, {percent(check.asked, 0)}"
    return (
        f"{promise}: {score_text(check.size)} {of} "
        f"on average; {percent(check.value)} of the test rows"
    )


def set_kind(check: CoverageCheck) -> SetKind | None:
    """Return the kind of sets of a promise; None for intervals."""
    return None if check.kind == "interval" else check.kind
