import numpy as np
import pytest
from sqlalchemy import event

from core.errors import SchemaError
from core.serving import read_outcomes
from tests.fitted import customers, fit_model


def test_labels_are_matched_as_they_are_written():
    assert read_outcomes(fit_model(), ["yes", "no", None, ""]) == [
        "yes", "no", None, None,
    ]  # fmt: skip


def test_a_label_that_is_a_number_may_come_as_text_or_float():
    model = fit_model()
    object.__setattr__(model, "classes_", np.array([0, 1]))
    read = read_outcomes(model, ["1", 1.0, 0, float("nan")])
    assert read == [1, 1, 0, None]
    assert [type(value) for value in read[:3]] == [int, int, int]


def test_an_unknown_label_is_refused_with_those_allowed():
    with pytest.raises(SchemaError, match="'perhaps' is not one of no, yes") as caught:
        read_outcomes(fit_model(), ["yes", "perhaps"])
    assert caught.value.problems[0]["row"] == 1


@pytest.mark.parametrize("value", ["much", True, 10**400, "inf", [1]])
def test_for_a_number_only_numbers_are_taken(value):
    model = fit_model("regression")
    assert read_outcomes(model, ["3.5", 2]) == [3.5, 2.0]
    with pytest.raises(SchemaError, match="not a number"):
        read_outcomes(model, [value])


def test_ids_are_looked_up_however_many_rows_the_project_has(log, service):
    """SQLite would rather go through all rows of the project, for each 500 ids."""
    rows = customers(20)
    answers = service.predict(rows, strict=False)
    ids = log.append("binary", 1, rows, answers, latency_ms=1.0, source="api")
    asked: list[tuple[str, tuple]] = []

    def note(_connection, _cursor, statement, parameters, _context, _many) -> None:
        if statement.startswith("SELECT") and "FROM predictions" in statement:
            asked.append((statement, parameters))

    event.listen(log.database.engine, "before_cursor_execute", note)
    log.add_outcomes("binary", [(id_, "yes") for id_ in ids])
    assert len(log.read_ids("binary", ids).meta) == 20
    assert len(log.read_ids("another", ids).meta) == 0
    event.remove(log.database.engine, "before_cursor_execute", note)
    assert len(asked) == 3
    with log.database.connect() as connection:
        for statement, parameters in asked:
            plan = connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", parameters
            ).all()
            assert "predictions_1 (id=?)" in plan[0].detail
