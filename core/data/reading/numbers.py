"""Numbers as people write them: 1,234.5 and 1.234,5, $ 3, 12 %, (7)."""

import re
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from core.data.reading.letters import maybe_zero_first

INTEGER: Final = r"^[-+]?\d{1,18}$"
PLAIN: Final = r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,4})?$"
LEADING_ZERO: Final = r"^[-+]?0\d+$"
LONG_DIGITS: Final = r"^\d{16,}$"

_SPACES: Final = "\u00a0\u202f\u2009\u2019 '"
_DRESSED: Final = re.compile(
    rf"(?P<open>\()?\s?(?P<sign>[-+])?\s?(?P<before>[$€£¥])?\s?(?P<sign2>[-+])?"
    rf"(?P<digits>\d[\d.,{_SPACES}]*)"
    rf"\s?(?P<after>[%€$£¥])?\s?(?P<close>\))?"
)
_GROUPED: Final = {
    ",": re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?"),
    ".": re.compile(r"\d{1,3}(\.\d{3})+(,\d*)?"),
    " ": re.compile(rf"\d{{1,3}}([{_SPACES}]\d{{3}})+([.,]\d*)?"),
}


@dataclass(frozen=True)
class NumberStyle:
    """How the numbers of one column are written.

    Attributes
    ----------
    decimal : str
        "." or ",".
    unit : str
        The sign that all or some values carry, such as "%" or "€"; or "".
    ambiguous : bool
        Whether every value could also be read with the other decimal sign.
    """

    decimal: str
    unit: str
    ambiguous: bool

    @property
    def note(self) -> str:
        """What a person should know, as the rest of a sentence on the column."""
        parts = []
        if self.ambiguous:
            parts.append(
                "every number could also be read with the other decimal sign, "
                f"so say whether {self.decimal!r} is right"
            )
        elif self.decimal == ",":
            parts.append("numbers are written with a decimal comma")
        if self.unit:
            parts.append(f"the sign {self.unit} was left out of the numbers")
        return " and ".join(parts)


def guess_style(values: list[str], decimal: str | None = None) -> NumberStyle | None:
    """Guess how numbers are written, or None when they are not all numbers.

    Examples
    --------
    >>> guess_style(["€ 1.234,56", "€ 7,10"])
    NumberStyle(decimal=',', unit='€', ambiguous=False)
    >>> guess_style(["12.5 %", "3 %"]).unit
    '%'
    >>> guess_style(["12 apples"]) is None
    True
    """
    units: set[str] = set()
    digits: list[str] = []
    for value in values:
        match = _DRESSED.fullmatch(value)
        if match is None or bool(match["open"]) != bool(match["close"]):
            return None
        units.update(sign for sign in (match["before"], match["after"]) if sign)
        digits.append(match["digits"].strip())
    if len(units) > 1:
        return None
    found, ambiguous = _decimal_sign(digits)
    if ambiguous and decimal is not None:
        found, ambiguous = decimal, False
    decimal = found
    if decimal is None or not all(_is_written(item, decimal) for item in digits):
        return None
    return NumberStyle(decimal, next(iter(units), ""), ambiguous)


def _decimal_sign(digits: list[str]) -> tuple[str | None, bool]:
    """Return the decimal sign and whether the other one is as likely."""
    votes: set[str] = set()
    doubtful: set[str] = set()
    for item in digits:
        dots, commas = item.count("."), item.count(",")
        if dots and commas:
            votes.add(max(".,", key=item.rfind))
        elif dots > 1 or commas > 1:
            votes.add("," if dots > 1 else ".")
        elif dots or commas:
            sign = "." if dots else ","
            whole, _, fraction = item.partition(sign)
            grouped = len(fraction) == 3 and 1 <= len(whole) <= 3 and whole != "0"
            (doubtful if grouped else votes).add(sign)
    if len(votes) > 1:
        return None, False
    if votes:
        return votes.pop(), False
    return ".", len(doubtful) == 1


def _is_written(item: str, decimal: str) -> bool:
    """Say whether digits follow one style: groups of three, one decimal sign."""
    group = "," if decimal == "." else "."
    if any(space in item for space in _SPACES):
        return _GROUPED[" "].fullmatch(item) is not None
    if group in item:
        return _GROUPED[group].fullmatch(item) is not None
    return item.count(decimal) <= 1


def plain_numbers(text: Any, style: NumberStyle) -> Any:
    """Rewrite an Arrow text array in one style as plain numbers, still as text.

    Raises
    ------
    pyarrow.ArrowInvalid
        A sign that groups thousands stands elsewhere than before three digits.
    """
    group = "," if style.decimal == "." else "."
    grouped = text.filter(pc.fill_null(pc.match_substring(text, group), False))
    mark, point = re.escape(group), re.escape(style.decimal)
    if not all_match(grouped, rf"^\D*\d{{1,3}}({mark}\d{{3}})+({point}\d*)?\D*$"):
        raise pa.ArrowInvalid("Thousands are grouped in another way.")
    negative = pc.starts_with(text, "(")
    bare = pc.replace_substring_regex(text, rf"[$€£¥%()+{_SPACES}]", "")
    bare = pc.replace_substring(bare, group, "")
    if style.decimal == ",":
        bare = pc.replace_substring(bare, ",", ".")
    minus, between = pa.scalar("-", bare.type), pa.scalar("", bare.type)
    below_zero = pc.binary_join_element_wise(minus, bare, between)
    return pc.if_else(pc.fill_null(negative, False), below_zero, bare)


def all_match(values: Any, pattern: str) -> bool:
    """Say whether every value of an Arrow text array matches."""
    matched = pc.all(pc.match_substring_regex(values, pattern), min_count=0)
    return bool(matched.as_py())


def any_match(values: Any, pattern: str) -> bool:
    """Say whether some value of an Arrow text array matches."""
    matched = pc.any(pc.match_substring_regex(values, pattern), min_count=0)
    return bool(matched.as_py())


def as_float(text: Any) -> Any:
    """Cast Arrow text to float64.

    Raises
    ------
    pyarrow.ArrowInvalid
        A value is no number.
    """
    return pc.cast(text, pa.float64())


def refuse_leading_zeros(text: Any) -> None:
    """Raise when some whole number begins with a zero that would be lost.

    Examples
    --------
    >>> refuse_leading_zeros(pa.array(["0", "0.5", "10", ""]))
    >>> refuse_leading_zeros(pa.array(["1", "-007"]))
    Traceback (most recent call last):
    pyarrow.lib.ArrowInvalid: A whole number begins with zeros.
    """
    chunks = text.chunks if isinstance(text, pa.ChunkedArray) else [text]
    for chunk in chunks:
        suspect = maybe_zero_first(chunk)
        if not suspect.any():
            continue
        if any_match(pc.utf8_trim_whitespace(chunk.filter(suspect)), LEADING_ZERO):
            raise pa.ArrowInvalid("A whole number begins with zeros.")
