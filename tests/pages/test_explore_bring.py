"""Explore takes several files, an address and a database, and says what goes wrong."""

import sqlite3
from pathlib import Path

import fsspec
import pytest
from streamlit.testing.v1 import AppTest

from core.workspace import open_workspace

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"
FIRST = b"fee,left\n" + b"".join(b"%d,yes\n%d,no\n" % (i, i + 50) for i in range(20))
SECOND = b"left,fee\nyes,1000\nno,1001\n"


@pytest.fixture
def opened(settings):
    workspace = open_workspace(settings)
    project = workspace.projects.create("Who leaves?")
    page = AppTest.from_file(str(ROUTER), default_timeout=60)
    page.session_state["project"] = project.id
    page.switch_page("explore.py").run()

    def dataset():
        made = workspace.cycles.current(project.id).dataset_id
        return workspace.data.get(made) if made else None

    return dataset, page


def choose(page, way):
    page.segmented_control[0].set_value(way).run()
    assert not page.exception


def fill(page, label, text):
    inputs = [*page.text_input, *page.text_area]
    next(item for item in inputs if item.label == label).set_value(text)


def press(page, label):
    next(item for item in page.button if item.label == label).click().run()
    assert not page.exception


def test_several_files_become_one_table(opened):
    dataset, page = opened
    page.file_uploader[0].upload("a.csv", FIRST)
    page.file_uploader[0].upload("b.csv", SECOND).run()
    assert dataset() is None
    page.checkbox[0].check().run()
    press(page, "Bring them in")
    made = dataset()
    assert (made.n_rows, made.n_columns) == (42, 3)
    assert [file.name for file in made.report.sources] == ["a.csv", "b.csv"]


def test_files_that_differ_are_refused_in_words(opened):
    dataset, page = opened
    page.file_uploader[0].upload("a.csv", FIRST)
    page.file_uploader[0].upload("b.csv", b"other,left\n1,yes\n2,no\n").run()
    press(page, "Bring them in")
    assert "other columns" in page.error[0].value
    assert dataset() is None


def test_a_table_is_fetched_from_an_address(opened):
    dataset, page = opened
    with fsspec.open("memory://bring/fees.csv", "wb") as file:
        file.write(FIRST)
    choose(page, "Address")
    fill(page, "Address of the table", "memory://bring/none.csv")
    press(page, "Fetch")
    assert "nothing is there" in page.error[0].value
    fill(page, "Address of the table", "memory://bring/fees.csv")
    press(page, "Fetch")
    assert dataset().name == "fees.csv"


def test_a_query_is_run_and_its_address_forgotten(opened, tmp_path):
    dataset, page = opened
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("CREATE TABLE t (fee INTEGER, kind TEXT)")
        rows = [(i, "ab"[i % 2]) for i in range(30)]
        connection.executemany("INSERT INTO t VALUES (?, ?)", rows)
    connection.close()
    choose(page, "Database")
    fill(page, "Address of the database", f"sqlite:///{tmp_path}/shop.db")
    fill(page, "Query", "DROP TABLE t")
    press(page, "Run the query")
    assert "Only one SELECT is run" in page.error[0].value
    fill(page, "Query", "SELECT * FROM t")
    press(page, "Run the query")
    assert dataset().n_rows == 30
    assert not [item for item in page.text_input if "shop.db" in str(item.value)]


def test_the_sheet_of_a_file_is_chosen_from_a_list(opened):
    dataset, page = opened
    content = (
        b'{"people": [{"a": 1}, {"a": 2}, {"a": 3}], "towns": [{"c": 1}, {"c": 2}]}'
    )
    page.file_uploader[0].upload("both.json", content).run()
    page.toggle[0].set_value(True).run()
    part = next(item for item in page.selectbox if item.label == "Part of the file")
    assert part.options == ["people", "towns"]
    part.set_value("towns").run()
    press(page, "Use this table")
    assert [column.name for column in dataset().schema] == ["c"]
