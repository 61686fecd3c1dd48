"""The reasons beside an answer on the Predict page."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from core.settings import Settings
from core.workspace import open_workspace
from tests.fitted import customers, fit_model

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"


def answered(settings: Settings, task: str, *, reference: bool = True) -> AppTest:
    """Return the Predict page after one answer."""
    workspace = open_workspace(settings)
    project = workspace.projects.create("Customers")
    rows = customers() if reference else None
    info = workspace.registry.add(
        project.id, fit_model(task), who="tester", reference=rows
    )
    workspace.registry.set_alias(project.id, "champion", info.number, who="tester")
    page = AppTest.from_file(str(ROUTER), default_timeout=30)
    page.session_state["project"] = project.id
    page.switch_page("predict.py").run()
    next(b for b in page.button if b.label == "Predict").click().run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    shown = [*page.markdown, *page.caption, *page.info, *page.subheader]
    return "\n".join(element.value for element in shown).replace("\\", "")


def named(widgets, label):
    return next(widget for widget in widgets if widget.label == label)


def test_the_answer_comes_with_reasons_and_ways_out(settings):
    page = answered(settings, "binary")
    assert "The probability of yes is" in words(page)
    assert "against" in words(page)
    locked = named(page.multiselect, "Stays as it is")
    locked.set_value(["age", "spend", "plan", "member", "since"]).run()
    assert not page.exception
    assert "No change within the training range" in words(page)


def test_a_wished_number_can_be_named(settings):
    page = answered(settings, "regression")
    assert "which number is wished for" in words(page)
    named(page.number_input, "At least").set_value(1.0).run()
    assert not page.exception
    assert "value at least 1" in words(page)


def test_a_wished_range_without_inside_is_told(settings):
    page = answered(settings, "regression")
    named(page.number_input, "At least").set_value(5.0)
    named(page.number_input, "At most").set_value(1.0).run()
    assert not page.exception
    assert "no inside" in page.error[0].value


def test_another_class_can_be_wished_for(settings):
    page = answered(settings, "multiclass")
    named(page.selectbox, "Wished for").set_value("high").run()
    assert not page.exception
    assert "level high" in words(page)


def test_a_version_without_training_rows_still_answers(settings):
    page = answered(settings, "binary", reference=False)
    assert "no training rows to explain" in words(page)
