"""The answer to one row, in words and with a small chart."""

import streamlit as st

from core.plots.prediction import (
    draw_class_probabilities,
    draw_interval,
    draw_probability,
)
from core.plots.theme import Chart
from core.serving import Answer, Answered, Service
from core.serving.typical import decimals_of
from core.wording import percent
from pages.shared.frame import md, show_chart

_MOST_WARNINGS = 8


def show_answer(service: Service, given: Answered, key: str) -> None:
    """Show an answer: label in words, how sure, why to be careful, and its id."""
    version, answer = service.version, given.answers[0]
    st.metric(md(version.target), md(in_words(answer)))
    if answer.overridden is not None and answer.model_prediction is not None:
        own = in_words(Answer(answer.model_prediction))
        st.warning(
            f"The rule {md(answer.overridden)} answers here. The model itself says "
            f"{md(own)}.",
            title="Overridden",
            icon=":material/gavel:",
        )
    st.markdown(md(how_sure(service, answer)))
    chart = chart_of(service, answer)
    if chart is not None:
        show_chart(chart, key)
    shown = [f"- {md(text)}" for text in answer.warnings[:_MOST_WARNINGS]]
    more = len(answer.warnings) - len(shown)
    if more > 0:
        shown.append(f"- and {more} more")
    if shown:
        st.warning("\n".join(shown), title="Less sure than usual")
    st.caption(
        f"Answered by version {version.number} in {given.latency_ms:.1f} ms "
        "and kept under this id:"
    )
    st.code(given.ids[0], language=None)


def in_words(answer: Answer) -> str:
    """Return the prediction as a person would write it.

    A number has no more digits than a thousandth of its interval gives sense to.

    Examples
    --------
    >>> in_words(Answer(True)), in_words(Answer(1234.5678)), in_words(Answer("b"))
    ('yes', '1,234.57', 'b')
    >>> in_words(Answer(152.645112, interval=(64.0211, 241.268)))
    '152.6'
    """
    value = answer.prediction
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,{_digits(answer)}}"
    return str(value)


def _digits(answer: Answer) -> str:
    low, high = answer.interval or (0.0, 0.0)
    width = high - low
    if not 1e-6 < width < 1e12:
        return ".6g"
    return f".{decimals_of(width / 1000)}f"


def how_sure(service: Service, answer: Answer) -> str:
    """Return in one sentence how sure the answer is, and what decided."""
    version = service.version
    if answer.interval is not None:
        low, high = answer.interval
        digits = _digits(answer)
        share = percent(answer.coverage or 0.9, 0)
        return f"{share} interval: {low:,{digits}} to {high:,{digits}}."
    if answer.probability is None:
        return "The model gives no interval."
    if version.task != "binary":
        label = in_words(answer)
        said = f"The probability of {label} is {percent(answer.probability)}."
        return f"{said} {still_possible(answer)}".rstrip()
    threshold = 0.5 if version.threshold is None else version.threshold
    side = "at least" if answer.probability >= threshold else "below"
    label = in_words(Answer(version.model.pos_label))
    said = (
        f"The probability of {label} is {percent(answer.probability)}, "
        f"{side} the threshold of {percent(threshold)}."
    )
    return f"{said} {still_possible(answer)}".rstrip()


def still_possible(answer: Answer) -> str:
    """Return in one sentence which classes stay possible; "" where none is said.

    Examples
    --------
    >>> still_possible(Answer("a", prediction_set=("a", "b"), coverage=0.9))
    'With 90% coverage a and b stay possible.'
    """
    if not answer.prediction_set or answer.coverage is None:
        return ""
    words = [in_words(Answer(label)) for label in answer.prediction_set]
    named = f"{', '.join(words[:-1])} and {words[-1]}" if words[1:] else words[0]
    verb = "stay" if words[1:] else "alone stays"
    return f"With {percent(answer.coverage, 0)} coverage {named} {verb} possible."


def chart_of(service: Service, answer: Answer) -> Chart | None:
    """Return the chart that fits the answer; None for a number without interval."""
    version = service.version
    if answer.interval is not None:
        return draw_interval(
            float(answer.prediction),
            answer.interval,
            version.target,
            answer.coverage or 0.9,
        )
    if version.task == "binary" and answer.probability is not None:
        threshold = 0.5 if version.threshold is None else version.threshold
        return draw_probability(
            answer.probability, threshold, in_words(Answer(version.model.pos_label))
        )
    if answer.probabilities is not None:
        return draw_class_probabilities(answer.probabilities)
    return None
