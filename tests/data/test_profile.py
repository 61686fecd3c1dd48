import json

import numpy as np
import pandas as pd
import pytest

from core.data import Profile, churn_sample, profile
from core.data.describing import describe
from core.errors import DataError


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    n = 600
    x = rng.normal(size=n)
    return pd.DataFrame(
        {
            "x": x,
            "count": rng.integers(0, 6, n),
            "plan": rng.choice(["a", "b", "c"], n),
            "active": rng.random(n) < 0.5,
            "since": pd.date_range("2024-01-01", periods=n, freq="D"),
            "noise": rng.normal(size=n),
            "y": np.where(x + rng.normal(size=n) > 0, "yes", "no"),
        }
    )


@pytest.fixture(scope="module")
def report(table):
    return profile(table, "y")


def test_figures_equal_those_of_pandas(table, report):
    column, expected = report["x"], table["x"].describe()
    assert column.mean == pytest.approx(expected["mean"])
    assert column.sd == pytest.approx(table["x"].std(ddof=0))
    assert column.skew == pytest.approx(table["x"].skew(), abs=0.02)
    assert column.quantiles["25%"] == pytest.approx(expected["25%"])


def test_every_histogram_holds_every_row_once(table, report):
    for column in report.columns:
        assert sum(column.histogram.counts) == len(table)


def test_histograms_are_split_by_class(table, report):
    for column in report.columns:
        stacked = np.sum(list(column.histogram.by_class.values()), axis=0)
        assert stacked.tolist() == list(column.histogram.counts)


def test_few_whole_numbers_have_a_bin_each(table, report):
    counts = table["count"].value_counts().sort_index().tolist()
    assert list(report["count"].histogram.counts) == counts


def test_a_number_to_predict_gives_mean_targets(table):
    histogram = profile(table.drop(columns="y"), "x")["plan"].histogram
    means = table.groupby("plan")["x"].mean()
    found = dict(zip(histogram.labels, histogram.target_mean, strict=True))
    assert found == pytest.approx(means.to_dict())


def test_the_column_that_decides_ranks_first(report):
    assert report.relation[0].column == "x"
    assert report.relation[0].power > 0.4
    assert {item.column for item in report.relation} == {
        "x",
        "count",
        "plan",
        "active",
        "since",
        "noise",
    }


def test_columns_without_relation_have_little_power(report):
    power = {item.column: item.power for item in report.relation}
    assert max(power["noise"], power["plan"], power["count"]) < 0.15


def test_the_target_stands_last_in_the_matrix(report):
    names = report.associations.names
    assert names[-1] == "y"
    values = np.array(report.associations.values)
    assert (values == values.T).all()
    assert values[names.index("x"), -1] > 0.4
    assert abs(values[names.index("noise"), -1]) < 0.15


def test_a_sound_table_has_no_findings(report):
    assert report.findings == ()


def test_a_profile_survives_json(report):
    text = json.dumps(report.to_dict(), allow_nan=False)
    assert Profile.from_dict(json.loads(text)) == report


def test_a_tail_is_put_into_the_outer_bins():
    values = pd.Series([*np.linspace(0, 1, 998), 1e6, -1e6], name="x")
    histogram = describe(values, None, None).histogram
    assert histogram.clipped
    assert sum(histogram.counts) == 1000
    assert histogram.edges[-1] <= 1


@pytest.mark.parametrize(
    "values",
    [
        pytest.param([1e308, -1e308, 1.0], id="extremes"),
        pytest.param([5.0, 5.0], id="one value"),
        pytest.param([0.0, 5e-324], id="hardly apart"),
        pytest.param([None, None], id="nothing"),
        pytest.param([1.0, None], id="one number"),
        pytest.param([True, None], id="booleans"),
        pytest.param(["", "a"], id="an empty word"),
        pytest.param(pd.to_datetime(["2024-01-01", None]), id="dates"),
    ],
)
def test_odd_columns_are_described_without_a_fuss(values):
    report = profile(pd.DataFrame({"a": pd.Series(values), "b": range(len(values))}))
    assert json.dumps(report.to_dict(), allow_nan=False)


def test_known_kinds_are_kept():
    frame = pd.DataFrame({"code": ["a", "b"] * 30})
    assert profile(frame, kinds={"code": "id"})["code"].schema.kind == "id"


def test_a_target_that_never_varies_is_a_finding_not_an_error():
    report = profile(pd.DataFrame({"x": [1, 2, 3], "y": [1, 1, None]}), "y")
    assert report.task is None
    assert {"DATA-018", "DATA-019"} <= {finding.code for finding in report.findings}


def test_nothing_to_describe_is_refused():
    with pytest.raises(DataError):
        profile(pd.DataFrame({"a": []}))
    with pytest.raises(DataError, match="'z'"):
        profile(pd.DataFrame({"a": [1]}), "z")


def test_the_sample_is_seen_through():
    sample = churn_sample()
    report = profile(sample.table, sample.target)
    codes = {finding.code for finding in report.findings}
    assert {"DATA-002", "DATA-007", "DATA-010", "DATA-012", "DATA-015"} <= codes


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param({"a": [1, 1, 2, 1], "b": list("xxyz")}, id="numbers and words"),
        pytest.param({"a": list("xxyx"), "b": list("ppqp")}, id="words"),
        pytest.param({"a": [1.0, None, None, 1.0]}, id="missing values"),
        pytest.param({"a": [1, 2, 3, 4], "b": [1, 1, 1, 1]}, id="none"),
    ],
)
def test_repeated_rows_are_counted_as_pandas_counts_them(frame):
    table = pd.DataFrame(frame)
    assert profile(table).n_duplicates == int(table.duplicated().sum())


def test_a_quick_score_says_what_a_model_may_reach(table, report):
    found = report.quick_score
    assert (found.metric, found.n_rows) == ("AUC", 600)
    assert 0.7 < found.low < found.score < found.high < 0.9


def test_the_quick_score_leaves_suspected_leaks_out(table):
    leaked = table.assign(copy=table["y"].map({"yes": "p", "no": "q"}))
    found = profile(leaked, "y").quick_score
    assert found.left_out == ("copy",)
    assert found.score < 0.9


def test_a_number_to_predict_has_a_quick_score(table):
    found = profile(table.assign(y=table["x"] * 2 + table["noise"]), "y").quick_score
    assert found.metric == "R²"
    assert 0.5 < found.low <= found.high <= 1


def test_the_row_that_stands_alone_is_shown_first(table):
    odd = table.assign(x=table["x"].where(table.index != 7, 40))
    odd["noise"] = odd["noise"].where(odd.index != 7, -40)
    assert profile(odd, "y").unusual[0].row == 7


def test_the_longest_time_without_a_row_is_found():
    days = pd.to_datetime(["2024-01-01", "2024-01-03", "2024-02-01", "2024-02-02"])
    found = profile(pd.DataFrame({"day": days}))["day"].longest_gap
    assert [pd.Timestamp(t, unit="s").isoformat()[:10] for t in found] == [
        "2024-01-03",
        "2024-02-01",
    ]


def test_a_column_accused_twice_is_named_once(table):
    known = np.where(table["y"] == "yes", 1.0, np.nan)
    score = profile(table.assign(after=known), "y").quick_score
    assert score.left_out == ("after",)
