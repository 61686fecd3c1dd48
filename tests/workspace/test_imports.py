import io

import pytest

from core.errors import DataError, WorkspaceError

ROWS = (
    b"%d;0%d/0%d/2024;1.%03d;yes\n" % (i, 1 + i % 9, 1 + i % 7, i) for i in range(30)
)
CSV = b"code;when;fee;left\n" + b"".join(ROWS) + b"x;01/02/2024;2.500;no\n"


@pytest.fixture
def dataset(workspace):
    project = workspace.projects.create("Fees")
    return workspace.data.import_table(project.id, io.BytesIO(CSV), "fees.csv")


def test_another_answer_reads_the_kept_bytes_anew(workspace, dataset):
    first = workspace.data.frame(dataset.id)["when"][30]
    again = workspace.data.read_again(dataset.id, day_first=True)
    assert again.raw_sha256 == dataset.raw_sha256
    assert again.id != dataset.id
    assert workspace.data.frame(again.id)["when"][30] != first
    codes = [question.code for question in again.report.questions]
    assert "day_first" not in codes


def test_chosen_types_and_columns_are_kept(workspace, dataset):
    kinds = {"code": "integer", "fee": "text", "left": "category"}
    again = workspace.data.read_again(dataset.id, kinds=kinds, leave_out=["when"])
    assert again.schema.names == ("code", "fee", "left")
    assert again.schema.kinds == kinds
    frame = workspace.data.frame(again.id)
    assert frame["fee"][0] == "1.000"
    assert frame["left"][0] == "yes"
    assert frame["code"].isna().sum() == 1
    assert any("1 values are no integer" in note for note in again.report.notes)


def test_a_preview_reads_only_the_beginning(workspace, dataset, monkeypatch):
    monkeypatch.setattr("core.workspace.imports._PREVIEW_BYTES", 200)
    table = workspace.data.preview(dataset.id, delimiter=";")
    assert 0 < len(table.frame) < 31


def test_columns_that_are_not_there_are_refused(workspace, dataset):
    with pytest.raises(DataError, match="nothing"):
        workspace.data.read_again(dataset.id, kinds={"nothing": "text"})
    with pytest.raises(DataError, match="No column is left"):
        workspace.data.read_again(dataset.id, leave_out=list(dataset.schema.names))


def test_a_table_that_rondo_made_cannot_be_read_anew(workspace, dataset):
    frame = workspace.data.frame(dataset.id)
    made = workspace.data.add_frame(dataset.project_id, frame, "made")
    assert workspace.data.raw_path(made.id) is None
    with pytest.raises(WorkspaceError, match="not kept"):
        workspace.data.read_again(made.id)
