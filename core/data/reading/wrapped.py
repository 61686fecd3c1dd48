"""Files of which every line as a whole stands in quotes, as some spreadsheets save."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from core.data.reading.dialect import NO_DELIMITER

_MARKS: Final = ",;\t|"


def is_wrapped(sample: str) -> bool:
    r"""Say whether each line is a whole row in quotes.

    Examples
    --------
    >>> is_wrapped('"a,b,c"\n"1,""x"",2"\n'), is_wrapped('"a","b"\n"1","2"\n')
    (True, False)
    """
    lines = [line for line in sample.splitlines() if line.strip()]
    if len(lines) < 2 or not all(line.startswith('"') for line in lines):
        return False
    inside = [row for row, _ in zip(_unwrapped(sample), range(500), strict=False)]
    for row, line in zip(inside, lines, strict=False):
        if row is None or '"' + row.replace('"', '""') + '"' != line.rstrip():
            return False
    rows = [row for row in inside if row is not None]
    return any(_parts(rows, mark) for mark in _MARKS)


def _parts(rows: Sequence[str], mark: str) -> bool:
    """Say whether a delimiter parts all rows alike, and is no mark of a sentence."""
    counts = {len(next(csv.reader([row], delimiter=mark))) for row in rows}
    sentences = any(f"{mark} " in row for row in rows)
    return len(counts) == 1 and counts.pop() > 2 and not sentences


def _unwrapped(text: str) -> Iterator[str | None]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=NO_DELIMITER)
    for row in reader:
        if row:
            yield row[0] if len(row) == 1 else None


def unwrap(text: str) -> str:
    r"""Take the quotes around each line away.

    Examples
    --------
    >>> unwrap('"a,b,c"\n"1,""x"",2"\n')
    'a,b,c\n1,"x",2\n'
    """
    return "".join(f"{row}\n" for row in _unwrapped(text) if row is not None)
