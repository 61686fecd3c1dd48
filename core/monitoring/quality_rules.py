"""What is expected of each column: learned from the training rows, changed by people.

A learned expectation asks what chance could give; an own value in its place is a limit
that holds as it is written, for whoever wrote it knows more than the training rows do.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from core.data.schema import ColumnSchema, Schema
from core.errors import MonitoringError
from core.findings import Severity
from core.monitoring.column_checks import MANY_REFUSED, MANY_REPEATED, rows_until_frozen
from core.wording import percent

Form = Literal["", "share", "words", "range", "rows"]
TABLE: Final = ""
"""In place of a column's name: a rule about whole rows."""


@dataclass(frozen=True)
class Aspect:
    """One thing that can be expected.

    Attributes
    ----------
    name, title : str
    form : {"", "share", "words", "range", "rows"}
        What an own value is; empty where there is only on or off.
    example : str
        How one is written.
    severity : {"problem", "warning", "note"}
        Of its findings, unless a rule says otherwise.
    """

    name: str
    title: str
    form: Form
    example: str
    severity: Severity


ASPECTS: Final[Mapping[str, Aspect]] = {
    each.name: each
    for each in (
        Aspect("present", "Column is there", "", "", "problem"),
        Aspect("type", "Values of another type", "share", "1%", "problem"),
        Aspect("missing", "Missing values", "share", "5%", "warning"),
        Aspect("categories", "Categories", "words", 'a, b, "c, d"', "warning"),
        Aspect("range", "Range", "range", "0 to 120", "warning"),
        Aspect("frozen", "Frozen at one value", "rows", "50", "problem"),
        Aspect("unit", "Unit", "", "", "problem"),
        Aspect("extra", "Unknown columns", "", "", "note"),
        Aspect("repeated", "Repeated rows", "share", "5%", "warning"),
    )
}
_OF_ROWS: Final = ("extra", "repeated")


@dataclass(frozen=True)
class QualityRule:
    """What a person has changed of one expectation.

    Attributes
    ----------
    column : str
        Its name; empty for rules about whole rows.
    check : str
        A name of `ASPECTS`.
    value : str
        The own value as it was written; empty for the learned one.
    severity : {"", "problem", "warning", "note"}
        Of its findings; empty for the usual one. Problems are what the alarm "Data
        broken" counts.
    active : bool
    """

    column: str
    check: str
    value: str = ""
    severity: Severity | Literal[""] = ""
    active: bool = True

    @property
    def changes_nothing(self) -> bool:
        """Whether it says what is learned anyway."""
        return self.active and not self.value and not self.severity

    def to_dict(self) -> dict[str, Any]:
        """Return the rule as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True)
class Expected:
    """One line of what is expected.

    Attributes
    ----------
    column, check : str
    learned : str
        In words, from the training rows.
    severity : {"problem", "warning", "note"}
        The usual one.
    """

    column: str
    check: str
    learned: str
    severity: Severity

    @property
    def title(self) -> str:
        """The aspect in words."""
        return ASPECTS[self.check].title


def learned_rules(schema: Schema) -> tuple[Expected, ...]:
    """Return all that is expected of a table by its training rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from core.data.schema import describe_schema
    >>> rows = pd.DataFrame({"age": [20.0, 30.0, None, 50.0]})
    >>> for each in learned_rules(describe_schema(rows))[:4]:
    ...     print(each.title, "|", each.learned)
    Column is there | integer
    Values of another type | at most 5%
    Missing values | 25.0%, and what chance adds
    Range | 20 to 50, and what chance adds
    """
    found = []
    for promise in schema:
        for check, learned in _learned(promise):
            usual = ASPECTS[check].severity
            found.append(Expected(promise.name, check, learned, usual))
    repeated = f"at most {percent(MANY_REPEATED, 0)}"
    for check, learned in (("extra", "none"), ("repeated", repeated)):
        found.append(Expected(TABLE, check, learned, ASPECTS[check].severity))
    return tuple(found)


def _learned(promise: ColumnSchema) -> list[tuple[str, str]]:
    """Return what can be expected of a column, each with what is learned."""
    chance = ", and what chance adds"
    said = [
        ("present", promise.kind),
        ("type", f"at most {percent(MANY_REFUSED, 0)}"),
        ("missing", f"{percent(promise.missing_share)}{chance}"),
    ]
    if promise.kind == "category":
        whole = len(promise.levels) == promise.n_distinct
        words = write_words(promise.levels)
        said.append(("categories", words if whole else "too many to watch"))
    is_number = promise.kind in ("number", "integer")
    if is_number and promise.minimum is not None and promise.maximum is not None:
        ends = f"{promise.minimum:.6g} to {promise.maximum:.6g}"
        said.append(("range", f"{ends}{chance}"))
    if promise.n_distinct > 1:
        said.append(("frozen", f"{rows_until_frozen(promise)} rows"))
    if is_number and promise.median:
        said.append(("unit", f"median {promise.median:.6g}"))
    return said


def check_rules(
    schema: Schema, rules: Iterable[QualityRule]
) -> tuple[QualityRule, ...]:
    """Return the rules that change something; refuse those that cannot be read.

    Raises
    ------
    MonitoringError
        A rule is of no column, or its own value cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> from core.data.schema import describe_schema
    >>> schema = describe_schema(pd.DataFrame({"age": [20.0, 30.0]}))
    >>> check_rules(schema, [QualityRule("age", "range", "0 to 120"),
    ...                      QualityRule("age", "missing")])[0].value
    '0 to 120'
    """
    known = {(each.column, each.check) for each in learned_rules(schema)}
    kept: dict[tuple[str, str], QualityRule] = {}
    for rule in rules:
        if (rule.column, rule.check) not in known:
            raise MonitoringError(
                f"Nothing called {rule.check!r} is expected of {rule.column!r}.",
                hint="Change the lines of the table; it lists what can be expected.",
            )
        read_value(rule)
        if not rule.changes_nothing:
            kept[rule.column, rule.check] = rule
    return tuple(kept.values())


def read_value(rule: QualityRule) -> Any:
    """Return an own value as what it means; None where there is none.

    Returns
    -------
    float in [0, 1], tuple of str, (low, high) with infinities, int, or None

    Raises
    ------
    MonitoringError
        It cannot be read.

    Examples
    --------
    >>> read_value(QualityRule("age", "range", "0 to"))
    (0.0, inf)
    >>> read_value(QualityRule("plan", "categories", 'pro, "one, two"'))
    ('pro', 'one, two')
    >>> read_value(QualityRule("age", "missing", "2.5 %"))
    0.025
    """
    text, aspect = rule.value.strip(), ASPECTS.get(rule.check)
    if not text or aspect is None:
        return None
    readers = {
        "share": _read_share,
        "words": read_words,
        "range": _read_range,
        "rows": _read_rows,
    }
    reader = readers.get(aspect.form)
    try:
        if reader is None:
            raise ValueError
        return reader(text)
    except (ValueError, csv.Error):
        named = f"{rule.column}: " if rule.column else ""
        how = f"Write it like {aspect.example}." if reader else "It is on or off only."
        raise MonitoringError(
            f"{named}{aspect.title}: {text!r} cannot be read.", hint=how
        ) from None


def _read_share(text: str) -> float:
    percents = text.endswith("%")
    share = float(text.rstrip("%")) / (100 if percents else 1)
    if not 0 <= share <= 1:
        raise ValueError
    return share


def _read_range(text: str) -> tuple[float, float]:
    low, _, high = f" {text} ".partition(" to ")
    ends = (
        float(low) if low.strip() else -float("inf"),
        float(high) if high.strip() else float("inf"),
    )
    if " to " not in f" {text} " or not ends[0] <= ends[1]:
        raise ValueError
    return ends


def _read_rows(text: str) -> int:
    n_rows = int(text.removesuffix("rows"))
    if n_rows < 2:
        raise ValueError
    return n_rows


def read_words(text: str) -> tuple[str, ...]:
    """Return the words of a comma-separated line, quoted where they hold a comma."""
    (cells,) = csv.reader([text], skipinitialspace=True, strict=True)
    words = tuple(dict.fromkeys(cell.strip() for cell in cells if cell.strip()))
    if not words:
        raise ValueError
    return words


def write_words(words: Iterable[str]) -> str:
    """Return words as a line that `read_words` reads.

    Examples
    --------
    >>> write_words(["a", "b, c"])
    'a, "b, c"'
    """
    quoted = (
        '"' + word.replace('"', '""') + '"'
        if any(mark in word for mark in ',"\n\r') or word != word.strip()
        else word
        for word in words
    )
    return ", ".join(quoted)
