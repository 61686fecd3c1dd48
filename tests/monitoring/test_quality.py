"""Faults of delivery: each raises its own code, and sound rows raise none."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import describe_schema
from core.errors import MonitoringError
from core.monitoring import check_quality
from core.monitoring.column_checks import CHECKS
from core.monitoring.quality_rules import (
    ASPECTS,
    QualityRule,
    check_rules,
    learned_rules,
    read_value,
    read_words,
    write_words,
)


def rows(n_rows: int = 1_000, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    weight = rng.normal(70, 12, n_rows)
    gap = rng.normal(size=n_rows)
    gap[rng.random(n_rows) < 0.05] = np.nan
    return pd.DataFrame(
        {
            "weight": weight,
            "visits": rng.poisson(4, n_rows),
            "gap": gap,
            "plan": rng.choice(["basic", "plus", "pro"], n_rows, p=[0.6, 0.3, 0.1]),
            "paid": rng.random(n_rows) < 0.4,
        }
    )


SCHEMA = describe_schema(rows())
SOUND = rows(400, 1)
SOME = np.arange(400) % 20 == 0

FAULTS = {
    "MONITOR-001": SOUND.drop(columns="plan"),
    "MONITOR-002": SOUND.assign(other=1),
    "MONITOR-003": SOUND.assign(weight="heavy"),
    "MONITOR-004": SOUND.assign(gap=SOUND["gap"].mask(np.arange(400) % 4 == 0)),
    "MONITOR-005": SOUND.assign(plan=SOUND["plan"].mask(SOME, "gold")),
    "MONITOR-006": SOUND.assign(weight=SOUND["weight"].mask(SOME, 400.0)),
    "MONITOR-007": pd.concat([SOUND, SOUND.head(100)], ignore_index=True),
    "MONITOR-008": SOUND.assign(weight=70.0),
    "MONITOR-009": SOUND.assign(weight=SOUND["weight"] * 1000),
}


@pytest.mark.parametrize("code", FAULTS)
def test_each_fault_raises_its_own_code_only(code):
    assert [finding.code for finding in check_quality(SCHEMA, FAULTS[code])] == [code]


@pytest.mark.parametrize("seed", range(5))
def test_sound_rows_raise_nothing(seed):
    assert check_quality(SCHEMA, rows(400, seed + 10)) == ()


@pytest.mark.parametrize("factor", [0.001, 0.01, 0.1, 10, 100, 1000])
def test_every_change_of_unit_is_named(factor):
    found = check_quality(SCHEMA, SOUND.assign(weight=SOUND["weight"] * factor))
    assert [each.code for each in found] == ["MONITOR-009"]


def test_text_that_holds_the_right_values_is_no_fault():
    assert check_quality(SCHEMA, SOUND.astype("str")) == ()


def test_a_few_wrong_values_are_a_warning_with_an_example():
    wrong = SOUND.astype({"weight": object})
    wrong.loc[0, "weight"] = "n/k"
    (found,) = check_quality(SCHEMA, wrong)
    assert (found.code, found.severity) == ("MONITOR-003", "warning")
    assert "'n/k'" in found.evidence


def test_a_frozen_category_is_found_when_chance_cannot_give_it():
    assert not check_quality(SCHEMA, SOUND.head(12).assign(plan="basic"))
    found = check_quality(SCHEMA, SOUND.head(100).assign(plan="basic"))
    assert [each.code for each in found] == ["MONITOR-008"]


def test_no_rows_and_one_row_raise_nothing():
    assert check_quality(SCHEMA, SOUND.head(0)) == ()
    assert check_quality(SCHEMA, SOUND.head(1)) == ()


def test_problems_come_first():
    broken = SOUND.drop(columns="plan").assign(other=1)
    severities = [each.severity for each in check_quality(SCHEMA, broken)]
    assert severities == ["problem", "note"]


def test_every_code_has_its_heading_in_the_findings_guide():
    guide = Path(__file__).parents[2] / "docs" / "findings.md"
    headings = [line for line in guide.read_text().splitlines() if line[:1] == "#"]
    for number in range(1, 15):
        assert any(f"MONITOR-{number:03}" in line for line in headings)


def test_every_check_says_what_it_finds():
    assert all(check.__doc__ for check in CHECKS.values())


OWN = {
    "type": (QualityRule("weight", "type", "0"), "MONITOR-003"),
    "missing": (QualityRule("gap", "missing", "1%"), "MONITOR-004"),
    "categories": (QualityRule("plan", "categories", "basic, plus"), "MONITOR-005"),
    "range": (QualityRule("weight", "range", "60 to 80"), "MONITOR-006"),
    "frozen": (QualityRule("visits", "frozen", "30"), "MONITOR-008"),
    "repeated": (QualityRule("", "repeated", "10%"), "MONITOR-007"),
}
BROKEN = {
    "type": SOUND.astype({"weight": object}).assign(
        weight=lambda rows: rows["weight"].mask(rows.index == 3, "n/k")
    ),
    "frozen": SOUND.head(40).assign(visits=4),
    "repeated": pd.concat([SOUND, SOUND.head(100)], ignore_index=True),
}


@pytest.mark.parametrize("check", OWN)
def test_an_own_value_holds_as_it_is_written(check):
    rule, code = OWN[check]
    rows_ = BROKEN.get(check, SOUND)
    found = check_quality(SCHEMA, rows_, (rule,))
    assert [each.code for each in found] == [code]
    assert "own rule" in found[0].evidence


@pytest.mark.parametrize("code", FAULTS)
def test_what_is_switched_off_is_not_told(code):
    (found,) = check_quality(SCHEMA, FAULTS[code])
    off = [
        QualityRule(each.column, each.check, active=False)
        for each in learned_rules(SCHEMA)
        if each.column in (*found.columns, "")
    ]
    assert check_quality(SCHEMA, FAULTS[code], off) == ()


def test_a_rule_says_how_grave_its_finding_is():
    rule = QualityRule("plan", "categories", severity="problem")
    (found,) = check_quality(SCHEMA, FAULTS["MONITOR-005"], (rule,))
    assert found.severity == "problem"


def test_a_wider_own_limit_silences_what_the_learned_one_tells():
    wide = QualityRule("weight", "range", "0 to 500")
    assert check_quality(SCHEMA, FAULTS["MONITOR-006"], (wide,)) == ()


def test_a_share_is_not_judged_in_a_few_rows():
    few = SOUND.head(20).assign(gap=np.nan)
    assert check_quality(SCHEMA, few, (QualityRule("gap", "missing", "5%"),)) == ()
    none = check_quality(SCHEMA, few, (QualityRule("gap", "missing", "0"),))
    assert [each.code for each in none] == ["MONITOR-004"]


def test_rules_of_columns_that_are_gone_say_nothing():
    assert check_quality(SCHEMA, SOUND, (QualityRule("gone", "range", "0 to 1"),)) == ()


@pytest.mark.parametrize(
    ("check", "value"),
    [
        ("missing", "much"),
        ("missing", "120%"),
        ("range", "3"),
        ("range", "9 to 1"),
        ("frozen", "1"),
        ("categories", ","),
        ("unit", "3"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_with_an_example(check, value):
    column = "plan" if check == "categories" else "weight"
    with pytest.raises(MonitoringError) as refused:
        check_rules(SCHEMA, [QualityRule(column, check, value)])
    assert refused.value.hint


def test_only_what_can_be_expected_is_taken_and_only_what_changes_is_kept():
    with pytest.raises(MonitoringError):
        check_rules(SCHEMA, [QualityRule("plan", "range", "0 to 1")])
    same = [QualityRule(each.column, each.check) for each in learned_rules(SCHEMA)]
    assert check_rules(SCHEMA, same) == ()


def test_every_learned_line_has_its_aspect():
    assert {each.check for each in learned_rules(SCHEMA)} <= set(ASPECTS)
    assert read_value(QualityRule("weight", "missing", "")) is None


@settings(max_examples=25)
@given(st.lists(st.text(min_size=1).map(str.strip).filter(bool), min_size=1))
def test_words_are_read_as_they_were_written(words):
    kept = tuple(dict.fromkeys(words))
    clean = tuple(word for word in kept if not set(word) & set("\n\r\0"))
    if clean:
        assert read_words(write_words(clean)) == clean
