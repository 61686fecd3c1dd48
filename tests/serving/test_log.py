import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import select

from core.errors import ServingError
from core.serving import Answer, PredictionLog
from core.serving.ids import new_ids
from core.storage.tables import outcomes

NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)


def append(log: PredictionLog, n: int = 1, *, project="churn", version=1, at=NOON):
    rows = [{"age": 40 + i, "plan": None} for i in range(n)]
    answers = [Answer("yes", 0.7, {"no": 0.3, "yes": 0.7}, None, ("odd.",))] * n
    return log.append(
        project, version, rows, answers, latency_ms=1.5, source="api", at=at
    )


def test_ids_sort_by_time_and_row_and_never_repeat():
    ids = [id_ for _ in range(50) for id_ in new_ids(20)]
    assert len(set(ids)) == 1000
    assert ids[:20] == sorted(ids[:20])
    assert ids[0] < ids[-1]


def test_what_was_asked_and_answered_comes_back(log):
    ids = append(log, 3)
    captured = log.read("churn")
    assert captured.meta["id"].tolist() == ids
    assert captured.meta["at"].tolist() == [pd.Timestamp("2026-05-03 12:00")] * 3
    assert captured.meta["at"].dtype == "datetime64[us]"
    assert captured.meta["prediction"].tolist() == ["yes"] * 3
    assert captured.meta["probability"].tolist() == [0.7] * 3
    assert captured.meta["warnings"].tolist() == [["odd."]] * 3
    assert captured.meta["outcome"].isna().all()
    assert captured.inputs["age"].tolist() == [40, 41, 42]
    assert captured.inputs["plan"].isna().all()


def test_an_empty_log_reads_as_empty_tables(log):
    captured = log.read("churn")
    assert len(captured) == 0
    assert captured.meta["probability"].dtype == "float64"
    assert captured.inputs.shape == (0, 0)
    assert log.count("churn") == 0


def test_windows_versions_and_limits_choose_rows(log):
    for day in range(4):
        append(log, version=1 + day % 2, at=NOON + timedelta(days=day))
    day = timedelta(days=1)
    assert len(log.read("churn", since=NOON + day)) == 3
    assert len(log.read("churn", until=NOON + day)) == 1
    assert len(log.read("churn", version=2)) == 2
    newest = log.read("churn", limit=2).meta["at"]
    assert newest.tolist() == [
        pd.Timestamp("2026-05-05 12"),
        pd.Timestamp("2026-05-06 12"),
    ]
    assert log.count("churn") == 4


def test_projects_are_kept_apart(log):
    append(log, project="wine")
    assert log.count("churn") == 0
    assert len(log.read("churn")) == 0


def test_outcomes_join_their_predictions(log):
    first = append(log, 2)[0]
    report = log.add_outcomes("churn", [(first, "no")])
    assert (report.n_added, report.n_unknown) == (1, 0)
    assert log.read("churn").meta["outcome"].tolist()[0] == "no"
    known = log.read("churn", with_outcomes=True)
    assert known.meta["id"].tolist() == [first]


def test_the_same_outcome_again_is_only_counted(log):
    (id_,) = append(log)
    log.add_outcomes("churn", [(id_, "no")])
    report = log.add_outcomes("churn", [(id_, "no"), (id_, "no")])
    assert (report.n_added, report.n_replaced, report.n_repeated) == (0, 0, 2)


def test_of_contradicting_outcomes_the_later_counts_and_the_earlier_is_kept(
    log, database
):
    (id_,) = append(log)
    log.add_outcomes("churn", [(id_, 0), (id_, 1)])
    report = log.add_outcomes("churn", [(id_, 2)])
    assert (report.n_added, report.n_replaced) == (0, 1)
    assert log.read("churn").meta["outcome"].tolist() == [2]
    with database.connect() as connection:
        kept = connection.execute(
            select(outcomes.c.value, outcomes.c.superseded).order_by(outcomes.c.id)
        ).all()
    assert kept == [(0, True), (1, True), (2, False)]


def test_unknown_ids_are_named_and_harm_nothing(log):
    (id_,) = append(log)
    (other,) = append(log, project="wine")
    report = log.add_outcomes("churn", [("nobody", 1), (other, 1), (id_, 1)])
    assert report.unknown == ("nobody", other)
    assert (report.n_unknown, report.n_added) == (2, 1)


def test_rows_without_an_outcome_are_left_alone(log):
    first, second, third = append(log, 3)
    pairs = [(first, None), (second, float("nan")), (third, "")]
    assert log.add_outcomes("churn", pairs).n_empty == 3
    assert len(log.read("churn", with_outcomes=True)) == 0


def test_an_outcome_that_is_a_list_is_refused(log):
    (id_,) = append(log)
    with pytest.raises(ServingError, match="single value"):
        log.add_outcomes("churn", [(id_, [1])])


def test_many_outcomes_are_taken_at_once(log):
    ids = append(log, 1200)
    report = log.add_outcomes("churn", [(id_, i % 2) for i, id_ in enumerate(ids)])
    assert report.n_added == 1200
    meta = log.read("churn", with_outcomes=True).meta
    assert meta["outcome"].sum() == 600
    assert meta["outcome"].dtype == "int64"


def test_frames_are_kept_as_json_can_hold_them(log, database):
    frame = pd.DataFrame(
        {
            "a": [1.5, np.nan],
            "b": pd.Series([True, pd.NA], dtype="boolean"),
            "c": pd.to_datetime(["2024-05-31", None]),
        }
    )
    log.append("churn", 1, frame, [Answer(1.0)] * 2, latency_ms=None, source="batch")
    inputs = log.read("churn").inputs
    assert json.loads(inputs.iloc[[0]].to_json(orient="records")) == [
        {"a": 1.5, "b": True, "c": "2024-05-31T00:00:00"}
    ]
    assert inputs.iloc[1].isna().all()


def test_columns_of_several_types_keep_their_values(log):
    for value in (1, "x", None, 2.5):
        log.append(
            "churn", 1, [{"a": value}], [Answer(1)], latency_ms=1.0, source="api"
        )
    assert log.read("churn").inputs["a"].tolist()[:2] == [1, "x"]
