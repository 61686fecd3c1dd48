"""All checks together: silence on a sound model, documents, and what rows add."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from core.evaluation import CODES, checking, row_checks
from core.evaluation.checking import CHECKS, Evidence, review, run_checks
from core.evaluation.checking.gather import gather
from core.evaluation.held_out import look
from tests.evaluation.checking.evidence import against, full, sound
from tests.fitted import customers, fit_model

FINDINGS = Path(__file__).parents[3] / "docs" / "findings.md"


def test_a_sound_model_has_no_findings():
    states = {result.code: result.state for result in run_checks(full())}
    assert set(states.values()) == {"passed", "does not apply"}
    assert [c for c, state in states.items() if state != "passed"] == ["EVAL-010"]
    assert review(sound(), against_baseline=against(0.33, 0.37), train_score=0.9) == ()


def test_with_nothing_known_every_check_still_says_why():
    results = run_checks(Evidence(sound()))
    assert len(results) == len(CHECKS)
    assert all(len(result.said) > 10 for result in results)


def test_every_code_that_is_given_is_in_the_list_and_has_its_heading():
    folder = Path(checking.__file__).parent
    files = [*folder.glob("*.py"), Path(row_checks.__file__)]
    source = "".join(path.read_text() for path in files)
    given = set(re.findall(r'"(EVAL-\d{3})"', source))
    assert given == set(CODES)
    headings = re.findall(r"^### (EVAL-\d{3}) \S", FINDINGS.read_text(), re.MULTILINE)
    assert headings == sorted(CODES)


def test_rows_add_columns_alone_groups_and_whether_sets_differ():
    rows = customers(600, random_state=3)
    glance = look(fit_model(), rows, "churn")
    later = customers(500, random_state=4).assign(age=90)
    found = gather(Evidence(sound()), glance, train=later)
    assert found.alone is not None
    assert {item.column for item in found.alone} >= {"age", "plan", "spend"}
    assert found.apart is not None
    assert found.apart.low > 0.6
    assert found.groups["plan basic"] == (rows["plan"] == "basic").sum()
    same = gather(Evidence(sound()), glance, train=customers(500, random_state=4))
    assert same.apart.low < 0.6


def test_a_leak_among_the_columns_is_seen_on_the_rows():
    rows = customers(600, random_state=3)
    wrong = rows.assign(spend=np.where(rows["churn"] == "yes", 90.0, 10.0))
    glance = look(fit_model(), wrong, "churn")
    (found,) = [r for r in run_checks(gather(Evidence(sound()), glance))
                if r.code == "EVAL-012"]  # fmt: skip
    assert found.state == "found"
    assert found.finding.columns == ("spend",)


def test_few_rows_are_not_judged_column_by_column():
    glance = look(fit_model(), customers(50, random_state=3), "churn")
    none = pd.DataFrame(glance.rows.features)
    assert gather(Evidence(sound()), glance, train=none).alone is None
