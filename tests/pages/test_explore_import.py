from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.workspace import open_workspace

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"
CONTENT = b"when;fee;left\n" + b"".join(
    b"0%d/0%d/2024;%d,5;%s\n" % (1 + i % 9, 1 + i % 7, i, b"yes" if i % 3 else b"no")
    for i in range(40)
)


@pytest.fixture
def opened(settings):
    workspace = open_workspace(settings)
    project = workspace.projects.create("Who leaves?")
    page = AppTest.from_file(str(ROUTER), default_timeout=60)
    page.session_state["project"] = project.id
    page.switch_page("explore.py").run()
    page.file_uploader[0].upload("people.csv", CONTENT).run()
    assert not page.exception
    cycle = lambda: workspace.cycles.current(project.id)  # noqa: E731
    return workspace, cycle, page


def test_what_is_ambiguous_is_asked_and_another_answer_reads_anew(opened):
    workspace, cycle, page = opened
    before = workspace.data.frame(cycle().dataset_id)["when"].tolist()
    (asked,) = [c for c in page.radio if "Do the dates begin" in c.label]
    asked.set_value("Day first").run()
    assert not page.exception
    after = workspace.data.frame(cycle().dataset_id)["when"].tolist()
    assert [(d.month, d.day) for d in before] == [(d.day, d.month) for d in after]
    assert not [c for c in page.radio if "Do the dates begin" in c.label]


def test_every_guess_can_be_changed_with_a_preview(opened):
    workspace, cycle, page = opened
    first = cycle().dataset_id
    page.toggle[0].set_value(True).run()
    assert not page.exception
    box = next(item for item in page.selectbox if item.label == "First row")
    box.set_value("Values").run()
    assert not page.exception
    assert cycle().dataset_id == first
    button = next(item for item in page.button if item.label == "Use this table")
    button.click().run()
    assert not page.exception
    dataset = workspace.data.get(cycle().dataset_id)
    assert dataset.id != first
    assert (dataset.n_rows, dataset.report.header) == (41, False)


def test_a_good_table_needs_no_further_click(opened):
    _, cycle, page = opened
    assert cycle().dataset_id is not None
    assert not [item for item in page.button if item.label == "Use this table"]
