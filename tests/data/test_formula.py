import numpy as np
import pandas as pd
import pytest

from core.data.deriving import formula_column
from core.data.formula import parse_formula
from core.data.recipe import Recipe, Step
from core.errors import DataError


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "a": [1.0, 2.0, np.nan],
            "b": [0, 2, 4],
            "on": [True, False, True],
            "word": ["x", "y", None],
            "day": pd.to_datetime(["2024-01-01", "2024-01-03", None]),
            "a b`": [1, 2, 3],
        }
    )


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        pytest.param("a + b * 2", [1, 6, None], id="missing stays missing"),
        pytest.param("a / b", [None, 1, None], id="nothing divided by nothing"),
        pytest.param("-b ** 2", [0, -4, -16], id="signs as in Python"),
        pytest.param("log(b)", [None, np.log(2), np.log(4)], id="log of zero"),
        pytest.param("max(a, b)", [1, 2, None], id="largest"),
        pytest.param("a if on else b", [1, 2, None], id="if"),
        pytest.param("1 if word == 'x' else 0", [1, 0, None], id="words compared"),
        pytest.param("day > '2024-01-02'", [False, True, None], id="dates compared"),
        pytest.param("a > 1 or on", [True, True, True], id="or knows enough"),
        pytest.param("b * 0 + 9 ** 9 ** 9", [None] * 3, id="beyond all numbers"),
    ],
)
def test_a_formula_gives_what_it_says(table, formula, expected):
    found = formula_column(formula, table).astype(object)
    assert found.where(found.notna(), None).tolist() == pytest.approx(expected)


@pytest.mark.parametrize(
    "formula",
    [
        "", "1 + 1", "a +", "a; b", "a = 1", "lambda: a", "a.mean()", "a[0]",
        "__import__('os').system('x')", "open('f')", "exp(a, b)", "min(a)",
        "log(x=a)", "a < b < 3", "a in b", "[a]", "{a}", "f'{a}'", "a @ b", "a & b",
        "(a := 1)", "a if 1 else b", "b'x' + a", "a + 1j", "x" * 501, "(" * 400 + "a",
        "round(a, b)", "a + 'word'", "not 'x'", "*a", "await a", "a is b",
    ],
)  # fmt: skip
def test_what_is_not_permitted_is_refused(formula):
    with pytest.raises(DataError):
        parse_formula(formula)


@pytest.mark.parametrize(
    "formula",
    ["gone + 1", "word * 2", "word > 1", "day > 3", "a if on else word", "log(word)",
     "day == 'soon'"],
)  # fmt: skip
def test_a_formula_that_does_not_fit_the_table_says_so(table, formula):
    with pytest.raises(DataError):
        formula_column(formula, table)


def test_names_with_blanks_stand_between_backticks():
    table = pd.DataFrame({"monthly fee": [1.0], "x'y\"": [2.0]})
    assert formula_column("`monthly fee` + `x'y\"`", table).tolist() == [3.0]


def test_a_step_says_which_column_its_formula_lacks(table):
    step = Step("formula", (), {"to": "c", "formula": "gone + 1"})
    with pytest.raises(DataError, match="'gone'"):
        Recipe((step,)).apply(table)
