import numpy as np
import pandas as pd
import pytest

from core.data import Recipe, churn_sample, fix_step, profile, suggest_recipe
from core.data.checks import CHECKS
from core.data.examples import example_rows
from core.data.frames import canonical

N = 1_000


def _sound(n=N):
    rng = np.random.default_rng(0)
    x = rng.normal(size=n)
    return pd.DataFrame(
        {
            "x": x,
            "z": rng.normal(size=n),
            "plan": rng.choice(["a", "b", "c"], n),
            "y": (x + rng.normal(size=n) > 0).astype(int),
        }
    )


def _with(**columns):
    return lambda: _sound().assign(**columns)


RNG = np.random.default_rng(1)
HALF = np.arange(N) < N // 2
TABLES = {
    "DATA-001": lambda: _sound(60),
    "DATA-002": lambda: pd.concat([_sound(), _sound().iloc[:3]]),
    "DATA-003": _with(nothing=None),
    "DATA-004": _with(same="a"),
    "DATA-005": _with(gaps=np.where(RNG.random(N) < 0.6, np.nan, RNG.normal(size=N))),
    "DATA-006": _with(
        late=np.where(np.arange(N) < 60, np.nan, RNG.normal(size=N)),
    ),
    "DATA-007": _with(code=[f"K{value}" for value in RNG.permutation(N)]),
    "DATA-008": _with(town=RNG.choice([f"town {'x' * i}" for i in range(60)], N)),
    "DATA-009": _with(size=RNG.choice(["1", "2", "3", "large"], N)),
    "DATA-010": _with(city=RNG.choice(["Rome", "rome ", "Oslo"], N)),
    "DATA-011": _with(fee=np.where(np.arange(N) == 7, 500.0, RNG.normal(size=N))),
    "DATA-012": _with(age=np.where(RNG.random(N) < 0.02, 999, RNG.integers(18, 90, N))),
    "DATA-026": _with(
        customerAge=np.where(np.arange(N) % 200 == 7, -5, RNG.integers(18, 90, N))
    ),
    "DATA-013": lambda: _sound().assign(double=lambda t: t["z"] * 2 + 1),
    "DATA-014": lambda: _sound().assign(late=lambda t: t["y"] + 0.1 * t["z"]),
    "DATA-015": lambda: _sound().assign(
        reason=lambda t: np.where(t["y"] == 1, RNG.choice(["p", "q"], N), None)
    ),
    "DATA-016": lambda: (
        _sound()
        .sort_values("y")
        .assign(code=[f"K{i}" for i in range(N)])
        .sample(frac=1, random_state=0)
    ),
    "DATA-022": _with(
        p=np.where(np.arange(N) % 25 > 0, RNG.normal(size=N), np.nan),
        q=np.where(np.arange(N) % 25 > 0, RNG.normal(size=N), np.nan),
    ),
    "DATA-023": lambda: pd.concat(
        [_sound(), _sound().iloc[:3].assign(plan=lambda t: t["plan"].str.upper())]
    ),
    "DATA-024": lambda: _sound().assign(
        u=RNG.normal(size=N), v=lambda t: t["u"] + t["z"]
    ),
    "DATA-025": lambda: _sound().assign(
        income=lambda t: t["z"].where(RNG.random(N) < np.where(t["x"] > 0, 0.5, 1))
    ),
    "DATA-018": lambda: _sound().assign(y=lambda t: t["y"].where(t.index > 5)),
    "DATA-019": _with(y=1),
    "DATA-020": lambda: _sound().assign(y=(np.arange(N) % 50 == 0).astype(int)),
    "DATA-021": lambda: _sound().assign(y=np.exp(3 * RNG.normal(size=N))),
}
ALLOWED_BESIDE = {
    "DATA-006": {"DATA-005"},
    "DATA-007": set(),
    "DATA-012": {"DATA-011"},
    "DATA-015": {"DATA-005", "DATA-014"},
    "DATA-016": {"DATA-007"},
    "DATA-023": {"DATA-010"},
    "DATA-025": {"DATA-005", "DATA-013"},
}


def _codes(frame):
    return {finding.code for finding in profile(frame, "y").findings}


def test_a_sound_table_is_left_in_peace():
    assert _codes(_sound()) == set()


@pytest.mark.parametrize("code", TABLES)
def test_each_fault_raises_its_own_code_only(code):
    found = _codes(TABLES[code]())
    assert code in found
    assert found - {code} <= ALLOWED_BESIDE.get(code, set())


@pytest.mark.parametrize("code", TABLES)
def test_a_fix_makes_its_finding_go_away(code):
    frame = TABLES[code]()
    report = profile(frame, "y")
    finding = next(item for item in report.findings if item.code == code)
    step = fix_step(finding, report)
    if step is None or code == "DATA-005":
        return
    assert code not in _codes(Recipe((step,)).apply(frame))


def test_a_combination_that_decides_is_noticed():
    rng = np.random.default_rng(3)
    signal, noise = rng.normal(size=N), 0.3 * rng.normal(size=N)
    frame = _sound().assign(a=signal + noise, b=noise, y=signal)
    assert "DATA-017" in _codes(frame)


@pytest.mark.parametrize("seed", range(6))
def test_strong_but_honest_columns_are_not_accused(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(N, 4))
    y = (x[:, 0] * 2 + x[:, 1] + rng.normal(size=N) > 0).astype(int)
    frame = pd.DataFrame(x, columns=list("abcd")).assign(y=y)
    frame.loc[rng.random(N) < 0.2, "a"] = np.nan
    codes = _codes(frame)
    assert not codes & {"DATA-014", "DATA-015", "DATA-016", "DATA-017"}


def test_problems_come_first():
    report = profile(churn_sample().table, "churn")
    order = [["problem", "warning", "note"].index(f.severity) for f in report.findings]
    assert order == sorted(order)


def test_the_suggested_recipe_drops_what_is_certain_and_keeps_the_rest():
    sample = churn_sample()
    recipe = suggest_recipe(sample.table, sample.target)
    cleaned, effects = recipe.applied(sample.table)
    assert sample.target in cleaned.columns
    assert all(e.n_cells_changed or e.n_rows_after < e.n_rows_before for e in effects)
    leaks = {"DATA-014", "DATA-015", "DATA-016"}
    left = {finding.code for finding in profile(cleaned, sample.target).findings}
    assert not left & (leaks | {"DATA-002", "DATA-010", "DATA-012"})


def test_nothing_is_suggested_for_a_sound_table():
    assert suggest_recipe(_sound(), "y").steps == ()


def test_every_check_is_documented_by_its_code():
    assert all("DATA-" in (check.__doc__ or "") for check in CHECKS)


def test_an_id_that_spells_the_target_is_found():
    table = _sound()
    marks = np.where(table["y"] == 1, "X", "B")
    table["code"] = [f"{m}{k:04d}" for m, k in zip(marks, range(N), strict=True)]
    shuffled = table.sample(frac=1, random_state=0)
    named = [f.columns for f in profile(shuffled, "y").findings if f.code == "DATA-016"]
    assert named == [("code",)]


@pytest.mark.parametrize("code", TABLES)
def test_examples_show_at_most_five_rows_of_the_finding(code):
    frame = canonical(TABLES[code]())
    report = profile(frame, "y")
    finding = next(item for item in report.findings if item.code == code)
    shown = example_rows(finding, frame, report)
    assert len(shown) <= 5
    assert set(finding.columns[:8]) <= set(shown.columns) or not len(shown)


def test_examples_are_the_rows_concerned():
    frame = canonical(TABLES["DATA-011"]())
    report = profile(frame, "y")
    finding = next(item for item in report.findings if item.code == "DATA-011")
    shown = example_rows(finding, frame, report)
    assert 500.0 in shown["fee"].tolist()


def test_impossible_values_are_counted_shown_and_made_missing():
    table = TABLES["DATA-026"]()
    report = profile(table, "y")
    finding = next(f for f in report.findings if f.code == "DATA-026")
    assert "5 values of 'customerAge' are below 0 or above 130" in finding.evidence
    assert (example_rows(finding, canonical(table), report)["customerAge"] == -5).all()
    cleaned = Recipe((fix_step(finding, report),)).apply(table)
    assert cleaned["customerAge"].isna().sum() == 5


@pytest.mark.parametrize("name", ["change of age", "z score of weight", "page", "x"])
def test_what_may_be_below_zero_is_not_accused(name):
    values = np.where(np.arange(N) % 200 == 7, -5, RNG.integers(18, 90, N))
    report = profile(_sound().assign(**{name: values}), "y")
    assert "DATA-026" not in {finding.code for finding in report.findings}


def test_dates_that_stand_for_nothing_are_impossible():
    days = pd.Series(pd.date_range("2020-01-01", periods=N))
    days[3] = pd.Timestamp("1900-01-01")
    report = profile(_sound().assign(born=days), "y")
    assert "DATA-026" in {finding.code for finding in report.findings}
