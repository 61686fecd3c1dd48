"""How each kind of column becomes numbers; fitted on training rows only.

Every class takes plain numpy values of one column (float64 with NaN for numbers,
booleans and dates as POSIX seconds; objects for words, where anything that is not a
str is missing) and returns float32 of shape (n_rows, n_out). None needs pandas, so
that a single row can be encoded in microseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from core.modeling.metrics import Floats
from core.modeling.numbers import Matrix, NumberBlock, Style

MOST_LEVELS: Final = 250
MOST_INDICATORS: Final = 25
MOST_WORDS: Final = 3_000
MOST_TOPICS: Final = 24
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
        counts = count_words(values)
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
        counts = count_words(values)
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


def count_words(values: Sequence[Any]) -> list[tuple[str, int]]:
    """Return each word and its number of rows, most frequent first; ties by word."""
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
