import gzip
import io
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import write_parquet
from core.data.reading import ReadReport, read_table
from core.errors import DataError, RondoError
from tests.bad_input import FAULTS, HOSTILE_NAMES

SOUND = "name,age,since\nMüller,30,2024-01-31\nJosé,41,2024-02-01\n"


def _read(content, name="t.csv", **options):
    data = content.encode() if isinstance(content, str) else content
    return read_table(io.BytesIO(data), name, **options)


def _outcome(content, name="t.csv"):
    try:
        return _read(content, name)
    except RondoError as error:
        return error


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_bad_file_gives_a_table_or_a_message_with_a_next_step(fault):
    outcome = _outcome(fault.make(), fault.file_name)
    if isinstance(outcome, RondoError):
        assert fault.refused is not False
        assert outcome.message
        assert outcome.hint
    else:
        assert not fault.refused
        assert len(outcome.frame) > 0
        assert "/" not in outcome.report.name


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        pytest.param(SOUND.encode(), "utf-8", id="UTF-8"),
        pytest.param(SOUND.encode("utf-8-sig"), "utf-8-sig", id="UTF-8 with mark"),
        pytest.param(SOUND.encode("utf-16"), "utf-16", id="UTF-16 with mark"),
        pytest.param(SOUND.encode("utf-16-le"), "utf-16-le", id="UTF-16 LE"),
        pytest.param(SOUND.encode("utf-16-be"), "utf-16-be", id="UTF-16 BE"),
        pytest.param(SOUND.encode("cp1252"), "cp1252", id="Windows-1252"),
        pytest.param(
            SOUND.replace("Müller", "\x81").encode("latin-1"), "latin-1", id="Latin-1"
        ),
    ],
)
def test_encodings_are_recognised(content, encoding):
    table = _read(content)
    assert table.report.encoding == encoding
    assert table.frame["name"][1] == "José"
    assert table.frame.columns[0] == "name"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_recognised(delimiter, ends):
    lines = ["name,age,fee", 'a "quoted, name",30,1.5', "b,40,2.5", "c,50,3.5"]
    cells = [
        line.replace('a "quoted, name"', "X").replace(",", delimiter) for line in lines
    ]
    cells[1] = cells[1].replace("X", f'"a ""q"" {delimiter} b"')
    table = _read(ends.join(cells) + ends)
    assert table.report.delimiter == delimiter
    assert table.frame["name"].tolist() == [f'a "q" {delimiter} b', "b", "c"]
    assert table.frame["fee"].tolist() == [1.5, 2.5, 3.5]


def test_a_comma_can_be_the_decimal_sign():
    table = _read("a;b\n1,5;1.234,5\n2,25;7\n")
    assert table.frame["a"].tolist() == [1.5, 2.25]
    assert table.frame["b"].tolist() == [1234.5, 7.0]


def test_one_column_of_decimal_commas_stays_one_column():
    assert _read("price\n1,5\n2,5\n3,25\n").frame["price"].tolist() == [1.5, 2.5, 3.25]


@pytest.mark.parametrize(
    ("cells", "kind", "expected"),
    [
        pytest.param(["1", "NA", "3"], "integer", [1, None, 3], id="whole, missing"),
        pytest.param(["1.5", "", "-2e3"], "number", [1.5, None, -2000], id="numbers"),
        pytest.param(["+1", "2", "3"], "integer", [1, 2, 3], id="plus signs"),
        pytest.param(["007", "123", "9"], "category", ["007", "123", "9"], id="zeros"),
        pytest.param(["12.5 %", "3 %", "-"], "number", [12.5, 3, None], id="per cent"),
        pytest.param(
            ["€ 1.234,56", "€ 7,10", "€ 0,50"], "number", [1234.56, 7.1, 0.5], id="euro"
        ),
        pytest.param(
            ['"$1,234.50"', "$7.10", "($3.00)"],
            "number",
            [1234.5, 7.1, -3],
            id="dollar",
        ),
        pytest.param(
            ["Yes", "no", "YES"], "boolean", [True, False, True], id="yes, no"
        ),
        pytest.param(["true", "", "false"], "boolean", [True, None, False], id="gaps"),
        pytest.param(["0", "1", "1"], "integer", [0, 1, 1], id="0 and 1 stay numbers"),
        pytest.param(["a", "?", "None"], "category", ["a", None, "None"], id="words"),
        pytest.param(["1", "two", "3"], "category", ["1", "two", "3"], id="mixture"),
        pytest.param(
            ["12345678901234567890", "98765432109876543210", "x"],
            "category",
            ["12345678901234567890", "98765432109876543210", "x"],
            id="long digits",
        ),
    ],
)
def test_values_get_the_type_they_were_written_as(cells, kind, expected):
    rows = "\n".join(f"{i};{cell}" for i, cell in enumerate(cells))
    table = _read(f"n;value\n{rows}\n")
    assert table.schema["value"].kind == kind
    found = table.frame["value"].astype(object)
    assert found.where(found.notna(), None).tolist() == expected


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("2024-12-31", "2024-02-01", id="ISO"),
        pytest.param("2024-12-31T00:00:00Z", "2024-02-01T01:00:00+01:00", id="zones"),
        pytest.param("2024-12-31 00:00:00.000000000", "2024-02-01", id="mixed times"),
        pytest.param("31/12/2024", "1/2/2024", id="day first"),
        pytest.param("12/31/2024", "2/1/2024", id="month first"),
        pytest.param("31.12.2024", "01.02.2024", id="dots"),
        pytest.param("31.12.24", "01.02.24", id="short years"),
        pytest.param("2024/12/31", "2024/02/01", id="slashes"),
        pytest.param("31-Dec-2024", "01-Feb-2024", id="names of months"),
        pytest.param('"Dec 31, 2024"', '"Feb 1, 2024"', id="month name first"),
        pytest.param("12/31/2024 12:00 AM", "2/1/2024 12:00 AM", id="half days"),
    ],
)
def test_dates_are_read_in_either_order(first, second):
    table = _read(f"when,n\n{first},1\n{second},2\n")
    expected = [pd.Timestamp("2024-12-31"), pd.Timestamp("2024-02-01")]
    assert table.frame["when"].tolist() == expected


def test_dates_that_can_be_read_either_way_are_noted():
    report = _read("when,n\n01/02/2024,1\n03/04/2024,2\n").report
    assert any("check them" in note for note in report.notes)


def test_numbers_that_can_be_read_either_way_are_noted():
    report = _read("n;m\n1,234;a\n5,678;b\n").report
    assert any("other decimal sign" in note for note in report.notes)


def test_rows_of_another_width_are_refused_with_their_line():
    table = _read("a,b,c\n1,2,3\n4,5\n6,7,8\n9,10,11,12\n13,14,15\n")
    assert table.frame["a"].tolist() == [1, 6, 13]
    assert [(row.line, row.reason) for row in table.report.refused] == [
        (3, "2 values instead of 3"),
        (5, "4 values instead of 3"),
    ]


def test_lines_before_the_table_are_noted():
    text = "# made by a machine\nReport of May\na,b,c\n1,2,3\n4,5,6\n7,8,9\n"
    table = _read(text)
    assert table.frame.columns.tolist() == ["a", "b", "c"]
    assert any("before the table" in note for note in table.report.notes)


def test_row_names_without_a_header_get_one():
    table = _read("x,y\nr1,1,2\nr2,3,4\nr3,5,6\n")
    assert table.frame.columns.tolist() == ["column_1", "x", "y"]
    assert table.frame["y"].tolist() == [2, 4, 6]


def test_a_delimiter_at_every_end_makes_no_column():
    table = _read("a,b,\n1,2,\n3,4,\n5,6,\n")
    assert table.frame.columns.tolist() == ["a", "b"]


def test_a_table_of_numbers_has_no_header():
    table = _read("1,2\n3,4\n5,6\n")
    assert not table.report.header
    assert table.frame.shape == (3, 2)


def test_line_breaks_inside_quotes_belong_to_the_cell():
    table = _read('id,note\n1,"two\nlines"\n2,"x, y"\n3,z\n')
    assert table.frame["note"].tolist() == ["two\nlines", "x, y", "z"]


def test_blank_lines_of_a_single_column_are_missing_values():
    assert _read("a\n1\n\n3\n\n").frame["a"].isna().tolist() == [False, True, False]


def test_whole_numbers_named_id_become_text():
    table = _read("customer_id,n\n1,5\n2,5\n3,5\n")
    assert table.schema["customer_id"].kind == "id"
    assert table.frame["customer_id"].tolist() == ["1", "2", "3"]


def test_as_text_keeps_every_cell_as_written():
    table = _read("a,b\n007, NA \n1.50,\n", as_text=True)
    assert table.frame.to_numpy().tolist() == [["007", " NA "], ["1.50", ""]]


def test_what_is_given_is_not_guessed():
    table = _read("1|2\n3|4\n", delimiter="|", header=True, encoding="utf-8")
    assert table.frame.columns.tolist() == ["1", "2"]
    with pytest.raises(DataError, match="latin-99"):
        _read(SOUND, encoding="latin-99")
    with pytest.raises(DataError, match="excel"):
        _read(SOUND, format="excel")


def test_compressed_files_are_unpacked(tmp_path):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(
        gzip.compress(SOUND.encode()) + gzip.compress(b"Li,5,2024-03-01\n")
    )
    table = read_table(path)
    assert table.frame["age"].tolist() == [30, 41, 5]
    assert table.report.size_bytes == path.stat().st_size


def test_parquet_comes_back_as_it_was(tmp_path):
    frame = _read(SOUND).frame
    write_parquet(frame, tmp_path / "t.parquet")
    table = read_table(tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(table.frame, frame)
    assert table.report.format == "parquet"


def test_a_workbook_is_read_with_its_types(tmp_path):
    frame = pd.DataFrame(
        {
            "n": [1, 2, 3],
            "x": [1.5, None, 2.5],
            "day": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"]),
            "sure": [True, False, True],
            "word": ["a", "b", None],
        }
    )
    with pd.ExcelWriter(tmp_path / "t.xlsx") as book:
        frame.to_excel(book, sheet_name="first", index=False)
        frame.iloc[:1].to_excel(book, sheet_name="second", index=False)
    table = read_table(tmp_path / "t.xlsx")
    assert list(table.schema.kinds.values()) == [
        "integer", "number", "date", "boolean", "category",
    ]  # fmt: skip
    assert any("'second'" in note for note in table.report.notes)
    assert len(read_table(tmp_path / "t.xlsx", sheet="second").frame) == 1
    with pytest.raises(DataError, match="third"):
        read_table(tmp_path / "t.xlsx", sheet="third")


def test_a_larger_table_than_allowed_is_refused_with_the_limit():
    with pytest.raises(DataError, match="at most 1 are taken"):
        _read(SOUND, max_rows=1)
    with pytest.raises(DataError, match="3 columns"):
        _read(SOUND, max_columns=2)


def test_names_are_kept_as_they_are():
    table = _read(FAULTS["hostile column names"].make())
    assert table.frame.columns[0] == HOSTILE_NAMES[0]


def test_the_report_is_json_and_comes_back():
    report = _read("a,b\n1,2\n3\n4,5\n").report
    assert ReadReport.from_dict(json.loads(json.dumps(report.to_dict()))) == report


def test_progress_ends_at_one():
    seen = []
    _read(SOUND, on_progress=lambda fraction, _: seen.append(fraction))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_missing_file_is_a_data_error(tmp_path):
    with pytest.raises(DataError, match=r"gone\.csv"):
        read_table(tmp_path / "gone.csv")


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]),
    min_size=1,
    max_size=6,
)


@settings(max_examples=60)
@given(
    st.lists(st.tuples(WORDS, st.integers(-999, 999), WORDS), min_size=3, max_size=12),
    st.sampled_from(",;\t|"),
)
def test_what_pandas_writes_is_read_cell_by_cell(rows, delimiter):
    frame = pd.DataFrame(rows, columns=["first", "number", "last"])
    file = io.BytesIO()
    frame.to_csv(file, index=False, sep=delimiter)
    table = read_table(io.BytesIO(file.getvalue()), as_text=True, delimiter=delimiter)
    assert table.report.n_refused == 0
    np.testing.assert_array_equal(
        table.frame.to_numpy(dtype=object), frame.astype(str).to_numpy(dtype=object)
    )


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_table_or_a_message(content):
    outcome = _outcome(content)
    assert isinstance(outcome, RondoError) or len(outcome.frame) > 0


def test_yes_and_no_are_booleans_that_can_be_written_as_they_were():
    table = read_table(io.BytesIO(b"a,paid\n1,Yes\n2,no\n3,Yes\n"))
    assert table.frame["paid"].tolist() == [True, False, True]
    schema = type(table.schema).from_dict(table.schema.to_dict())
    written = schema.in_words(table.frame, "paid")
    assert written["paid"].tolist() == ["Yes", "no", "Yes"]
