"""Dates as people write them: ISO, day or month first, with names of months."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

_CLOCK: Final = (
    r"(?P<gap> +|T)(?P<clock>\d{1,2}:\d{2}(?P<sec>:\d{2})?)( ?(?P<half>[AaPp][Mm]))?"
)
_ISO: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}"
    r"([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(?P<zone>Z|[-+]\d{2}:?\d{2})?)?"
)
_DIGITS: Final = re.compile(
    rf"(?P<a>\d{{1,4}})(?P<s>[-/.])(?P<b>\d{{1,2}})(?P=s)(?P<c>\d{{1,4}})({_CLOCK})?"
)
_NAMED: Final = re.compile(
    r"(?P<a>\d{1,2})(?P<s>[- ])(?P<b>[A-Za-z]{3,9})(?P=s)(?P<c>\d{2,4})"
    rf"({_CLOCK})?"
)
_NAME_FIRST: Final = re.compile(
    rf"(?P<b>[A-Za-z]{{3,9}}) (?P<a>\d{{1,2}}), (?P<c>\d{{4}})({_CLOCK})?"
)
_MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip


@dataclass(frozen=True)
class DateStyle:
    """How the dates of one column are written.

    Attributes
    ----------
    formats : tuple of str
        For strptime, tried in this order; empty means ISO 8601.
    zoned : bool
        Whether times carry a zone (ISO only).
    ambiguous : bool
        Whether day and month could be swapped in every value.
    """

    formats: tuple[str, ...] = ()
    zoned: bool = False
    ambiguous: bool = False

    @property
    def day_first(self) -> bool:
        """Whether the day comes before the month."""
        return bool(self.formats) and self.formats[0].startswith("%d")

    @property
    def note(self) -> str:
        """What a person should know, as the rest of a sentence on the column."""
        if not self.ambiguous:
            return ""
        first = "day" if self.day_first else "month"
        return (
            f"dates were read with the {first} first, but every one could also be "
            "read the other way; check them"
        )


def guess_dates(
    values: Sequence[str], day_first: bool | None = None
) -> DateStyle | None:
    """Guess how dates are written, or None when they are not all dates.

    Examples
    --------
    >>> guess_dates(["31/12/2024", "01/02/2025"]).formats
    ('%d/%m/%Y',)
    >>> guess_dates(["2024-12-31"]).formats
    ()
    >>> guess_dates(["1.2.3.4"]) is None
    True
    """
    if not values:
        return None
    matches = [_ISO.fullmatch(value) for value in values]
    if all(matches):
        return DateStyle(zoned=any(match["zone"] for match in matches if match))
    for pattern, name in ((_DIGITS, ""), (_NAMED, "named"), (_NAME_FIRST, "first")):
        found = [pattern.fullmatch(value) for value in values]
        if all(found):
            parts = [match for match in found if match]
            return _named(parts, name) if name else _digits(parts, day_first)
    return None


def _digits(found: list["re.Match[str]"], asked: bool | None) -> DateStyle | None:
    separators = {match["s"] for match in found}
    if len(separators) > 1:
        return None
    mark = separators.pop()
    if all(len(match["a"]) == 4 for match in found):
        orders, ambiguous = ["%Y", "%m", "%d"], False
        if any(int(match["b"]) > 12 for match in found):
            return None
    else:
        lengths = {len(match["c"]) for match in found}
        if (
            len(lengths) > 1
            or not lengths <= {2, 4}
            or max(len(match["a"]) for match in found) > 2
        ):
            return None
        year = "%Y" if lengths == {4} else "%y"
        over_a = any(int(match["a"]) > 12 for match in found)
        over_b = any(int(match["b"]) > 12 for match in found)
        if over_a and over_b:
            return None
        either = not (over_a or over_b)
        day_first = over_a or (either and mark != "/")
        if either and asked is not None:
            day_first = asked
        orders = ["%d", "%m", year] if day_first else ["%m", "%d", year]
        ambiguous = either and mark != "." and asked is None
    return DateStyle(_with_clock(mark.join(orders), found), ambiguous=ambiguous)


def _named(found: list["re.Match[str]"], where: str) -> DateStyle | None:
    if any(match["b"][:3].lower() not in _MONTHS for match in found):
        return None
    if where == "first":
        return DateStyle(_with_clock("%b %d, %Y", found))
    years = {len(match["c"]) for match in found}
    marks = {match["s"] for match in found}
    if len(marks) > 1 or len(years) > 1 or not years <= {2, 4}:
        return None
    mark, year = marks.pop(), "%Y" if years == {4} else "%y"
    return DateStyle(_with_clock(mark.join(["%d", "%b", year]), found))


def _with_clock(date: str, found: list["re.Match[str]"]) -> tuple[str, ...]:
    """Return the formats of all times of day that occur behind a date."""
    formats = dict.fromkeys(date + _clock_format(match) for match in found)
    return tuple(formats)


def _clock_format(match: "re.Match[str]") -> str:
    if match["clock"] is None:
        return ""
    seconds = ":%S" if match["sec"] else ""
    if match["half"]:
        blank = " " if match.group(0)[-3] == " " else ""
        return f"{match['gap']}%I:%M{seconds}{blank}%p"
    return f"{match['gap']}%H:%M{seconds}"


def parse_dates(text: Any, style: DateStyle) -> Any:
    """Cast Arrow text to timestamps in microseconds, UTC without a zone.

    Raises
    ------
    pyarrow.ArrowInvalid
        A value is no date of this style.
    """
    if not style.formats:
        return _parse_iso(text, zoned=style.zoned)
    parsed = pc.coalesce(
        *(
            pc.strptime(text, format=form, unit="us", error_is_null=True)
            for form in style.formats
        )
    )
    if parsed.null_count > text.null_count:
        raise pa.ArrowInvalid("Some values are no dates of this style.")
    return parsed


def _parse_iso(text: Any, *, zoned: bool) -> Any:
    kind = pa.timestamp("us", tz="UTC") if zoned else pa.timestamp("us")
    try:
        moments = pc.cast(text, kind)
    except pa.ArrowInvalid:
        cut = pc.replace_substring_regex(text, r"(\.\d{6})\d+", r"\1")
        moments = pc.cast(cut, kind)
    return pc.cast(moments, pa.timestamp("us"))
