import numpy as np
import pytest
from sqlalchemy import update

from core.serving import Service
from core.serving.batch import score_table
from core.serving.receipt import find_kept, replay
from core.serving.refusal import RefusedError
from core.storage.tables import predictions
from tests.fitted import TARGETS, customers

ROW = {"age": 41, "spend": 60.123456789, "plan": "new?", "member": True, "other": 1}


@pytest.mark.parametrize("task", TARGETS)
def test_an_answer_is_the_same_bit_for_bit_when_its_id_is_replayed(
    call, registry, log, task
):
    for row in (ROW, {}, {"age": None, "plan": ""}):
        told = call("POST", f"/projects/{task}/predict", json=row).json()
        id_ = told["predictions"][0]["id"]
        receipt = call("GET", f"/projects/{task}/predictions/{id_}").json()
        assert receipt["matches"]
        assert receipt["answer"]["prediction"] == told["predictions"][0]["prediction"]
        assert receipt["version"] == 1


def test_rows_of_a_whole_file_are_the_same_one_by_one(registry, log, service):
    frame = customers(60).drop(columns=list(TARGETS.values()), errors="ignore")
    frame.loc[::7, "age"] = np.nan
    scored = score_table(service, frame, log=log)
    for id_ in scored["prediction_id"][::6]:
        assert replay(service, find_kept(log.database, "binary", id_)).matches


def test_a_row_that_was_changed_is_found_out(call, registry, log):
    told = call("POST", "/projects/binary/predict", json=ROW).json()["predictions"][0]
    wrong = {**told, "probability": 0.5}
    wrong.pop("id")
    with log.database.begin() as connection:
        connection.execute(update(predictions).values(output=wrong))
    kept = find_kept(log.database, "binary", told["id"])
    receipt = replay(Service(registry.load("binary", 1)), kept)
    assert receipt.differing == ("probability",)


def test_an_id_of_another_project_is_not_found(call, log):
    told = call("POST", "/projects/binary/predict", json=ROW).json()["predictions"][0]
    answer = call("GET", f"/projects/regression/predictions/{told['id']}")
    assert answer.status_code == 404
    with pytest.raises(RefusedError):
        find_kept(log.database, "binary", "nothing")
