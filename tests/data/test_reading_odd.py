"""Files as people really save them, with what stands around and between the rows."""

import io

import pytest

from core.data.reading import read_table

NAMES = ("item", "qty", "day", "cost")
ROWS = [(f"bolt {i}", str(i * 3), f"2024-01-{10 + i}", f"{i}.5") for i in range(9)]
WORDS = ("a", "b", "c")
SMALL = [("1", "x", "2.5"), ("3", "y", "4.5"), ("5", "z", "6.5")]


def lines(rows, mark=",", end="\n"):
    return "".join(mark.join(row) + end for row in rows)


BASE = lines([NAMES, *ROWS])
BLANK = ("", "", "", "")
GROUPS = ("", "stock", "", "money")
RAGGED = [WORDS, (*SMALL[0], ""), SMALL[1], (*SMALL[2], "")]
WHOLE = {
    "title as wide as the table": "Report,2024,x,y\nby,me,and,you\n\n" + BASE,
    "keys and values above": "Place,Oslo\nUnit,mm\nFrom,2024\n\n" + BASE,
    "quoted title": '"Report, 2024"\n"by ""X"""\n\n' + BASE,
    "padded title": "Report 2024,,,\n,,,\n" + BASE,
    "groups of names": lines([GROUPS]) + BASE,
    "comments of slashes": "// one, x\n// two, y\n" + BASE,
    "comments as wide": "# one, x, y, z\n# two, x, y, z\n" + BASE,
    "names again": lines([NAMES, *ROWS[:4], NAMES, *ROWS[4:]]),
    "empty rows at the end": BASE + lines([BLANK, BLANK]),
    "padded note below": BASE + lines([BLANK, ("Source: us", "", "", "")]),
    "note below": BASE + "\nSource: us\n",
    "other delimiter in the names": lines([NAMES]) + lines(ROWS, ";"),
    "empty columns behind": lines([(*row, "", "") for row in [NAMES, *ROWS]]),
    "delimiter behind names only": lines([(*NAMES, "")]) + lines(ROWS),
    "delimiters behind rows only": lines([NAMES]) + lines(ROWS, end=",,\n"),
    "bars around": lines([("", *row, "") for row in [NAMES, *ROWS]], "|"),
    "two bars": lines([NAMES, *ROWS], "||"),
    "two byte order marks": "\ufeff\ufeff" + BASE,
    "end mark of DOS": BASE + "\x1a",
    "lines in quotes": "".join(f'"{line}"\n' for line in BASE.splitlines()),
    "Markdown": lines([("", *NAMES, ""), ("", *["---"] * 4, "")], "|")
    + lines([("", *row, "") for row in ROWS], "|"),
}
FEW = {
    "delimiter behind some rows": lines(RAGGED),
    "line under the names": "a   b    c\n--  ---  ---\n" + lines(SMALL, "   "),
    "quotes in quoted lines": '"a;""b"";c"\n"1;""x"";2.5"\n"3;y;4.5"\n"5;z;6.5"\n',
}


def read(content, **options):
    return read_table(io.BytesIO(content.encode()), "t.csv", **options)


def cells(table):
    return [tuple(cell.strip() for cell in row) for row in table.frame.to_numpy()]


@pytest.mark.parametrize("title", WHOLE)
def test_only_the_table_is_read(title):
    table = read(WHOLE[title], as_text=True)
    assert tuple(table.frame.columns) == NAMES
    assert cells(table) == ROWS
    typed = read(WHOLE[title])
    assert [str(dtype) for dtype in typed.frame.dtypes] == [
        "str", "int64", "datetime64[us]", "float64",
    ]  # fmt: skip
    n_lines = sum(bool(line.strip()) for line in WHOLE[title].splitlines())
    assert table.report.notes or table.report.n_refused or n_lines == 10


@pytest.mark.parametrize("title", FEW)
def test_a_small_table_is_read(title):
    table = read(FEW[title], as_text=True)
    assert tuple(table.frame.columns) == WORDS
    assert cells(table) == SMALL


def test_an_escaped_delimiter_belongs_to_the_cell():
    table = read("a,b\n1,x\\, y\n2,z\n3,w\n", as_text=True)
    assert cells(table) == [("1", "x, y"), ("2", "z"), ("3", "w")]


def test_times_do_not_part_a_line():
    table = read("when\n10:00:01\n10:00:02\n11:30:00\n", as_text=True)
    assert table.frame.shape == (3, 1)


def test_years_in_a_row_name_columns():
    table = read("2019,2020,2021\n1.5,2.5,3.5\n4.5,5.5,6.5\n")
    assert list(table.frame) == ["2019", "2020", "2021"]


def test_words_in_quotes_are_not_parted():
    content = '"name"\n"Doe, John"\n"Roe, Jane"\n"Poe, Edgar"\n'
    assert read(content).frame["name"].tolist()[0] == "Doe, John"


def test_empty_cells_of_a_sparse_table_stay():
    content = "a,b,c\n1,,\n,2,\n,,3\n4,,\n5,,\n"
    assert read(content, as_text=True).frame.shape == (5, 3)


@pytest.mark.parametrize("word", ["Total", "Summe", "Grand total:", "合计"])
def test_a_total_is_asked_about_and_left_out_on_request(word):
    content = BASE + f"{word},108,,40.5\n"
    table = read(content)
    assert len(table.frame) == 10
    assert table.report.questions[-1].code == "total_row"
    without = read(content, total_row=False)
    assert (len(without.frame), without.report.n_rows) == (9, 9)
    assert not without.report.questions
    assert any("as a total" in note for note in without.report.notes)


def test_a_large_file_that_ends_in_empty_rows_is_read_alike(monkeypatch):
    monkeypatch.setattr("core.data.reading.stream.STREAM_FROM", 10)
    assert cells(read(BASE + ",,,\n", as_text=True)) == ROWS
    assert len(read(BASE + ",,,\n").frame) == 9
    assert len(read(WHOLE["names again"]).frame) == 9


def test_dressed_numbers_beside_cells_left_out_are_numbers():
    content = "a;b;c\n€ 1.234,56;1;\n€ 2.345,67;2\n(€ 3,50);3\n€ 4,25;4\n€ 5,00;5;x\n"
    assert read(content).frame["a"].tolist() == [1234.56, 2345.67, -3.5, 4.25, 5.0]


def test_what_was_answered_is_kept():
    table = read("d,n\n01/02/2024,1\n03/04/2024,2\n", day_first=True, max_rows=9)
    assert table.report.given == {"day_first": True}
