"""Texts that are no table, such as web pages and scripts: named, never read as one."""

import re
from html import unescape
from typing import Final

from core.errors import DataError

_START: Final = 20_000
_ACCEPTED: Final = "Bring the table itself, for example as CSV, JSON, Parquet or Excel."
_TITLE: Final = re.compile(r"<(title|h1)\b[^>]*>(.*?)</\1", re.IGNORECASE | re.DOTALL)
_TAG: Final = re.compile(r"<[^>]*>")
_HTML: Final = re.compile(
    r"(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*"
    r"<(!doctype\s+html|html|head|body|title|meta|script|div|table|center|h1)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML: Final = re.compile(r"<(\?xml\s|!doctype\s|!--|svg\b|rss\b|feed\b)", re.IGNORECASE)
_ANY_TAG: Final = re.compile(r"<([A-Za-z_][\w.:-]*)(\s[^<>]*)?>")
_FAILED: Final = re.compile(
    r"\b([45]\d\d|error|not found|forbidden|denied|unauthori[sz]ed|unavailable|"
    r"moved|captcha|sign in|log ?in|just a moment)\b",
    re.IGNORECASE,
)
_KINDS: Final = (
    (r"#!\s*/", "a script"),
    (r"<\?php\b", "a PHP script"),
    (r"\{\\rtf", "a text of a word processor (RTF)"),
    (r"%!PS", "a PostScript document"),
    (r"\\documentclass|\\begin\{", "a LaTeX document"),
    (r"-----BEGIN [A-Z ]+-----", "a key or a certificate"),
    (r"version https://git-lfs\.github\.com/spec", "a Git LFS pointer to a file"),
    (
        r"(--[^\n]*\n\s*|/\*.*?\*/;?\s*)*(CREATE (TABLE|DATABASE)|INSERT INTO|"
        r"DROP TABLE|BEGIN TRANSACTION|PRAGMA|SET \w+ ?=)\s?\S",
        "a dump of a database (SQL)",
    ),
    (r"(import \w[\w.]*( as \w+)?;?|from [\w.]+ import [^,\n]+)\s*\n", "source code"),
    (r"#include\s*[<\"]", "source code"),
    (r"(\w+ = )?(function ?\(|\(function ?\(|'use strict'|\"use strict\")",
     "source code"),
)  # fmt: skip
_PATTERNS: Final = tuple((re.compile(p, re.DOTALL), kind) for p, kind in _KINDS)


def refuse_foreign(start: str) -> None:
    r"""Refuse a text that is something else than a table, and say what it is.

    Parameters
    ----------
    start : str
        The beginning of the text.

    Raises
    ------
    DataError

    Examples
    --------
    >>> refuse_foreign("a,b\n1,2\n")
    >>> refuse_foreign("<html><title>404 Not Found</title>")
    Traceback (most recent call last):
    core.errors.DataError: The file is an error page of a web server, ...
    """
    text = start[:_START].lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        _refuse_markup(text)
    for pattern, kind in _PATTERNS:
        if pattern.match(text):
            raise DataError(f"The file is {kind}, not a table.", hint=_ACCEPTED)


def _refuse_markup(text: str) -> None:
    if _HTML.match(text):
        _refuse_page(text)
    if _XML.match(text) or _closes(text):
        raise DataError(
            "The file is XML, not a table.",
            hint="Export the table from it as CSV or JSON, and bring that.",
        )


def _refuse_page(text: str) -> None:
    found = _TITLE.search(text)
    title = unescape(_TAG.sub("", found[2])) if found else ""
    title = " ".join(title.split())[:80]
    named = f" titled {title!r}" if title else ""
    if _FAILED.search(title):
        raise DataError(
            f"The file is an error page of a web server{named and ','}{named}, "
            "not the table that was asked for.",
            hint="Open its address in a browser, and download the table itself.",
        )
    raise DataError(
        f"The file is a web page (HTML){named}, not a table.",
        hint="Download the table itself, or copy it into a workbook and bring that.",
    )


def _closes(text: str) -> bool:
    """Say whether the first tag of a text is closed again, or holds another one."""
    first = _ANY_TAG.match(text)
    if first is None:
        return False
    rest = text[first.end() :]
    return f"</{first[1]}>" in rest or bool(re.match(r"\s*<[A-Za-z_!]", rest))
