"""What is wrong between columns or rows: shared gaps, near repeats, overlap."""

from collections.abc import Iterator
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.facts import Facts
from core.data.repeats import mix_keys, twice
from core.data.values import as_numbers, encode_words
from core.findings import Finding

INFLATION: Final = 10.0
_NEARLY_ALL: Final = 0.98
_SPARE_DIGITS: Final = 1.0
_SAME: Final = 0.99


def missing_together(facts: Facts) -> Iterator[Finding]:
    """Find columns whose values are missing in the same rows (DATA-022)."""
    group: dict[str, None] = {}
    n_rows = 0
    missing = {c.name: c.schema.n_missing for c in facts.inputs}
    for one, two, n_both in facts.missing.together:
        if max(missing[one], missing[two]) < _NEARLY_ALL * facts.n_rows:
            group.update({one: None, two: None})
            n_rows = max(n_rows, n_both)
    if group:
        listed = ", ".join(repr(name) for name in list(group)[:4])
        more = f" and {len(group) - 4} more" if len(group) > 4 else ""
        yield Finding(
            "DATA-022", "note", "Values are missing together",
            f"{listed}{more} are missing in the same rows, up to {n_rows:,} of "
            f"{facts.n_rows:,}.",
            "These rows may come from another source, or from before the columns were "
            "introduced. One flag for all of them says enough.",
            tuple(group),
        )  # fmt: skip


def nearly_repeated_rows(facts: Facts) -> Iterator[Finding]:
    """Find rows that repeat another but for ids, case and blanks (DATA-023)."""
    n_near = int(near_repeats(facts).sum()) - facts.n_duplicates
    if n_near > 0:
        yield Finding(
            "DATA-023", "warning", "Rows are nearly repeated",
            f"{n_near:,} of {facts.n_rows:,} rows repeat an earlier one in all but "
            "ids, upper and lower case, blanks and the seventh digit.",
            "The same thing may be entered twice. Look at them; if so, drop the id and "
            "tidy the spellings first, then drop repeated rows.",
        )  # fmt: skip


def near_repeats(facts: Facts, *, all_of_them: bool = False) -> NDArray[np.bool_]:
    """Say which rows repeat an earlier one but for ids and manner of writing.

    Nothing is said of tables whose rows would agree by chance: the columns must
    offer far more different rows than there are pairs.
    """
    repeats = np.zeros(facts.n_rows, dtype=bool)
    counters = set(facts.counters)
    columns = [c for c in facts.columns if c.name not in counters]
    columns.sort(key=lambda column: -column.schema.n_distinct)
    room = sum(np.log10(max(c.schema.n_distinct, 1)) for c in columns)
    if len(columns) < 3 or room < 2 * np.log10(facts.n_rows) + _SPARE_DIGITS:
        return repeats
    names = [column.name for column in columns]
    rows = _alike(facts.frame, names[:2])
    if rows.size:
        keep: Literal["first", False] = False if all_of_them else "first"
        plain = write_plainly(facts.frame.iloc[rows].reset_index(drop=True), names)
        repeats[rows] = plain.duplicated(keep=keep).to_numpy()
    return repeats


def _alike(frame: pd.DataFrame, names: list[str]) -> NDArray[np.int64]:
    """Return the rows that are not alone in these columns, written plainly.

    Rows are compared by a hash of both columns, so a few too many may be returned.
    """
    return np.flatnonzero(twice(plain_keys(frame, names)))


def plain_keys(frame: pd.DataFrame, names: list[str]) -> NDArray[np.uint64]:
    """Return a key for each row: those that mean the same have equal ones."""
    plain = [_plainly(frame[name]) + 0.0 for name in names]  # -0.0 becomes 0.0
    return mix_keys(plain, len(frame))


def write_plainly(frame: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Write rows so that those that mean the same are equal."""
    return pd.DataFrame({name: _plainly(frame[name]) for name in names})


def _plainly(values: pd.Series) -> NDArray[np.float64]:
    if str(values.dtype) == "str":
        words = encode_words(values)
        dictionary = pd.Series(words.dictionary.to_pylist(), dtype="str")
        plain = dictionary.str.casefold().str.replace(r"\s+", "", regex=True)
        codes = np.append(pd.factorize(plain)[0], -1)
        return np.asarray(codes[words.codes], dtype=np.float64)
    numbers = as_numbers(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        digits = np.floor(np.log10(np.abs(numbers)))
    scale = 10.0 ** np.clip(6 - np.where(np.isfinite(digits), digits, 0), -300, 300)
    rounded = np.rint(numbers * scale) / scale
    return np.where(np.isnan(rounded), -np.inf, rounded)


def overlapping_columns(facts: Facts) -> Iterator[Finding]:
    """Find numbers that the other numbers together nearly give (DATA-024)."""
    inflation = inflation_factors(facts)
    high = {name: v for name, v in inflation.items() if v >= INFLATION}
    if high:
        names = sorted(high, key=lambda name: -high[name])
        listed = ", ".join(f"{name!r} {high[name]:,.0f}" for name in names[:4])
        more = f" and {len(names) - 4} more" if len(names) > 4 else ""
        yield Finding(
            "DATA-024", "note", "Columns overlap with the others together",
            "Variance inflation, from rank correlations on "
            f"{facts.associations.n_rows:,} rows: {listed}{more}.",
            "Predictions do not suffer, but the weight of each column in explanations "
            "is arbitrary. Leave one of them out if explanations matter.",
            tuple(names),
        )  # fmt: skip


def inflation_factors(facts: Facts) -> dict[str, float]:
    """Return for each number how much the other numbers inflate its variance.

    The diagonal of the inverse of the matrix of rank correlations; ten is Marquardt's
    limit (Generalized inverses, ridge regression and biased linear estimation, 1970).
    Of columns that say the same (DATA-013) only the first is taken.
    """
    names = facts.associations.names
    kinds = facts.kinds
    values = np.array(facts.associations.values)
    chosen: list[int] = []
    for i, name in enumerate(names):
        if name == facts.target or kinds[name] not in ("number", "integer"):
            continue
        if not chosen or np.abs(values[i, chosen]).max() < _SAME:
            chosen.append(i)
    if len(chosen) < 3:
        return {}
    block = values[np.ix_(chosen, chosen)] + 1e-6 * np.eye(len(chosen))
    factors = np.diag(np.linalg.pinv(block, hermitian=True))
    return {names[i]: float(v) for i, v in zip(chosen, factors, strict=True)}


ROW_CHECKS: Final = (missing_together, nearly_repeated_rows, overlapping_columns)
