"""A last row that adds up the others: asked about, and left out when so answered."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from core.data.reading.questions import ask
from core.data.reading.report import Table

_TOTAL: Final = re.compile(
    r"\W*((grand|sub|over)?[ -]?totals?|sums?|summe|gesamt(summe)?|insgesamt|totaux|"
    r"totale|suma|totaal|totalt|итого|всего|合计|合計|总计|計)\b\W*.{0,20}",
    re.IGNORECASE,
)


def without_total(table: Table, kept: bool | None) -> Table:
    """Ask whether a last row that calls itself a total is a case; leave it out if not.

    Parameters
    ----------
    table : Table
    kept : bool or None
        The answer; None asks, and keeps the row for the time being.
    """
    frame, report = table.frame, table.report
    if len(frame) < 3 or frame.shape[1] < 2:
        return table
    named = total_row([frame.iloc[-1, i] for i in range(min(3, frame.shape[1]))])
    if named is None:
        return table
    if kept is not False:
        question = ask("total_row", taken=True)
        asked = (*report.questions, *([question] if kept is None else []))
        return replace(table, report=replace(report, questions=asked))
    note = f"The last row, {named!r}, was left out as a total."
    report = replace(report, n_rows=len(frame) - 1, notes=(*report.notes, note))
    return replace(table, frame=frame.iloc[:-1], report=report)


def total_row(cells: Sequence[object]) -> str | None:
    """Return how a last row calls itself a total, or None.

    Examples
    --------
    >>> total_row(["Total", 12, None]), total_row(["Tot", 3])
    ('Total', None)
    """
    for cell in cells[:3]:
        if isinstance(cell, str) and cell.strip():
            return cell.strip() if _TOTAL.fullmatch(cell.strip()) else None
    return None
