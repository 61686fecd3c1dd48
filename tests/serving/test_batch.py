import pandas as pd
import pytest

from core.errors import DataError
from core.serving import Service
from core.serving.batch import neutralise_formulas, score_csv, score_table
from tests.fitted import TARGETS, customers


@pytest.mark.parametrize("task", list(TARGETS))
def test_rows_keep_their_order_and_get_the_models_answers(registry, task):
    version, rows = registry.load(task, 1), customers(random_state=5)
    scored = score_table(Service(version), rows, chunk_rows=17)
    pd.testing.assert_frame_equal(scored[rows.columns], rows)
    assert scored["prediction"].tolist() == version.model.predict(rows).tolist()
    assert set(scored["version"]) == {1}


def test_a_number_has_the_ends_of_its_interval(registry):
    service = Service(registry.load("regression", 1))
    scored = score_table(service, customers())
    assert ((scored["high"] - scored["low"]) - 15.0).abs().max() < 1e-9


def test_with_a_log_every_row_has_its_id(service, log):
    scored = score_table(service, customers(), log=log, chunk_rows=50)
    captured = log.read("binary")
    assert scored["prediction_id"].tolist() == captured.meta["id"].tolist()
    assert set(captured.meta["source"]) == {"batch"}
    assert "churn" not in captured.inputs


def test_progress_ends_at_one(service):
    told: list[float] = []
    score_table(service, customers(), chunk_rows=50, on_progress=told.append)
    assert told == [50 / 120, 100 / 120, 1.0]


def test_a_table_without_rows_gets_the_columns(service):
    scored = score_table(service, customers().head(0))
    assert len(scored) == 0
    assert {"prediction", "probability", "warnings"} <= set(scored.columns)


def test_a_taken_name_gets_a_number(service):
    rows = customers().assign(prediction="mine")
    scored = score_table(service, rows)
    assert set(scored["prediction"]) == {"mine"}
    assert set(scored["prediction_2"]) <= {"no", "yes"}


def test_what_does_not_fit_is_answered_and_told(service):
    rows = customers().head(2).astype({"age": object})
    rows.loc[1, "age"] = "forty"
    told = score_table(service, rows)["warnings"].tolist()
    assert "forty" not in told[0]
    assert 'age is "forty", which does not fit.' in told[1]


def test_a_file_is_answered_into_a_file(service, tmp_path, log):
    rows = customers().assign(note="=cmd|' /C calc'!A0")
    rows.to_csv(tmp_path / "in.csv", index=False)
    report = score_csv(service, tmp_path / "in.csv", tmp_path / "out.csv", log=log)
    assert (report.n_rows, report.n_refused) == (120, 0)
    written = pd.read_csv(tmp_path / "out.csv")
    assert written["note"].str.startswith("'=").all()
    assert report.n_warned == int(written["warnings"].notna().sum()) > 0
    assert log.count("binary") == 120


def test_a_file_that_cannot_be_read_leaves_what_is_there(service, tmp_path):
    (tmp_path / "in.csv").write_bytes(b"")
    (tmp_path / "out.csv").write_text("kept")
    with pytest.raises(DataError):
        score_csv(service, tmp_path / "in.csv", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "kept"


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_that_a_spreadsheet_would_run_is_set_behind_a_quote(text):
    frame = pd.DataFrame({"a": [text, None], text: [1, 2]})
    safe = neutralise_formulas(frame)
    assert safe.columns.tolist() == ["a", f"'{text}"]
    assert safe["a"].tolist()[0] == f"'{text}"
    assert frame.columns.tolist() == ["a", text]


@pytest.mark.parametrize("text", ["-5", "+3.2", "-1e-4", "plain", "a=b", ""])
def test_other_text_stays_as_it_is(text):
    assert neutralise_formulas(pd.DataFrame({"a": [text]}))["a"].tolist() == [text]
