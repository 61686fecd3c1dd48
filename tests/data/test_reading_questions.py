import io
import json

import pytest

from core.data.reading import ReadReport, read_table

BODY = "a;b\n"


def read(lines, **options):
    return read_table(io.BytesIO("\n".join(lines).encode()), "t.csv", **options)


@pytest.mark.parametrize(
    ("lines", "code", "first", "second"),
    [
        pytest.param(
            ["when;n", "01/02/2024;1", "03/04/2024;2"], "day_first",
            "2024-01-02", "2024-02-01", id="day or month first",
        ),
        pytest.param(
            ["fee;n", "1.234;a", "5.678;b"], "decimal", "1.234", "1234.0",
            id="a point: decimal or thousands",
        ),
        pytest.param(
            ["fee;n", "1,234;a", "5,678;b"], "decimal", "1234.0", "1.234",
            id="a comma: thousands or decimal",
        ),
        pytest.param(
            ["dog;woof", "cat;meow", "cow;moo"], "header", "cat", "dog",
            id="names or values",
        ),
    ],
)  # fmt: skip
def test_what_can_be_read_either_way_is_asked(lines, code, first, second):
    table = read(lines)
    (question,) = table.report.questions
    assert question.code == code
    taken, other = question.answers
    assert str(table.frame.iloc[0, 0]).startswith(first)
    again = read(lines, **taken.options)
    assert again.frame.equals(table.frame)
    changed = read(lines, **other.options)
    assert str(changed.frame.iloc[0, 0]).startswith(second)
    assert not again.report.questions
    assert not changed.report.questions


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(["when;n", "31/02/2024;1", "13/04/2024;2"], id="day over 12"),
        pytest.param(["fee;n", "1.234;1", "5.67;2"], id="two decimals"),
        pytest.param(["fee;n", "€ 1.234,50;1", "€ 7,00;2"], id="both signs"),
        pytest.param(["when;n", "2024-01-02;1", "2024-03-04;2"], id="ISO"),
        pytest.param(["share;n", "12.5 %;1", "7 %;2"], id="per cent"),
    ],
)
def test_what_is_clear_is_not_asked(lines):
    assert not read(lines).report.questions


def test_signs_left_out_of_numbers_are_noted():
    table = read(["share;fee", "12.5 %;€ 1.234,56", "7 %;€ 7,10"])
    assert table.frame.iloc[0].tolist() == [12.5, 1234.56]
    assert any("sign %" in note for note in table.report.notes)
    assert any("sign €" in note for note in table.report.notes)


def test_questions_are_json_and_come_back():
    report = read(["when;n", "01/02/2024;1", "03/04/2024;2"]).report
    assert ReadReport.from_dict(json.loads(json.dumps(report.to_dict()))) == report
