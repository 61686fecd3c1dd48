"""How each kind of column becomes numbers; fitted on training rows only.

Every class takes plain numpy values of one column (float64 with NaN for numbers,
booleans and dates as POSIX seconds; objects for words, where anything that is not a
str is missing) and returns float32 of shape (n_rows, n_out). None needs pandas, so
that a single row can be encoded in microseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from core.modeling.metrics import Floats

Style = Literal["tree", "linear", "smooth", "none"]
"""Whom the numbers are for: trees, linear models, distances and networks, no one."""

Matrix = NDArray[np.float32]

MOST_LEVELS: Final = 250
MOST_INDICATORS: Final = 25
MOST_WORDS: Final = 3_000
MOST_TOPICS: Final = 24
_LARGEST_EXACT: Final = 2.0**22
_FAR: Final = 1e6
_LARGEST: Final = float(np.finfo(np.float32).max)
_NO_MARKS: Final = np.empty(0, dtype=np.int64)
_DAY_S: Final = 86_400.0


class Column(Protocol):
    """One fitted column."""

    @property
    def name(self) -> str:
        """Name of the column in the frame."""
        ...

    def encode(self, values: Any) -> Matrix:
        """Return the column's numbers, float32 of shape (n_rows, n_out)."""
        ...

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the numbers, in order; "" for the value itself."""
        ...


@dataclass(frozen=True, eq=False)
class NumberBlock:
    """Columns of numbers: as they are for trees, else scaled, with missing ones marked.

    Attributes
    ----------
    names : tuple of str
    offset, scale : ndarray of shape (n_columns,)
        Taken off and divided by. Trees need neither; very large numbers are moved
        near zero so that float32 can tell neighbours apart.
    fill : ndarray of shape (n_columns,)
        Replaces a missing value; NaN keeps it missing.
    marked : ndarray of shape (n_marked,), int64
        Columns that had missing values in training: each has a second number that is
        1 where the value is missing. These stand behind all values.
    bend : bool
        Pulls far values in smoothly, so that no distance is ruled by one of them.
    """

    names: tuple[str, ...]
    offset: Floats
    scale: Floats
    fill: Floats
    marked: NDArray[np.int64]
    bend: bool = False

    @classmethod
    def fit(cls, names: Sequence[str], values: Floats, style: Style) -> "NumberBlock":
        """Learn scale and fill from training values, shape (n_rows, n_columns)."""
        known = np.isfinite(values)
        empty = ~known.any(axis=0)
        values = np.where(known, values, np.where(empty, 0.0, np.nan))
        with np.errstate(all="ignore"):  # numbers near the end of float64
            if style == "tree":
                return cls(tuple(names), *_for_trees(values), _NO_MARKS)
            middle, spread = np.nanmedian(values, axis=0), np.nanstd(values, axis=0)
            if style == "smooth":
                low, high = np.nanquantile(values, [0.25, 0.75], axis=0)
                spread = np.where(high > low, (high - low) / 1.349, spread)
        middle = np.where(np.isfinite(middle), middle, 0.0)
        spread = np.where(np.isfinite(spread) & (spread > 0), spread, 1.0)
        marked = np.flatnonzero(~known.all(axis=0) & ~empty)
        return cls(tuple(names), middle, spread, middle, marked, style == "smooth")

    def encode(self, values: Floats) -> Matrix:
        """Return the values, then the marks of missing ones."""
        missing = ~np.isfinite(values)
        with np.errstate(over="ignore"):
            filled = np.where(missing, self.fill, values)
            scaled = (filled - self.offset) / self.scale
        if self.bend:
            far = np.clip(scaled, -_FAR, _FAR)
            scaled = far / np.hypot(1, far / 3)
        top = _FAR if np.isfinite(self.fill).all() else _LARGEST
        narrow = np.clip(scaled, -top, top).astype(np.float32)
        if not self.marked.size:
            return narrow
        return np.hstack([narrow, missing[:, self.marked].astype(np.float32)])

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the numbers, in order."""
        marks = (f"{self.names[i]} is missing" for i in self.marked)
        return (*self.names, *marks)


def _for_trees(values: Floats) -> tuple[Floats, Floats, Floats]:
    large = np.flatnonzero(
        np.nanmax(np.abs(values), axis=0, initial=0) > _LARGEST_EXACT
    )
    offset = np.zeros(values.shape[1])
    offset[large] = np.nanmedian(values[:, large], axis=0)
    offset = np.where(np.isfinite(offset), offset, 0.0)
    return offset, np.ones(values.shape[1]), np.full(values.shape[1], np.nan)


@dataclass(frozen=True, eq=False)
class CodeColumn:
    """Words for trees: the rank of their frequency, most frequent first.

    A rare word and one that training never saw get the code after the last; when
    training had no rare one, a new word counts as missing. Missing is NaN.
    """

    name: str
    codes: dict[str, int]
    other: float

    @classmethod
    def fit(cls, name: str, values: Sequence[Any]) -> "CodeColumn":
        """Learn the levels; those with too few rows are merged."""
        counts = _count_words(values)
        fewest = max(2, min(10, len(values) // 100))
        kept = [word for word, n in counts if n >= fewest][:MOST_LEVELS]
        other = float(len(kept)) if len(kept) < len(counts) else float("nan")
        return cls(name, {word: code for code, word in enumerate(kept)}, other)

    def encode(self, values: Sequence[Any]) -> Matrix:
        """Return one code a row."""
        get, other, nan = self.codes.get, self.other, float("nan")
        found = [get(v, other) if isinstance(v, str) else nan for v in values]
        return np.asarray(found, dtype=np.float32).reshape(-1, 1)

    @property
    def parts(self) -> tuple[str, ...]:
        """The code alone."""
        return ("",)


@dataclass(frozen=True, eq=False)
class IndicatorColumn:
    """Words for linear models: 0 or 1 for each frequent word, and for "other".

    The most frequent 25 words have a number each; a rarer or new one counts as
    "other"; a missing one is marked where training had missing ones, else all 0.
    """

    name: str
    codes: dict[str, int]
    mark: bool

    @classmethod
    def fit(cls, name: str, values: Sequence[Any]) -> "IndicatorColumn":
        """Learn the frequent words."""
        counts = _count_words(values)
        kept = [word for word, n in counts if n >= 2][:MOST_INDICATORS]
        n_present = sum(n for _, n in counts)
        codes = {word: code for code, word in enumerate(kept)}
        return cls(name, codes, n_present < len(values))

    def encode(self, values: Sequence[Any]) -> Matrix:
        """Return one number for each word of `parts`."""
        get, other = self.codes.get, len(self.codes)
        absent = other + 1
        found = [get(v, other) if isinstance(v, str) else absent for v in values]
        table = np.eye(other + 2, other + 1 + self.mark, dtype=np.float32)
        return np.asarray(table[found], dtype=np.float32)

    @property
    def parts(self) -> tuple[str, ...]:
        """The words, "other", and whether it is missing."""
        marked = ("is missing",) if self.mark else ()
        return (*(f"is {word}" for word in self.codes), "is other", *marked)


@dataclass(frozen=True, eq=False)
class DateColumn:
    """Moments: elapsed days and the parts of the calendar that vary."""

    name: str
    start_s: float
    numbers: NumberBlock

    @classmethod
    def fit(cls, name: str, values: Floats, style: Style) -> "DateColumn":
        """Learn the first moment and which parts vary."""
        present = values[np.isfinite(values)]
        start_s = float(present.min()) if present.size else 0.0
        calendar = _calendar(values, start_s, cyclic=style != "tree")
        kept = tuple(part for part, v in calendar.items() if _varies(v))
        kept = kept or ("days",)
        table = np.column_stack([calendar[part] for part in kept])
        return cls(name, start_s, NumberBlock.fit(kept, table, style))

    def encode(self, values: Floats) -> Matrix:
        """Return the parts side by side."""
        names = self.numbers.names
        cyclic = any(part.endswith("sine") for part in names)
        calendar = _calendar(values, self.start_s, cyclic=cyclic)
        return self.numbers.encode(np.column_stack([calendar[part] for part in names]))

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that vary."""
        return self.numbers.parts


@dataclass(frozen=True, eq=False)
class TextColumn:
    """Sentences: topics of their words (TF-IDF, then SVD), length, word count."""

    name: str
    numbers: NumberBlock
    vectorizer: Any = field(repr=False)
    topics: Any = field(repr=False)

    @classmethod
    def fit(cls, name: str, values: Sequence[Any], style: Style) -> "TextColumn":
        """Learn the words and their topics."""
        texts = _texts(values)
        vectorizer = TfidfVectorizer(
            max_features=MOST_WORDS, ngram_range=(1, 2), sublinear_tf=True, min_df=2
        )
        topics = None
        try:
            weights = vectorizer.fit_transform(texts)
        except ValueError:  # no word occurs twice
            vectorizer = None
        else:
            n_topics = min(MOST_TOPICS, weights.shape[1] - 1, weights.shape[0] - 1)
            if n_topics > 0:
                topics = TruncatedSVD(n_topics, random_state=0).fit(weights)
        numbers = NumberBlock.fit(("length", "words"), _sizes(texts), style)
        return cls(name, numbers, vectorizer if topics is not None else None, topics)

    def encode(self, values: Sequence[Any]) -> Matrix:
        """Return length, word count and topics."""
        texts = _texts(values)
        blocks = [self.numbers.encode(_sizes(texts))]
        if self.topics is not None:
            topics = self.topics.transform(self.vectorizer.transform(texts))
            blocks.append(topics.astype(np.float32))
        return np.hstack(blocks)

    @property
    def parts(self) -> tuple[str, ...]:
        """Length, word count, topics."""
        n_topics = 0 if self.topics is None else self.topics.n_components
        return (*self.numbers.parts, *(f"topic {i + 1}" for i in range(n_topics)))


def _varies(values: Floats) -> bool:
    present = values[np.isfinite(values)]
    return bool(present.size) and bool((present != present[0]).any())


def _count_words(values: Sequence[Any]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for value in values:
        if isinstance(value, str):
            counts[value] = counts.get(value, 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _calendar(values: Floats, start_s: float, *, cyclic: bool) -> dict[str, Floats]:
    known = np.isfinite(values)
    moments = np.where(known, values, 0.0).astype("datetime64[s]")
    days = moments.astype("datetime64[D]")
    months, years = days.astype("datetime64[M]"), days.astype("datetime64[Y]")
    day_number = days.astype(np.int64)
    parts: dict[str, Any] = {
        "days": (values - start_s) / _DAY_S,
        "year": years.astype(np.int64) + 1970,
        "month": months.astype(np.int64) % 12 + 1,
        "day": (days - months).astype(np.int64) + 1,
        "weekday": (day_number + 3) % 7,
        "day of year": (days - years).astype(np.int64) + 1,
        "hour": (moments - days).astype(np.int64) // 3600,
    }
    if cyclic:
        for part, length in (("month", 12), ("weekday", 7), ("hour", 24)):
            angle = 2 * np.pi * parts[part] / length
            parts[f"{part} sine"], parts[f"{part} cosine"] = (
                np.sin(angle),
                np.cos(angle),
            )
    return {part: np.where(known, v, np.nan) for part, v in parts.items()}


def _texts(values: Sequence[Any]) -> list[str]:
    return [value if isinstance(value, str) else "" for value in values]


def _sizes(texts: list[str]) -> Floats:
    sizes = [(len(text), len(text.split())) for text in texts]
    return np.asarray(sizes, dtype=np.float64).reshape(-1, 2)
