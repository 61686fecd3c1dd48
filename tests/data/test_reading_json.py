"""JSON is read as its records were meant; texts that are no table are named."""

import gzip
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.reading import read_table
from core.errors import DataError

RECORDS = [{"a": 1, "b": "x"}, {"a": 2, "b": None}, {"a": 3, "b": "z"}]
LINES = "\n".join(map(json.dumps, RECORDS))


def read(content, **options):
    data = content if isinstance(content, bytes) else content.encode()
    return read_table(io.BytesIO(data), "t.json", **options)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(json.dumps(RECORDS), id="records"),
        pytest.param(json.dumps(RECORDS, indent=2), id="records over lines"),
        pytest.param(LINES, id="lines"),
        pytest.param(LINES.replace("\n", "\r\n\r\n"), id="lines with blank ones"),
        pytest.param(gzip.compress(LINES.encode()), id="lines, compressed"),
        pytest.param(json.dumps(RECORDS).encode("utf-16"), id="UTF-16"),
        pytest.param(json.dumps({"a": [1, 2, 3], "b": ["x", None, "z"]}), id="columns"),
        pytest.param(json.dumps({"ok": 1, "data": RECORDS}), id="one key"),
        pytest.param(json.dumps({"r": {"items": RECORDS, "n": 3}}), id="deeper key"),
        pytest.param(
            json.dumps(
                {"columns": ["a", "b"], "data": [[1, "x"], [2, None], [3, "z"]]}
            ),
            id="names and rows",
        ),
        pytest.param(
            json.dumps([["a", "b"], [1, "x"], [2, None], [3, "z"]]), id="rows"
        ),
        pytest.param(
            json.dumps({"a": {"0": 1, "1": 2, "2": 3}, "b": {"0": "x", "2": "z"}}),
            id="columns by row",
        ),
    ],
)
def test_every_usual_shape_of_json_gives_the_same_table(content):
    table = read(content)
    assert table.frame["a"].tolist() == [1, 2, 3]
    assert table.frame["b"].fillna("-").tolist() == ["x", "-", "z"]
    assert table.report.format in ("json", "json lines")
    assert table.report.n_refused == 0


def test_nested_objects_become_dotted_columns_and_deeper_values_text():
    table = read(
        '[{"id": 7, "who": {"name": "Ann", "at": {"x": 1}}, "tags": ["p", 2]},'
        ' {"id": 8, "extra": true}]'
    )
    assert list(table.frame) == ["id", "who.name", "who.at", "tags", "extra"]
    assert table.frame["who.at"][0] == '{"x": 1}'
    assert table.frame["tags"][0] == '["p", 2]'
    told = " ".join(table.report.notes)
    assert "'who' became columns with dotted names" in told
    assert "'tags', 'who.at' were kept as text" in told
    assert "what a record lacks was left empty" in told


def test_lines_that_are_no_record_are_refused_with_their_number():
    table = read('{"a": 1}\n{"a": 2\n{"a": 3}\n"four"\n')
    assert table.frame["a"].tolist() == [1, 3]
    assert [row.line for row in table.report.refused] == [2, 4]


def test_of_several_lists_one_is_chosen_and_the_others_are_named():
    content = json.dumps({"people": RECORDS, "towns": [{"c": 1}]})
    table = read(content)
    assert (table.report.sheet, table.report.sheets) == ("people", ("people", "towns"))
    assert list(read(content, sheet="towns").frame) == ["c"]
    with pytest.raises(DataError, match="no list under 'x'"):
        read(content, sheet="x")


def test_half_a_letter_is_shown_as_unknown():
    table = read('[{"a": "x\\ud800", "\\udfff": 1}, {"a": "y", "b": {"\\ud800": 2}}]')
    assert table.frame["a"].tolist() == ["x\ufffd", "y"]


def test_limits_hold_while_reading():
    with pytest.raises(DataError, match="2 rows"):
        read(LINES, max_rows=2)
    wide = json.dumps([{f"k{i}": 1} for i in range(50)])
    with pytest.raises(DataError, match="20 columns"):
        read(wide, max_columns=20)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('{"a": 1, "b": }', "broken at line 1"),
        ('[{"a": 1},\n{"a": ]', "broken at line 2"),
        ("[" * 100_000, "nested too deeply"),
        ('{"error": "no such table"}', "no such table"),
        ("[]", "no records"),
        ("null", "no rows"),
        ('"words"', "no rows"),
    ],
)
def test_json_without_a_table_is_refused_in_words(content, told):
    with pytest.raises(DataError) as caught:
        read(content)
    assert told in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<html><head><title>404 Not Found</title></head>", "error page"),
        ("<!-- x -->\n<!DOCTYPE html>\n<title>Sign in</title>", "error page"),
        ("<!DOCTYPE html>\n<html><h1>My data, 2024</h1><p>a,b", "web page"),
        ('<?xml version="1.0"?>\n<rows><row a="1"/></rows>', "XML"),
        ("<rows>\n<row>1,2</row>\n</rows>", "XML"),
        ("%PDF-1.7\n1,2\n", "PDF"),
        ("#!/bin/sh\necho a,b\n", "script"),
        ("import pandas as pd\nx = 1, 2\n", "source code"),
        ("-- dump\nCREATE TABLE t (a, b);\n", "SQL"),
        ("version https://git-lfs.github.com/spec/v1\noid x\nsize 1\n", "Git LFS"),
        ("{\\rtf1 a,b}\nc,d\n", "RTF"),
        ("RIFF\x00\x00\x00\x00WEBP", "picture"),
    ],
)
def test_a_text_that_is_no_table_is_named(content, told):
    with pytest.raises(DataError) as caught:
        read(content)
    assert told in caught.value.message


@pytest.mark.parametrize(
    "content",
    [
        "<5,5-10,>10\n1,2,3\n4,5,6\n",
        "[a],[b]\n1,2\n3,4\n",
        "import,export\n1,2\n3,4\n",
        "name,html\nx,<b>1</b>\ny,<i>2</i>\n",
        "{x},y\n1,2\n2,3\n",
    ],
)
def test_a_table_that_only_begins_like_something_else_is_read(content):
    assert len(read(content).frame) == 2


def test_a_text_called_csv_by_a_person_is_read_as_one():
    assert read("<rows>,b\n<a>,1\n<c>,2\n", format="csv").frame.shape == (2, 2)


@settings(max_examples=25)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"w": st.text("abc xyzäß,;\"'\n", min_size=1, max_size=8).filter(str.strip)}
        ),
        min_size=2,
        max_size=8,
    )
)
def test_words_come_back_as_they_were(records):
    found = read(json.dumps(records), as_text=True).frame["w"].tolist()
    assert found == [record["w"] for record in records]
    lines = read("\n".join(map(json.dumps, records)), as_text=True)
    assert lines.frame["w"].tolist() == found
