from functools import partial

import numpy as np
import pandas as pd
import pytest

from core.data.reading import blocks
from core.data.reading.flow import open_flow
from core.errors import DataError, ServingError
from core.serving import PredictionLog, Service
from core.serving.batch import (
    BatchOptions,
    file,
    neutralise_formulas,
    propose_mapping,
    score_file,
    score_table,
)
from core.serving.batch import __main__ as batch_command
from tests.fitted import TARGETS, customers, fit_model


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
    report = score_file(service, tmp_path / "in.csv", tmp_path / "out.csv", log=log)
    assert (report.n_rows, report.n_refused) == (120, 0)
    written = pd.read_csv(tmp_path / "out.csv")
    assert written["note"].str.startswith("'=").all()
    assert report.n_warned == int(written["warnings"].notna().sum()) > 0
    assert log.count("binary") == 120


def test_a_file_that_cannot_be_read_leaves_what_is_there(service, tmp_path):
    (tmp_path / "in.csv").write_bytes(b"")
    (tmp_path / "out.csv").write_text("kept")
    with pytest.raises(DataError):
        score_file(service, tmp_path / "in.csv", tmp_path / "out.csv")
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


def test_a_large_file_is_answered_in_pieces_with_its_cells_as_they_stand(
    service, tmp_path, monkeypatch
):
    monkeypatch.setattr(blocks, "BLOCK", 2_000)
    rows = customers(300).assign(zip="01230", note="=1+1")
    rows.to_csv(tmp_path / "in.csv", index=False, sep=";", decimal=",")
    flow = open_flow(tmp_path / "in.csv", stream_from=0)
    sizes = [len(piece.frame) for piece in flow.pieces]
    assert flow.is_streamed
    assert len(sizes) > 3
    monkeypatch.setattr(file, "open_flow", partial(open_flow, stream_from=0))
    told: list[int] = []
    report = score_file(
        service,
        tmp_path / "in.csv",
        tmp_path / "out.csv",
        on_progress=lambda _share, n_rows: told.append(n_rows),
    )
    assert report.is_streamed
    assert (report.n_rows, told) == (300, list(np.cumsum(sizes)))
    written = pd.read_csv(tmp_path / "out.csv", dtype="str")
    assert written["spend"].dropna().str.contains(",").all()
    assert set(written["zip"]) == {"01230"}
    assert set(written["note"]) == {"'=1+1"}
    assert written["prediction"].tolist() == [
        answer.prediction for answer in service.predict(rows, strict=False)
    ]


def test_a_cell_that_does_not_fit_costs_only_its_own_row(
    service, tmp_path, monkeypatch
):
    rows = customers(200).astype({"age": object})
    rows.loc[150, "age"] = "forty"
    rows.to_csv(tmp_path / "in.csv", index=False)
    monkeypatch.setattr(file, "open_flow", partial(open_flow, stream_from=0))
    score_file(service, tmp_path / "in.csv", tmp_path / "out.csv")
    warnings = pd.read_csv(tmp_path / "out.csv")["warnings"].fillna("")
    assert np.flatnonzero(warnings.str.contains("does not fit")).tolist() == [150]


def test_a_parquet_file_becomes_a_parquet_file(service, tmp_path):
    rows = customers()
    rows.to_parquet(tmp_path / "in.parquet")
    report = score_file(service, tmp_path / "in.parquet", tmp_path / "out.parquet")
    written = pd.read_parquet(tmp_path / "out.parquet")
    assert report.is_streamed
    assert written["age"].tolist() == rows["age"].tolist()
    assert written["prediction"].tolist() == [
        answer.prediction for answer in service.predict(rows, strict=False)
    ]


def test_columns_under_other_names_are_answered_as_under_the_models(service):
    rows = customers()
    other = rows.rename(columns={"spend": "Ausgaben", "plan": "Plan"})
    options = BatchOptions({"Ausgaben": "spend", "Plan": "plan"})
    scored = score_table(service, other, options=options)
    assert scored["probability"].tolist() == (
        score_table(service, rows)["probability"].tolist()
    )
    assert list(scored.columns[:3]) == ["age", "Ausgaben", "Plan"]


def test_a_column_that_is_mapped_away_hides_one_of_the_models_name(service):
    rows = customers()
    other = rows.assign(other=rows["spend"], spend=0.0)
    scored = score_table(service, other, options=BatchOptions({"other": "spend"}))
    assert scored["probability"].tolist() == (
        score_table(service, rows)["probability"].tolist()
    )


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"none": "spend"}, "file has no column"),
        ({"age": "none"}, "model has no column"),
        ({"age": "spend", "value": "spend"}, "Two columns"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused(service, mapping, said):
    with pytest.raises(ServingError, match=said):
        score_table(service, customers(), options=BatchOptions(mapping))


def test_names_that_could_stand_for_two_are_not_proposed():
    assert propose_mapping(["a_b"], ["A B", "A-B"]) == {}
    assert propose_mapping(["a_b", "AB"], ["a-b"]) == {}


def test_reasons_name_the_columns_that_moved_the_answer(registry):
    registry.add("binary", fit_model(), who="Ada", reference=customers())
    service = Service(registry.load("binary", 2))
    scored = score_table(
        service, customers().head(3), options=BatchOptions(n_reasons=2)
    )
    assert scored["reasons"].str.count(" is ").tolist() == [2, 2, 2]
    assert scored["reasons"].str.contains("odds").all()


def test_the_command_answers_a_file_and_says_so(
    registry, settings, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(batch_command, "get_settings", lambda: settings)
    rows = customers().rename(columns={"spend": "SPEND", "plan": "tariff"})
    rows.to_csv(tmp_path / "in.csv", index=False)
    to = [str(tmp_path / "in.csv"), str(tmp_path / "out.csv")]
    code = batch_command.main([*to, "--project", "binary", "--map", "tariff=plan"])
    said = capsys.readouterr()
    assert code == 0
    assert said.out.startswith("120 rows answered")
    assert "'SPEND' is taken for 'spend'" in said.err
    assert len(pd.read_csv(tmp_path / "out.csv")) == 120
    assert PredictionLog(registry.database).count("binary") == 120
    assert batch_command.main([*to, "--project", "nobody"]) == 1
    assert "no project" in capsys.readouterr().err
