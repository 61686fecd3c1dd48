import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import canonical, coerce, describe_schema
from core.modeling.encoder import FrameEncoder, choose_features, raw_columns
from core.modeling.material import expected_width

STYLES = ("tree", "linear", "smooth")


def _fit(frame: pd.DataFrame, style: str = "tree") -> FrameEncoder:
    table = canonical(frame)
    return FrameEncoder(describe_schema(table), style).fit(table)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_gives_one_named_float32_number_a_column(frame, style) -> None:
    encoder = _fit(frame.drop(columns="id"), style)
    matrix = encoder.transform(canonical(frame))
    assert matrix.dtype == np.float32
    assert matrix.flags.c_contiguous
    names = encoder.get_feature_names_out()
    assert matrix.shape == (len(frame), len(names))
    assert len(set(names)) == len(names)
    if style != "tree":
        assert np.isfinite(matrix).all()


@pytest.mark.parametrize("style", STYLES)
def test_one_row_without_pandas_is_encoded_as_in_the_table(frame, style) -> None:
    table = canonical(frame.drop(columns="id"))
    encoder = _fit(table, style)
    whole = encoder.transform(table)
    raw = raw_columns(table, encoder.schema)
    for row in (0, 7, 239):
        one = encoder.encode({name: v[row : row + 1] for name, v in raw.items()}, 1)
        np.testing.assert_allclose(one[0], whole[row], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("style", STYLES)
def test_a_frame_of_missing_and_unseen_values_has_a_defined_answer(
    frame, style
) -> None:
    table = canonical(frame.drop(columns="id"))
    encoder = _fit(table, style)
    nothing = coerce(
        [{}, {"plan": "never seen", "note": "zzz", "fee": 1e300}], encoder.schema
    )
    matrix = encoder.transform(nothing)
    assert matrix.shape[0] == 2
    assert not np.isinf(matrix).any()


def test_rare_and_unseen_categories_share_one_code_and_missing_has_none() -> None:
    plan = ["a"] * 50 + ["b"] * 30 + ["rare"]
    encoder = _fit(pd.DataFrame({"plan": plan}))
    asked = pd.DataFrame(
        {"plan": pd.Series(["a", "b", "rare", "new", None], dtype="str")}
    )
    codes = encoder.transform(asked)[:, 0]
    np.testing.assert_array_equal(codes, [0, 1, 2, 2, np.nan])


def test_an_unseen_category_counts_as_missing_when_training_had_no_rare_one() -> None:
    encoder = _fit(pd.DataFrame({"plan": ["a", "b"] * 20}))
    code = encoder.transform(pd.DataFrame({"plan": ["new"]}))
    assert np.isnan(code[0, 0])


def test_indicators_are_capped_at_25_and_the_others_share_one() -> None:
    words = [f"w{i % 40:02d}" for i in range(400)]
    encoder = _fit(pd.DataFrame({"word": words}), "linear")
    matrix = encoder.transform(pd.DataFrame({"word": words}))
    assert matrix.shape[1] == 26
    np.testing.assert_array_equal(matrix.sum(axis=1), np.ones(400))


def test_dates_become_elapsed_days_and_the_parts_that_vary() -> None:
    days = pd.date_range("2024-02-28", periods=4, freq="D")
    encoder = _fit(pd.DataFrame({"day": days}))
    names = encoder.get_feature_names_out()
    assert "day days" in names
    assert "day year" not in names
    row = dict(
        zip(
            names,
            encoder.transform(canonical(pd.DataFrame({"day": days})))[2],
            strict=True,
        )
    )
    assert row["day days"] == 2
    assert (row["day month"], row["day day"], row["day weekday"]) == (3, 1, 4)


def test_an_encoder_learns_from_its_training_rows_only() -> None:
    train = canonical(pd.DataFrame({"x": [1.0, 2.0, 3.0], "plan": ["a", "a", "b"]}))
    encoder = FrameEncoder(describe_schema(train), "linear").fit(train)
    before = pickle.dumps(encoder)
    later = canonical(pd.DataFrame({"x": [1e6, -1e6], "plan": ["z", "z"]}))
    encoder.transform(later)
    assert pickle.dumps(encoder) == before


def test_neighbouring_large_numbers_stay_apart_in_float32() -> None:
    numbers = 20_240_000_000.0 + np.arange(50.0)
    encoder = _fit(pd.DataFrame({"n": numbers}))
    codes = encoder.transform(canonical(pd.DataFrame({"n": numbers})))[:, 0]
    assert len(np.unique(codes)) == 50


@settings(max_examples=25)
@given(
    st.lists(
        st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.none()),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from(STYLES),
)
def test_any_numbers_give_a_matrix_without_infinity(values, style) -> None:
    given = pd.Series(values, dtype="float64")
    encoder = _fit(pd.DataFrame({"x": given.mask(np.isinf(given))}), style)
    matrix = encoder.encode({"x": given.to_numpy()}, len(given))
    assert not np.isinf(matrix).any()
    if style != "tree":
        assert not np.isnan(matrix).any()


def test_ids_constants_and_empty_columns_are_left_out_with_findings(frame) -> None:
    table = canonical(frame.assign(unit="cm", empty=np.nan))
    kept, findings = choose_features(describe_schema(table))
    assert not {"id", "unit", "empty"} & set(kept.names)
    assert {f.code: f.columns for f in findings} == {
        "MODEL-004": ("id",),
        "MODEL-005": ("unit", "empty"),
    }


@pytest.mark.parametrize("style", STYLES)
def test_the_expected_width_is_close_to_the_real_one(frame, style) -> None:
    table = canonical(frame.drop(columns="id"))
    width = _fit(table, style).transform(table).shape[1]
    assert width * 0.6 <= expected_width(describe_schema(table), style) <= width * 1.6
