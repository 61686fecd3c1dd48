"""Tables that go wrong, made when asked for; nothing of this is stored.

`FAULTS` names each one. ``refused`` says what reading it must end in: True, an
error with message and hint; False, a table; None, either. Never anything else.
"""

import gzip
import io
import random
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

HOSTILE_NAMES = (
    "$x$ :red[a] <script>alert(1)</script> [b](javascript:1)",
    "![i](http://192.0.2.1/t.png)",
    "<img src=x onerror=alert(1)>",
    "=1+1",
    "+cmd|'/c calc'!A1",
    "@SUM(A1)",
    "a.b[0]:Q",
    ":material/delete: **bold** `code`",
    "'; DROP TABLE projects; --",
    "../../etc/passwd",
    "{x} %s \\n",
    "ß 数据 🙂",
    "\u202egnp.exe",
    "__class__",
    "x" * 300,
)
PROJECT_NAMES = (
    "../../etc",
    "a/b\\c",
    "",
    "   ",
    ".",
    "..",
    "CON",
    "a\x00b",
    "n" * 5_000,
    *HOSTILE_NAMES,
)


@dataclass(frozen=True)
class Fault:
    """One bad file.

    Attributes
    ----------
    file_name : str
        As a person would have called it.
    make : callable
        Returns its bytes.
    refused : bool or None
        True when reading must end in an error, False when in a table.
    """

    file_name: str
    make: Callable[[], bytes]
    refused: bool | None = None


def table(n_rows: int = 40, *, target: str | None = None) -> bytes:
    """Return a sound CSV; `target` fills the last column of every row."""
    lines = ["age,fee,plan,joined,churn"]
    for i in range(n_rows):
        left = ("yes" if i % 3 == 0 else "no") if target is None else target
        day = f"2026-{i % 12 + 1:02d}-{i % 28 + 1:02d}"
        lines.append(f"{20 + i % 50},{10 + i / 7:.2f},{'ABC'[i % 3]},{day},{left}")
    return ("\n".join(lines) + "\n").encode()


def large_csv(size_bytes: int) -> Iterator[bytes]:
    """Yield a sound CSV of about that size, in chunks of about 64 kB."""
    header, rest = table(1_400).split(b"\n", 1)
    yield header + b"\n"
    for _ in range(max(1, size_bytes // len(rest))):
        yield rest


def _wide() -> bytes:
    names = ",".join(f"column_{i}" for i in range(2_000))
    rows = (",".join(str((i * j) % 97) for j in range(2_000)) for i in range(30))
    return "\n".join([names, *rows]).encode()


def _noise(n_bytes: int = 20_000) -> bytes:
    return random.Random(0).randbytes(n_bytes)  # noqa: S311


def _png() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + _noise(5_000)


def _archive(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return buffer.getvalue()


def _missing_targets() -> bytes:
    lines = table().decode().splitlines()
    emptied = [line.rsplit(",", 1)[0] + "," for line in lines[1::4]]
    lines[1::4] = emptied
    return "\n".join(lines).encode()


def _all_missing() -> bytes:
    first, *rest = table().decode().splitlines()
    return "\n".join([first + ",nothing", *(line + "," for line in rest)]).encode()


def _hostile_names() -> bytes:
    quoted = ",".join('"' + name.replace('"', '""') + '"' for name in HOSTILE_NAMES)
    row = ",".join(str(i) for i in range(len(HOSTILE_NAMES)))
    return "\n".join([quoted, row, row, row]).encode()


def _two_encodings() -> bytes:
    return table(10) + "30,1.0,Käse,2026-01-01,no\n".encode("latin-1") + table(3)[26:]


def _text(words: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: words.encode(encoding)


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "empty file": Fault("empty.csv", lambda: b"", refused=True),
        "blank lines only": Fault("blank.csv", lambda: b"\n\n  \n\r\n", refused=True),
        "byte order mark only": Fault("bom.csv", lambda: b"\xef\xbb\xbf", refused=True),
        "header only": Fault("header.csv", _text("age,fee,churn\n"), refused=True),
        "one column": Fault("one.csv", _text("age\n1\n2\n3\n4\n"), refused=False),
        "one cell": Fault("cell.csv", _text("hello")),
        "three rows": Fault("three.csv", lambda: table(3), refused=False),
        "all-missing column": Fault("missing.csv", _all_missing, refused=False),
        "all cells missing": Fault("void.csv", _text("a,b\n,\n,\n,\n")),
        "target with one class": Fault(
            "one_class.csv", lambda: table(target="no"), refused=False
        ),
        "target with missing values": Fault(
            "gaps.csv", _missing_targets, refused=False
        ),
        "2,000 columns": Fault("wide.csv", _wide, refused=False),
        "duplicate column names": Fault(
            "twice.csv", _text("a,a,b,a\n1,2,3,4\n5,6,7,8\n"), refused=False
        ),
        "nameless columns": Fault(
            "nameless.csv", _text("a,, ,b\n1,2,3,4\n5,6,7,8\n"), refused=False
        ),
        "hostile column names": Fault("names.csv", _hostile_names, refused=False),
        "hostile cells": Fault(
            "cells.csv",
            _text("n,word\n1,=1+1\n2,<script>alert(1)</script>\n3,![i](http://x/t)\n"),
            refused=False,
        ),
        "rows of unequal length": Fault(
            "ragged.csv", _text("a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n"), refused=False
        ),
        "quote never closed": Fault(
            "quote.csv", _text('a,b\n1,"two\n3,four\n5,six\n' * 3)
        ),
        "separators only": Fault("commas.csv", _text(",,,\n,,,\n")),
        "one very long line": Fault("long.csv", _text("x" * 3_000_000)),
        "one very long cell": Fault(
            "cell.csv", _text('a,b\n1,"' + "y" * 500_000 + '"\n2,z\n')
        ),
        "numbers past every limit": Fault(
            "huge.csv",
            _text("a,b\n1e999,99999999999999999999\n-1e999,5\nNaN,inf\n2,-7\n"),
            refused=False,
        ),
        "dates that never were": Fault(
            "dates.csv",
            _text("when,n\n0000-00-00,1\n2026-02-30,2\n9999-12-31,3\n1066-10-14,4\n"),
            refused=False,
        ),
        "UTF-16 text": Fault(
            "utf16.csv", _text(table().decode(), "utf-16"), refused=False
        ),
        "Latin-1 text": Fault(
            "latin.csv", _text("name,n\nMüller,1\nJosé,2\n", "latin-1"), refused=False
        ),
        "two encodings in one file": Fault("mixed.csv", _two_encodings),
        "zero bytes in the text": Fault("nul.csv", _text("a,b\n1,\x00\n2,x\x00y\n")),
        "binary file called .csv": Fault("noise.csv", _noise, refused=True),
        "picture called .csv": Fault("picture.csv", _png, refused=True),
        "archive called .csv": Fault(
            "archive.csv", lambda: _archive(a__csv=table()), refused=None
        ),
        "text called .parquet": Fault("text.parquet", table),
        "binary file called .parquet": Fault("noise.parquet", _noise, refused=True),
        "text called .xlsx": Fault("text.xlsx", table),
        "binary file called .xlsx": Fault("noise.xlsx", _noise, refused=True),
        "archive that is no workbook": Fault(
            "archive.xlsx", lambda: _archive(readme__txt=b"hello"), refused=True
        ),
        "text called .csv.gz": Fault("text.csv.gz", table),
        "gzip cut in the middle": Fault(
            "cut.csv.gz", lambda: gzip.compress(table(5_000))[:-2_000], refused=True
        ),
        "gzip of nothing": Fault(
            "nothing.csv.gz", lambda: gzip.compress(b""), refused=True
        ),
        "gzip that swells": Fault(
            "bomb.csv.gz", lambda: gzip.compress(b"a,b\n" + b"0" * 30_000_000)
        ),
        "file without an ending": Fault("table", table),
        "file name with slashes": Fault("../../etc/passwd.csv", table, refused=False),
        "hostile file name": Fault("<b>$x$</b> :red[a].csv", table, refused=False),
    }
)
