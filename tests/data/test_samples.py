import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from core.data.samples import SAMPLES, Sample, bundled_sample, churn_sample
from core.errors import DataError

CANONICAL = {"float64", "int64", "str", "bool", "datetime64[us]"}


@pytest.fixture(scope="module")
def churn() -> Sample:
    return churn_sample()


def test_the_same_random_state_gives_the_same_tables(churn):
    again = churn_sample()
    pd.testing.assert_frame_equal(churn.table, again.table)
    for month, other in zip(churn.months, again.months, strict=True):
        pd.testing.assert_frame_equal(month.frame, other.frame)


def test_another_random_state_gives_another_table(churn):
    assert not churn_sample(random_state=1).table.equals(churn.table)


def test_about_a_quarter_leave(churn):
    assert (churn.table["churn"] == "yes").mean() == pytest.approx(0.25, abs=0.02)


def test_one_row_in_a_hundred_is_repeated(churn):
    assert churn.table.duplicated().sum() == 60


def test_regions_are_spelt_in_more_ways_than_there_are_regions(churn):
    spelt = churn.table["region"]
    assert spelt.nunique() > spelt.str.strip().str.lower().nunique() == 5


def test_some_values_are_out_of_place(churn):
    table = churn.table
    assert (table["age"] > 150).any()
    assert (table["data_gb"] < 0).any()
    assert (table["monthly_fee"] > 1_000).any()


def test_the_reason_for_leaving_is_known_only_of_those_who_left(churn):
    told = churn.table["cancellation_reason"].notna()
    assert set(churn.table.loc[told, "churn"]) == {"yes"}
    assert told.sum() > 0.9 * (churn.table["churn"] == "yes").sum()


def test_the_survey_is_answered_less_often_by_those_who_leave(churn):
    missing = churn.table["satisfaction"].isna()
    rates = missing.groupby(churn.table["churn"]).mean()
    assert rates["yes"] > rates["no"] + 0.05


def test_honest_columns_predict_well_and_not_too_well(churn):
    table = churn.table.drop_duplicates().reset_index(drop=True)
    X = pd.get_dummies(
        table.drop(columns=["customer_id", "signup_date", "cancellation_reason"]).drop(
            columns="churn"
        )
    ).astype(float)
    y = table["churn"] == "yes"
    model = HistGradientBoostingClassifier(
        max_iter=60, max_leaf_nodes=8, learning_rate=0.08, random_state=0
    ).fit(X[:4000], y[:4000])
    assert 0.80 <= roc_auc_score(y[4000:], model.predict_proba(X[4000:])[:, 1]) <= 0.86


def test_months_have_the_inputs_and_nothing_that_is_known_later(churn):
    expected = [
        name
        for name in churn.table.columns
        if name not in {"cancellation_reason", "churn"}
    ]
    for month in churn.months:
        assert list(month.frame.columns) == expected
        assert (month.frame.dtypes == churn.table[expected].dtypes).all()
        assert len(month.frame) == 800


def test_outcomes_are_known_for_the_first_two_months_only(churn):
    first, second, third = churn.months
    for month in (first, second):
        assert month.outcomes is not None
        assert len(month.outcomes) == len(month.frame)
    assert third.outcomes is None


def test_only_the_third_month_has_moved(churn):
    first, second, third = (month.frame for month in churn.months)
    for month in (first, second):
        assert set(month["plan"]) <= set(churn.table["plan"])
        assert month["monthly_fee"].mean() == pytest.approx(42, abs=2)
    assert "Family" in set(third["plan"])
    assert third["monthly_fee"].mean() > 50
    assert third["support_calls"].mean() > 1.5 * first["support_calls"].mean()


def test_no_customer_appears_in_two_tables(churn):
    tables = [churn.table.drop_duplicates(), *(month.frame for month in churn.months)]
    ids = pd.concat(table["customer_id"] for table in tables)
    assert ids.is_unique


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sample_is_canonical_and_has_its_target(name):
    sample = SAMPLES[name].load()
    assert sample.name == name
    assert sample.target in sample.table
    assert {str(dtype) for dtype in sample.table.dtypes} <= CANONICAL
    assert sample.table.columns.is_unique
    assert SAMPLES[name].title == sample.title
    assert SAMPLES[name].about == sample.about


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("breast_cancer", {"malignant": 212, "benign": 357}),
        ("wine", {"barolo": 59, "grignolino": 71, "barbera": 48}),
    ],
)
def test_classes_have_names(name, labels):
    sample = bundled_sample(name)
    assert sample.table[sample.target].value_counts().to_dict() == labels


def test_an_unknown_sample_is_refused_with_the_known_ones():
    with pytest.raises(DataError, match="wine"):
        bundled_sample("iris")
