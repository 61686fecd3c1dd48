"""Where the model errs, and whether to believe its numbers: the Evaluate page."""

import pytest
from streamlit.testing.v1 import AppTest

from core.data import Condition
from core.evaluation.learning import LearningCurve, SizePoint
from core.evaluation.slicing import Slice
from core.settings import Settings
from pages.shared.evaluate_slices import slices_table
from tests.pages.test_evaluate import Site, button, charts, make_site, press, words


@pytest.fixture
def site(settings: Settings) -> Site:
    made = make_site(settings)
    made.workspace.evaluation.open(made.cycle_id)
    return made


def open_section(site: Site, section: str, **parts: str) -> AppTest:
    page = site.open()
    page.session_state["evaluate-section"] = section
    for key, part in parts.items():
        page.session_state[key] = part
    page.run()
    assert not page.exception
    return page


def test_too_few_rows_for_slices_is_said_and_cohorts_are_shown(site: Site) -> None:
    page = open_section(site, "Slices")
    assert "At least 200 test rows are needed" in words(page)
    assert "No saved cohort has rows here" in words(page)


def test_groups_of_a_column_are_shown_each_figure_with_its_question(site: Site) -> None:
    page = open_section(site, "Slices", where="Groups side by side")
    assert "Which differences between groups are fair" in words(page)
    page.selectbox(key="group-column").select("age").run()
    assert not page.exception
    assert "as often given the favourable answer?" in words(page)
    (table,) = [t.value for t in page.dataframe if "Group" in t.value]
    assert table["Rows"].sum() == 60
    assert "too few" in " ".join(table["Selection rate"])
    assert len(charts(page)) == 1


def test_a_table_of_slices_says_rows_interval_and_verdict() -> None:
    one = Slice("", (Condition("plan", "==", "a"),), 90, 0.09, 45, 0.5, 0.36, 0.64,
                0.1, 0.33, 0.001, 0.2)  # fmt: skip
    (row,) = slices_table([one], of_classes=True).to_dict("records")
    assert row["Slice"] == "plan is a"
    assert row["Wrong"] == "50.0% (36.0% to 64.0%)"
    assert row["Measured on"] == 45
    assert row["Verdict"] == "worse"


def test_checks_say_what_they_saw_or_why_they_do_not_apply(site: Site) -> None:
    page = open_section(site, "Checks")
    said = words(page)
    assert "10 checks:" in said
    assert "Is it better than the baseline?** ROC AUC is 0." in said
    assert "Does not apply: no column could be tried alone" in said
    assert "EVAL-015" in said


def test_the_learning_curve_is_offered_and_then_answers(site: Site) -> None:
    page = open_section(site, "More rows")
    assert "Would more rows help?" in words(page)
    assert button(page, "Work it out")
    scrutiny = site.workspace.scrutiny
    found = site.workspace.evaluation.latest(site.cycle_id)
    assert found is not None
    sizes = (50, 100, 200, 400)
    points = tuple(SizePoint(n, (0.9 - 4 / n, 0.9 - 4.2 / n, 0.9)) for n in sizes)
    curve = LearningCurve("A", "roc_auc", "ROC AUC", True, 1.0, 60, points)
    scrutiny.keep_learning(found, curve)
    page = open_section(site, "More rows")
    assert "12 fits of A" in words(page)
    assert "training rows" in words(page)
    assert len(charts(page)) == 1


def test_the_report_is_offered_and_lies_in_the_version_with_the_judgement(
    site: Site,
) -> None:
    page = open_section(site, "Download")
    assert any(
        "Download the report" in b.proto.label for b in page.get("download_button")
    )
    page.text_area(key="card-use").input("Calls to those who may leave")
    page.selectbox(key="card-risk").select("medium").run()
    assert "Intended use: Calls to those who may leave" in words(page)
    assert "Risk: medium" in words(page)
    press(page, "Save as a version")
    version = site.workspace.registry.load(site.cycle.project_id, 1)
    report = (version.directory / "report.html").read_text()
    assert "Who leaves" in report
    assert "<script" not in report
    assert "Intended use: Calls to those who may leave" in version.card
    assert "Risk: medium." in version.card
    assert "report.html" in version.manifest.files


def test_a_broken_column_shows_what_moves_and_a_blind_spot_goes_into_the_card(
    site: Site,
) -> None:
    page = open_section(site, "Stress")
    page.selectbox(key="stress-column").select("calls").run()
    page.selectbox(key="stress-kind").select("unit").run()
    assert not page.exception
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown["ROC AUC before"] != shown["ROC AUC after"]
    found = site.workspace.evaluation.latest(site.cycle_id)
    assert found is not None
    site.workspace.scrutiny.keep_blind_spot(found, "No monitor tells: calls.")
    site.workspace.scrutiny.keep_blind_spot(found, "No monitor tells: calls.")
    page = open_section(site, "Stress")
    assert words(page).count("No monitor tells: calls.") == 1
    press(page, "Save as a version")
    card = site.workspace.registry.load(site.cycle.project_id, 1).card
    assert "No monitor tells" in card
