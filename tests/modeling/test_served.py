"""The served form answers one record as the pipeline does, whatever the record."""

import copy
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.pipeline import Pipeline

from core.data import Task, canonical, coerce, describe_schema
from core.modeling import tree_nodes
from core.modeling.encoder import FrameEncoder, raw_columns
from core.modeling.estimators import Blend, read_output
from core.modeling.families import FAMILIES
from core.modeling.family import FitData, Watch
from core.modeling.numbers import Style
from core.modeling.one_row import RowEncoder
from core.modeling.quick_estimators import QuickEstimators
from core.modeling.served import ServedForm
from tests.fitted import customers, fit_model

QUICK = [n for n in FAMILIES if n not in ("baseline", "nearest_neighbours", "online")]


def _features() -> pd.DataFrame:
    frame = customers().drop(columns=["churn", "level", "value"])
    frame["note"] = ["late again", "all good now", None, "late"] * 30
    return canonical(frame)


FEATURES = _features()
SCHEMA = describe_schema(FEATURES)
ENCODERS = {
    style: FrameEncoder(SCHEMA, style).fit(FEATURES)
    for style in ("tree", "linear", "smooth")
}


@settings(max_examples=60)
@given(
    st.sampled_from(["tree", "linear", "smooth"]),
    st.floats() | st.none(),
    st.floats() | st.integers(-100, 100) | st.none(),
    st.sampled_from(["basic", "plus", "pro", "new", None]),
    st.sampled_from([0.0, 1.0, None]),
    st.floats(-1e13, 1e13) | st.integers(0, 2_000_000_000) | st.none(),
    st.sampled_from(["late again", "", "nothing known", None]),
)
def test_one_record_is_encoded_to_the_very_same_numbers(  # noqa: PLR0917
    style: Style, age, spend, plan, member, since, note
) -> None:
    def number(value) -> np.ndarray:
        return np.array([np.nan if value is None else float(value)])

    raw = {
        "age": number(age), "spend": number(spend), "plan": [plan],
        "member": number(member), "since": number(since), "note": [note],
    }  # fmt: skip
    with np.errstate(all="ignore"):
        (expected,) = ENCODERS[style].encode(raw, 1)
        found = RowEncoder(ENCODERS[style]).encode(raw)
    np.testing.assert_array_equal(found, expected)


WORDS = ("late", "again", "all", "good", "now", "new", "LATE", "a", "über", "x-ray")
LETTERS = canonical(
    pd.DataFrame(
        {
            "text": [
                " ".join(np.random.default_rng(row).choice(WORDS, 4 + row % 9))
                for row in range(300)
            ]
        }
    )
)
WRITTEN = {
    style: FrameEncoder(describe_schema(LETTERS), style).fit(LETTERS)
    for style in ("tree", "linear", "smooth")
}


@settings(max_examples=60)
@given(
    st.sampled_from(["tree", "linear", "smooth"]),
    st.lists(st.sampled_from([*WORDS, "unheard", "", "late.late"]), max_size=40),
)
def test_one_sentence_is_encoded_to_the_very_same_numbers(style: Style, words) -> None:
    raw, encoder = {"text": [" ".join(words)]}, WRITTEN[style]
    (expected,) = encoder.encode(raw, 1)
    assert len(expected) > 4
    np.testing.assert_array_equal(RowEncoder(encoder).encode(raw), expected)


def _data(task: Task, n_outputs: int, *, missing: bool) -> FitData:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4)).astype(np.float32)
    signal = X[:, 0] + 0.5 * X[:, 1] * X[:, 2]
    y = signal.astype(float)
    if task != "regression":
        y = np.digitize(signal, [0.0] if n_outputs == 2 else [-0.7, 0.7]).astype(float)
    if missing:
        X[rng.random(X.shape) < 0.1] = np.nan
    return FitData(X[:200], y[:200], X[200:], y[200:], task, n_outputs, 0.1)


@pytest.mark.parametrize("name", QUICK)
@pytest.mark.parametrize(
    ("task", "n_outputs"), [("binary", 2), ("multiclass", 3), ("regression", 1)]
)
def test_each_family_has_a_quick_form_that_agrees(name, task, n_outputs) -> None:
    family = FAMILIES[name]
    data = _data(task, n_outputs, missing=family.style == "tree")
    fitted = family.fit(data, family.fixed[0], 0, Watch(30)).estimator
    quick = QuickEstimators([fitted], [0], [4], n_outputs)
    assert not quick.slow
    rows = np.vstack([data.X_valid, np.zeros((1, 4)), np.full((1, 4), 1e30)])
    rows = rows.astype(np.float32)
    if name == "neural_network":
        rows = rows[:-1]
    expected = read_output(fitted, rows, n_outputs).reshape(len(rows), -1)
    found = np.array([quick.of([row])[0] for row in rows])
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)
    if family.style == "tree" and n_outputs < 3:
        np.testing.assert_array_equal(found, expected)


def test_what_would_answer_otherwise_is_not_taken_over() -> None:
    data, family = _data("binary", 2, missing=True), FAMILIES["histogram_boosting"]
    fitted = family.fit(data, {}, 0, Watch(30)).estimator
    changed = copy.deepcopy(fitted)
    changed._raw_predict = lambda X, **_: np.zeros((len(X), 1))
    assert QuickEstimators([changed, fitted], [0, 0], [4], 2).slow == (0,)


def test_families_without_a_quick_form_answer_all_the_same() -> None:
    data, family = _data("binary", 2, missing=False), FAMILIES["nearest_neighbours"]
    fitted = family.fit(data, family.fixed[0], 0, Watch(30)).estimator
    quick = QuickEstimators([fitted], [0], [4], 2)
    assert quick.slow == (0,)
    expected = read_output(fitted, data.X_valid[:3], 2)
    found = [quick.of([row])[0] for row in data.X_valid[:3]]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_blend_answers_one_record_as_it_answers_many(task: Task) -> None:
    model = fit_model(task, blended=True)
    frame = coerce(customers(40, 5), model.schema)
    many = model.output(frame)
    for row in range(len(frame)):
        raw = raw_columns(frame.iloc[[row]], model.schema)
        (found,) = model.served_form.output(raw)
        np.testing.assert_allclose(found, many[row], rtol=1e-6, atol=1e-6)


def _blend(task: Task, n_outputs: int) -> tuple[Blend, FitData]:
    """Members of each kind of trees, and one that is none."""
    data = _data(task, n_outputs, missing=True)
    table, valid = (
        canonical(pd.DataFrame(X, columns=list("abcd"))) for X in (data.X, data.X_valid)
    )
    schema, parts = describe_schema(table), []
    encoders = {s: FrameEncoder(schema, s).fit(table) for s in ("tree", "linear")}
    for place, name in enumerate(
        ("lightgbm", "histogram_boosting", "extra_trees", "linear")
    ):
        family = FAMILIES[name]
        encoder = encoders[family.style]
        X, X_valid = (
            encoder.transform(rows).astype(np.float32) for rows in (table, valid)
        )
        part = replace(data, X=X[place * 10 :], y=data.y[place * 10 :], X_valid=X_valid)
        fitted = family.fit(part, family.fixed[0], place, Watch(30)).estimator
        parts.append(Pipeline([("encoder", encoder), ("estimator", fitted)]))
    return Blend(parts, [0.4, 0.3, 0.2, 0.1], n_outputs), data


def test_a_forest_that_is_too_large_makes_no_other_slow(monkeypatch) -> None:
    blend, _ = _blend("regression", 1)
    fitted = [part[-1] for part in blend.pipelines[:3]]
    trees = fitted[2].estimators_
    n_bytes = 16 * sum(tree.tree_.node_count for tree in trees)
    monkeypatch.setattr(tree_nodes, "MOST_BYTES", n_bytes)
    assert QuickEstimators(fitted, [0, 0, 0], [4], 1).slow == (2,)


def test_without_numba_the_libraries_answer(monkeypatch) -> None:
    blend, data = _blend("regression", 1)
    monkeypatch.setitem(sys.modules, "core.modeling.compiled_walk", None)
    form = ServedForm(blend, 1)
    assert form.n_slow == 3
    raw = _raw(data.X_valid[0])
    expected = read_output(blend, pd.DataFrame(raw), 1)
    np.testing.assert_allclose(form.output(raw), expected, rtol=1e-12)


def _raw(row: np.ndarray) -> dict[str, np.ndarray]:
    return {name: np.array([float(v)]) for name, v in zip("abcd", row, strict=True)}


@pytest.mark.parametrize(
    ("task", "n_outputs"), [("binary", 2), ("multiclass", 3), ("regression", 1)]
)
def test_members_answer_together_what_each_says_alone(task, n_outputs) -> None:
    blend, data = _blend(task, n_outputs)
    form = ServedForm(blend, n_outputs)
    assert form.n_slow == 0
    speck = np.array([[1e-40, -1e-40, 0.0, 1e-36]], dtype=np.float32)
    rows = np.vstack([data.X_valid, speck, np.full((1, 4), np.nan)])
    for row in rows:
        raw = _raw(row)
        (expected,) = read_output(blend, pd.DataFrame(raw), n_outputs)
        (found,) = form.output(raw)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_callers_at_the_same_time_get_their_own_answers() -> None:
    blend, data = _blend("regression", 1)
    form = ServedForm(blend, 1)
    raws = [_raw(row) for row in data.X_valid]
    alone = [form.output(raw)[0] for raw in raws]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda raw: form.output(raw)[0], raws * 20))
    assert found == alone * 20


def test_the_served_form_is_not_written_with_the_model() -> None:
    model = fit_model()
    assert isinstance(model.pipeline, Pipeline | Blend)
    before = model.__getstate__()
    assert isinstance(model.served_form, ServedForm)
    assert model.served_form is model.served_form
    assert set(model.__getstate__()) == set(before)
