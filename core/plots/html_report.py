"""The report of an evaluation: one HTML file that needs nothing beside itself.

Figures are still pictures, tables are tables; there is no script, no font and no
address in it, and no row of the data: only counts, bins and averages.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from core.evaluation import Evaluation
from core.evaluation.checking import CheckResult
from core.evaluation.learning import LearningCurve, look_ahead
from core.evaluation.slicing import Slice, Slices
from core.plots.evaluation import (
    draw_calibration,
    draw_confusion,
    draw_importance,
    draw_precision_recall,
    draw_roc,
)
from core.plots.learning import draw_learning
from core.plots.residuals import (
    draw_predicted_actual,
    draw_residual_histogram,
    draw_residuals,
)
from core.plots.slices import draw_slices
from core.plots.svg import draw_svg
from core.plots.theme import Chart
from core.wording import counted, percent, score_text, signed_text, with_interval
from core.workspace.records import EvaluationRecord

MOST_BYTES: Final = 5_000_000
"""No report is larger; those of real tables have a few hundred thousand."""

_STYLE: Final = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:860px;margin:2rem auto;padding:0 1rem}
h1,h2{line-height:1.2}h2{margin-top:2.5rem}
table{border-collapse:collapse;width:100%;font-size:.9rem;display:block;overflow:auto}
th,td{border-bottom:1px solid #8886;padding:.35rem .6rem;text-align:left}
svg{width:100%;height:auto;max-width:720px}
svg text{font:11px system-ui,sans-serif;fill:currentColor}
svg .g{stroke:#8883}figure{margin:1rem 0}figcaption,.small{font-size:.85rem;opacity:.8}
.problem,.warning{border-left:4px solid #d4572a;padding-left:.8rem}
@media print{body{max-width:none}figure{break-inside:avoid}}
"""


@dataclass(frozen=True, eq=False)
class ReportParts:
    """What a report is made of; what is None or empty is left out.

    Attributes
    ----------
    project : str
        Its name.
    found : EvaluationRecord
    checks : tuple of CheckResult
    slices : Slices or None
    cohorts : tuple of Slice
    learning : LearningCurve or None
    """

    project: str
    found: EvaluationRecord
    checks: tuple[CheckResult, ...] = ()
    slices: Slices | None = None
    cohorts: tuple[Slice, ...] = ()
    learning: LearningCurve | None = None


def write_report(parts: ReportParts) -> str:
    """Return the report as HTML; names from outside stand in it escaped."""
    title = f"{parts.project}: {parts.found.candidate} on the test rows"
    sections = (
        _opening(parts.found),
        _metrics(parts.found),
        _charts(parts.found.champion),
        _checks(parts.checks),
        _slices(parts.slices, parts.cohorts),
        _learning(parts.learning),
    )
    body = "\n".join(line for section in sections for line in section)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def _opening(found: EvaluationRecord) -> Iterator[str]:
    first = found.champion.headline
    rows = counted("test row", found.champion.n_rows)
    if first is not None:
        value = with_interval(first.value, first.low, first.high)
        yield f"<p><strong>{_said(first.title)} {value}</strong> on {rows}.</p>"
    times = "once" if found.n_openings == 1 else f"{found.n_openings} times"
    late = (
        " From the second time on the numbers are somewhat too good."
        if found.n_openings > 1
        else ""
    )
    yield (
        f"<p>Target: {_said(found.champion.target)}. In brackets: the "
        f"{percent(found.champion.confidence, 0)} interval. The test set was opened "
        f"{times} until {found.created_at:%Y-%m-%d %H:%M} UTC.{late}</p>"
    )


def _metrics(found: EvaluationRecord) -> Iterator[str]:
    yield "<h2>All metrics</h2>"
    rows = []
    for name, value in found.champion.metrics.items():
        other = found.baseline.metrics.get(name)
        between = found.comparison.differences.get(name)
        change = "not defined"
        if between is not None:
            ends = [signed_text(e, between.first) for e in (between.low, between.high)]
            change = f"{signed_text(between.difference, between.first)} ({ends[0]} to "
            change += f"{ends[1]}), {between.outcome}"
        rows.append(
            (
                value.title,
                with_interval(value.value, value.low, value.high),
                score_text(other.value, like=value.value) if other else "not defined",
                change,
            )
        )
    yield from _table(("Metric", "This model", "Baseline", "Difference"), rows)


def _charts(found: Evaluation) -> Iterator[str]:
    drawn: list[tuple[str, Chart]] = []
    if found.confusion is not None:
        drawn.append(("Confusion", draw_confusion(found.confusion)))
    if found.curves:
        drawn.append(("ROC", draw_roc(found.curves, found.threshold)))
        chart = draw_precision_recall(found.curves, found.threshold)
        drawn.append(("Precision and recall", chart))
    if found.calibration is not None:
        drawn.append(("Calibration", draw_calibration(found.calibration)))
    if found.predicted_actual is not None:
        chart = draw_predicted_actual(found.predicted_actual, found.target)
        drawn.append(("Predicted and actual", chart))
    if found.residuals is not None:
        drawn.append(("Residuals", draw_residuals(found.residuals, found.target)))
        drawn.append(("Sizes of errors", draw_residual_histogram(found.residuals)))
    if found.importance_basis is not None:
        chart = draw_importance(found.importance, found.importance_basis)
        drawn.append(("Importance", chart))
    for title, chart in drawn:
        yield from _figure(title, chart)


def _checks(results: Sequence[CheckResult]) -> Iterator[str]:
    if not results:
        return
    yield "<h2>Checks</h2>"
    for result in results:
        if result.finding is not None:
            finding = result.finding
            yield (
                f'<div class="{finding.severity}"><p><strong>{_said(finding.title)}'
                f"</strong> ({finding.code})<br>{_said(finding.evidence)} "
                f"{_said(finding.advice)}</p></div>"
            )
    told = [(r.question, r.state, r.said, r.code) for r in results if not r.finding]
    yield from _table(("Question", "Came to", "What was seen", "Code"), told)


def _slices(slices: Slices | None, cohorts: Sequence[Slice]) -> Iterator[str]:
    if slices is None or (slices.reason and not cohorts):
        return
    yield "<h2>Where it errs most</h2>"
    shown = (*slices.found, *cohorts)
    if not slices.found and not slices.reason:
        yield "<p>No slice is surely worse than the rest.</p>"
    if shown:
        chart = draw_slices(shown, slices.error, of_classes=slices.of_classes)
        yield from _figure("", chart)
    say = percent if slices.of_classes else score_text
    rows = [
        (
            f"{one.name}: {one.sentence}" if one.name else one.sentence,
            f"{one.n_rows:,}",
            f"{say(one.error)} ({say(one.low)} to {say(one.high)})",
            say(one.elsewhere),
            percent(one.share_of_errors),
        )
        for one in shown
    ]
    heads = ("Slice", "Test rows", "Error", "Elsewhere", "Share of all error")
    yield from _table(heads, rows)


def _learning(curve: LearningCurve | None) -> Iterator[str]:
    if curve is not None:
        yield from _figure(
            "Would more rows help?", draw_learning(curve, look_ahead(curve))
        )


def _figure(title: str, chart: Chart) -> Iterator[str]:
    if title:
        yield f"<h2>{escape(title)}</h2>"
    reading = f"<figcaption>{_said(chart.reading)}</figcaption>"
    yield f"<figure>{draw_svg(chart)}{reading}</figure>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    told = ["".join(f"<td>{_said(cell)}</td>" for cell in row) for row in rows]
    if told:
        cells = "".join(f"<th>{escape(head)}</th>" for head in heads)
        yield f"<table><tr>{cells}</tr>"
        yield from (f"<tr>{row}</tr>" for row in told)
        yield "</table>"


def _said(value: object) -> str:
    return escape(" ".join(str(value).split()))
