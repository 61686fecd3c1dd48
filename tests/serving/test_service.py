import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import coerce
from core.data.cells import plain_columns
from core.errors import SchemaError
from core.modeling.encoder import raw_columns
from core.serving import Service
from tests.fitted import TARGETS, customers, fit_model

ROW = {
    "age": 41,
    "spend": 60.5,
    "plan": "basic",
    "member": True,
    "since": "2024-05-31",
}


def records(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Return rows as JSON would bring them."""
    columns = frame.drop(columns=list(TARGETS.values()))
    columns["since"] = columns["since"].dt.strftime("%Y-%m-%d")
    return columns.astype(object).where(columns.notna(), None).to_dict("records")


@pytest.mark.parametrize("blended", [False, True], ids=["one model", "blend"])
@pytest.mark.parametrize("task", list(TARGETS))
def test_records_and_frames_get_what_the_model_says_bit_for_bit(task, blended):
    model, frame = fit_model(task, blended=blended), customers(random_state=3)
    raw = plain_columns(records(frame), model.schema)
    assert raw is not None
    expected = model.output(frame)
    np.testing.assert_array_equal(model.output_of(raw, len(frame)), expected)


@pytest.mark.parametrize("task", list(TARGETS))
def test_predictions_are_the_models_own_labels_or_numbers(registry, task):
    version, frame = registry.load(task, 1), customers(random_state=3)
    answers = Service(version).predict(records(frame))
    assert [a.prediction for a in answers] == version.model.predict(frame).tolist()
    assert type(answers[0].prediction) in (str, float)


def test_a_binary_answer_gives_the_probability_of_the_positive_class(service):
    (answer,) = service.predict([ROW])
    assert answer.probability == answer.probabilities["yes"]
    assert answer.prediction == ("yes" if answer.probability >= 0.4 else "no")
    assert answer.interval is None
    assert answer.warnings == ()


def test_a_multiclass_answer_gives_the_probability_of_its_own_class(registry):
    (answer,) = Service(registry.load("multiclass", 1)).predict([ROW])
    assert answer.probability == answer.probabilities[answer.prediction]
    assert answer.probability == max(answer.probabilities.values())


def test_a_number_comes_with_its_interval(registry):
    (answer,) = Service(registry.load("regression", 1)).predict([ROW])
    low, high = answer.interval
    assert high - low == pytest.approx(15.0)
    assert (low + high) / 2 == pytest.approx(answer.prediction)
    assert answer.probability is None


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param({"plan": "gold"}, 'plan is "gold", unknown', id="new category"),
        pytest.param({"age": 140}, "age is 140, above all", id="above the range"),
        pytest.param({"age": 3}, "age is 3, below all", id="below the range"),
        pytest.param({"since": "1999-01-01"}, "since is 1999-01-01", id="early date"),
        pytest.param({"spend": None}, "spend is missing.", id="missing number"),
        pytest.param({"plan": ""}, "plan is missing.", id="empty text"),
        pytest.param({"agee": 3}, '"agee" is no column', id="misspelt column"),
    ],
)
def test_what_training_did_not_have_is_answered_with_a_warning(service, changed, told):
    (answer,) = service.predict([ROW | changed])
    assert len(answer.warnings) == 1
    assert told in answer.warnings[0]


def test_the_target_may_come_along(service):
    assert service.predict([ROW | {"churn": "yes"}])[0].warnings == ()


def test_an_empty_record_is_answered_with_one_warning_that_names_each_column(service):
    (warning,) = service.predict([{}])[0].warnings
    assert warning.startswith(f"{len(ROW)} columns are missing: ")
    assert all(name in warning for name in ROW)


def test_no_rows_get_no_answers(service):
    assert service.predict([]) == []
    assert service.predict(customers().head(0)) == []


def test_a_value_of_the_wrong_type_is_refused_with_row_and_column(service):
    with pytest.raises(SchemaError) as caught:
        service.predict([ROW, ROW | {"age": "forty", "member": 7}])
    assert [(p["row"], p["column"]) for p in caught.value.problems] == [
        (1, "age"),
        (1, "member"),
    ]


def test_when_not_strict_it_counts_as_missing_and_is_told(service):
    (answer,) = service.predict([ROW | {"age": "forty"}], strict=False)
    assert answer.warnings == ("age is missing.", 'age is "forty", which does not fit.')


@pytest.mark.parametrize("row", [7, "text", None, [1]])
def test_a_row_that_is_no_object_is_refused(service, row):
    with pytest.raises(SchemaError, match="Row 1 is not an object"):
        service.predict([ROW, row])


def test_only_what_the_model_looks_at_is_captured(service):
    assert service.captured({"age": 3, "secret": "x"}) == {"age": 3}


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(["basic", "2024-05-31", "2024-05-31T10:00", "41", "yes", " "]),
    st.lists(st.integers(), max_size=1),
)


@settings(max_examples=60)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(ROW, CELLS)), max_size=3))
def test_the_short_way_agrees_with_coerce_or_steps_aside(rows):
    schema = fit_model_schema()
    short = plain_columns(rows, schema)
    if short is None:
        return
    long = raw_columns(coerce(rows, schema, strict=True), schema)
    for name, values in long.items():
        if isinstance(values, list):
            words = [v if isinstance(v, str) else None for v in values]
            assert short[name] == words
        else:
            np.testing.assert_array_equal(short[name], values)


_SCHEMAS = []


def fit_model_schema():
    if not _SCHEMAS:
        _SCHEMAS.append(fit_model().schema)
    return _SCHEMAS[0]


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:30:00+10:00", "9999-12-31T23:30:00-10:00"]
)
def test_moments_beyond_pythons_calendar_are_answered_with_a_warning(service, moment):
    (answer,) = service.predict([{**ROW, "since": moment}])
    assert any("since is " in warning for warning in answer.warnings)
