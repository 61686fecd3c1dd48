import json

import numpy as np
import pandas as pd

from core.data.split_checks import diagnose
from core.data.splitting import split


def _codes(report):
    return [finding.code for finding in report.findings]


def _sound():
    rng = np.random.default_rng(0)
    return pd.DataFrame({"x": rng.normal(size=1000), "y": rng.integers(0, 2, 1000)})


def test_a_sound_split_has_no_findings():
    frame = _sound()
    report = split(frame, "y").diagnose(frame, "y")
    assert _codes(report) == []
    assert report.sound


def test_a_small_test_set_is_a_warning():
    frame = _sound().iloc[:100]
    assert _codes(split(frame, "y").diagnose(frame, "y")) == ["DATA-101"]


def test_a_class_that_training_lacks_is_a_problem():
    frame = _sound().assign(y=lambda t: np.where(np.arange(len(t)) < 800, "a", "b"))
    codes = np.repeat([0, 1, 2], [600, 200, 200]).astype(np.int8)
    report = diagnose(codes, frame, "y")
    assert "DATA-102" in _codes(report)
    assert not report.sound


def test_another_target_mix_is_a_warning_for_classes_and_numbers():
    codes = np.repeat([0, 1, 2], [600, 200, 200]).astype(np.int8)
    for y in (np.arange(1000) % 2 * (np.arange(1000) < 800), np.arange(1000.0)):
        assert "DATA-103" in _codes(diagnose(codes, _sound().assign(y=y), "y"))


def test_rows_that_repeat_a_training_row_are_a_problem():
    frame = pd.concat([_sound(), _sound().iloc[:200]], ignore_index=True)
    report = split(frame, "y").diagnose(frame, "y")
    assert "DATA-104" in _codes(report)
    assert not report.sound


def test_rows_in_no_set_are_counted():
    frame = _sound()
    frame.loc[:9, "y"] = None
    (finding,) = split(frame, "y").diagnose(frame, "y").findings
    assert finding.code == "DATA-105"
    assert finding.evidence.startswith("10 of 1,000")


def test_dates_of_a_time_split_are_shown_per_set():
    frame = _sound().assign(day=pd.date_range("2024-01-01", periods=1000, freq="h"))
    report = split(frame, "y", strategy="time", column="day").diagnose(frame, "y")
    assert report.sets[0].latest < report.sets[1].earliest


def test_the_report_is_json_and_a_table():
    frame = _sound()
    report = split(frame, "y").diagnose(frame, "y")
    assert json.loads(json.dumps(report.to_dict()))["sets"][0]["n_rows"] == 600
    assert report.frame()["rows"].tolist() == [600, 200, 200]


def wide(n=1_000):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "a": rng.normal(size=n),
            "b": rng.normal(size=n),
            "c": rng.normal(size=n),
            "word": rng.choice(["x", "y"], n),
            "y": rng.integers(0, 2, n),
        }
    )


def codes_of(diagnosis):
    return {finding.code for finding in diagnosis.findings}


def test_sets_that_are_alike_cannot_be_told_apart():
    table = wide()
    found = split(table, "y").diagnose(table, "y")
    assert codes_of(found) == set()
    assert found.apart.low < 0.5 < found.apart.high


def test_rows_nearly_in_two_sets_are_found():
    table = wide()
    again = table.iloc[:100].assign(word=lambda t: t["word"].str.upper() + " ")
    both = pd.concat([table, again], ignore_index=True)
    assert codes_of(split(both, "y").diagnose(both, "y")) == {"DATA-106"}


def test_the_same_entity_in_two_sets_is_found_and_a_split_by_group_mends_it():
    table = wide().assign(who=[f"c{i % 300}" for i in range(1_000)])
    assert codes_of(split(table, "y").diagnose(table, "y")) == {"DATA-107"}
    mended = split(table, "y", strategy="group", column="who")
    assert "DATA-107" not in codes_of(mended.diagnose(table, "y"))


def test_a_test_set_of_another_time_is_told_apart():
    table = wide().assign(
        at=np.arange(1_000), a=lambda t: t["a"] + np.arange(1_000) / 200
    )
    found = split(table, "y", strategy="time", column="at").diagnose(table, "y")
    assert "DATA-108" in codes_of(found)
    assert found.apart.score > 0.7
