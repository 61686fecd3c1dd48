"""The report is one file that needs nothing else, and shows names literally."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree

import plotly.graph_objects as go
import pytest

from core.evaluation import Evaluation, evaluate_against
from core.evaluation.checking import Evidence, run_checks
from core.evaluation.held_out import look
from core.evaluation.learning import LearningCurve, SizePoint
from core.evaluation.slicing import worst_slices
from core.plots.html_report import MOST_BYTES, ReportParts, write_report
from core.plots.svg import draw_svg
from core.plots.theme import Chart
from core.workspace.records import EvaluationRecord
from tests.fitted import TARGETS, customers, fit_model

HOSTILE = "<script>alert(1)</script> & <img src=x onerror=y>"
TASKS = ("binary", "multiclass", "regression")


def parts_of(task: str, project: str = "Who leaves") -> ReportParts:
    rows = customers(400, random_state=3)
    model, other = fit_model(task), fit_model(task, seed=1)
    found, baseline, comparison = evaluate_against(model, other, rows, TARGETS[task])
    record = EvaluationRecord(
        "e", "p", datetime(2026, 5, 1, tzinfo=UTC), "r", "h", model.name, found,
        baseline, comparison, 2,
    )  # fmt: skip
    points = tuple(SizePoint(n, (0.5 + n / 1e4, 0.51)) for n in (50, 100, 200, 400))
    return ReportParts(
        project, record, run_checks(Evidence(found, comparison)),
        worst_slices(look(model, rows, TARGETS[task])),
        learning=LearningCurve("A", "m", "M", True, 1.0, 90, points),
    )  # fmt: skip


@pytest.mark.parametrize("task", TASKS)
def test_the_report_needs_nothing_beside_itself(task):
    html = write_report(parts_of(task))
    assert len(html.encode()) < MOST_BYTES / 10
    assert not re.search(r"<script|<link|<img|url\(|@import|src=", html)
    assert set(re.findall(r"https?://[^\"' ]+", html)) == {"http://www.w3.org/2000/svg"}
    assert "opened 2 times" in html
    assert "Does not apply" in html or "does not apply" in html


@pytest.mark.parametrize("task", TASKS)
def test_every_figure_is_well_formed_and_has_its_words(task):
    html = write_report(parts_of(task))
    figures = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert len(figures) >= 4
    for figure in figures:
        tree = ElementTree.fromstring(figure)  # noqa: S314  our own text
        assert tree.attrib["aria-label"]
        assert len(list(tree)) > 5
        assert "nan" not in figure


def test_names_from_outside_are_shown_literally():
    parts = parts_of("binary", HOSTILE)
    named: Evaluation = replace(parts.found.champion, target=HOSTILE)
    html = write_report(replace(parts, found=replace(parts.found, champion=named)))
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;" in html


def test_what_is_not_known_is_left_out():
    bare = ReportParts("P", parts_of("binary").found)
    html = write_report(bare)
    assert "Checks" not in html
    assert "Where it errs most" not in html


def test_a_picture_shows_bars_lines_and_names():
    figure = go.Figure(go.Bar(x=[1.0, 3.0], y=["a", "b<c"], orientation="h"))
    figure.add_scatter(x=[1.0, 2.0], y=["a", "b<c"], mode="lines+markers", name="two")
    drawn = draw_svg(Chart(figure, "Bars", ""))
    tree = ElementTree.fromstring(drawn)  # noqa: S314  our own text
    tags = [element.tag.rsplit("}", 1)[-1] for element in tree]
    assert tags.count("rect") == 2
    assert "circle" in tags
    assert "b&lt;c" in drawn
