"""What each column contributed to one answer, as a record and in a sentence."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import numpy as np

from core.data import Task
from core.wording import percent, score_text, signed_text

_MOST_NAMED: Final = 3
_LEAST_SHARE: Final = 0.1
"""A column is named in the sentence from this share of the greatest effect on."""
_LOW, _HIGH = 0.2, 0.8
_TIMES: Final = "\N{MULTIPLICATION SIGN}"

Scale = Literal["answer", "log-odds"]
"""On which contributions add up: the answer's own, or the logarithm of the odds."""


@dataclass(frozen=True)
class Contribution:
    """What one column adds to an answer.

    Attributes
    ----------
    column : str
    value : bool, int, float, str or None
        Of this row; dates as text, None for missing.
    effect : float
        On the scale of the explanation: a probability of 0 to 1, the target's unit,
        or log-odds.
    error : float
        Half width of the 95 % interval that sampling leaves around the effect; 0
        where it is exact.
    rank : float or None
        Share of training rows with a smaller value (half of those with the same);
        None for words and missing values.
    """

    column: str
    value: Any
    effect: float
    error: float = 0.0
    rank: float | None = None


@dataclass(frozen=True)
class RowExplanation:
    """Contributions that add up from the average answer to this row's.

    Attributes
    ----------
    task : {"binary", "multiclass", "regression"}
    target : str
    label : object
        The class whose probability is explained; None for numbers.
    base : float
        Mean for the background rows, on the scale of the explanation.
    output : float
        That of this row: ``base`` plus all effects.
    items : tuple of Contribution
        One for each column, greatest effect first.
    method : {"exact", "sampled", "exact and sampled"}
    n_background : int
        Training rows that stand for the average; 0 when the trees know it.
    scale : {"answer", "log-odds"}, default="answer"
    ends : tuple of two floats, default=None
        The answers that `base` and `output` come to (with any calibration); None where
        they are answers themselves.
    """

    task: Task
    target: str
    label: Any
    base: float
    output: float
    items: tuple[Contribution, ...]
    method: str
    n_background: int
    scale: Scale = "answer"
    ends: tuple[float, float] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values, with the sentence."""
        told = {name: value for name, value in asdict(self).items() if name != "ends"}
        told["items"] = [asdict(item) for item in self.items]
        told |= {"average": self.average, "answer": self.answer}
        return {**told, "sentence": self.sentence}

    @property
    def average(self) -> float:
        """The answer that `base` comes to."""
        return self.base if self.ends is None else self.ends[0]

    @property
    def answer(self) -> float:
        """The answer that `output` comes to: the one that is given."""
        return self.output if self.ends is None else self.ends[1]

    @property
    def average_words(self) -> str:
        """What the answer is compared with, in words."""
        return "on average" if self.scale == "answer" else "at average odds"

    @property
    def sentence(self) -> str:
        """The explanation in one sentence of plain words.

        Examples
        --------
        >>> items = Contribution("calls", 9, 0.4), Contribution("age", 50, -0.1)
        >>> found = RowExplanation(
        ...     "binary", "left", "yes", 0.3, 0.6, items, "exact", 0)
        >>> found.sentence
        'The probability of yes is 60.0%, against 30.0% on average: calls is 9 \
(+40.0 points) raises it most; age is 50 (-10.0 points) lowers it.'
        """
        said = f"{self.subject} is {self.amount(self.answer)}, against "
        said += f"{self.amount(self.average)} {self.average_words}"
        up, down = self._named(1), self._named(-1)
        if not up and not down:
            return f"{said}: no column moves it."
        parts = [_moved(side, self) for side in (up, down) if side]
        if self.output < self.base:
            parts.reverse()
        parts[0] += " most"
        return f"{said}: {'; '.join(parts)}."

    @property
    def subject(self) -> str:
        """What is explained, as a sentence begins with it."""
        if self.label is None:
            return f"The predicted {self.target}"
        return f"The probability of {value_text(self.label)}"

    def amount(self, value: float) -> str:
        """Return an answer as it is written: a share in hundredths, or a number."""
        if self.label is not None:
            return percent(value)
        return score_text(value, like=max(abs(self.output), abs(self.base)))

    def step(self, effect: float) -> str:
        """Return an effect with its sign and unit.

        Examples
        --------
        >>> found = RowExplanation("binary", "left", "yes", 0.3, 0.6, (), "exact", 0)
        >>> found.step(0.123)
        '+12.3 points'
        >>> given = "exact", 0, "log-odds", (0.3, 0.6)
        >>> found = RowExplanation("binary", "left", "yes", -0.8, 0.4, (), *given)
        >>> found.step(-1.2)
        'odds ÷ 3.3'
        """
        if self.scale != "answer":
            return f"odds {times_text(effect)}"
        if self.label is not None:
            written = f"{effect * 100:+.1f}"
            return f"{'0.0' if not written.strip('+-0.') else written} points"
        return signed_text(effect, like=max(abs(self.output), abs(self.base)))

    def _named(self, sign: int) -> list[Contribution]:
        most = max((abs(item.effect) for item in self.items), default=0.0)
        least = max(_LEAST_SHARE * most, 1e-12)
        found = [item for item in self.items if item.effect * sign >= least]
        return found[:_MOST_NAMED]


def times_text(effect: float) -> str:
    """Return the factor that a step of a logarithm stands for.

    Examples
    --------
    >>> times_text(-2.0), times_text(-0.03), times_text(0.0)[2:]
    ('÷ 7.4', '÷ 1.03', '1.00')
    """
    factor = float(np.exp(min(abs(effect), 700.0)))
    written = f"{factor:.2f}" if factor < 1.1 else f"{factor:.1f}"
    if factor >= 100:
        written = f"{factor:,.0f}" if factor < 1e6 else f"{factor:.0e}"
    return f"{'÷' if effect < 0 and factor >= 1.005 else _TIMES} {written}"


def _moved(items: Sequence[Contribution], of: RowExplanation) -> str:
    """Return "a is 1 (+2) and b is 3 (+1) raise it"."""
    told = [f"{i.column} is {told_value(i)} ({of.step(i.effect)})" for i in items]
    verb = "raise" if items[0].effect > 0 else "lower"
    return f"{_listed(told)} {verb}{'s' if len(items) == 1 else ''} it"


def told_value(item: Contribution) -> str:
    """Return a value in words, with where it stands among the training rows.

    Examples
    --------
    >>> told_value(Contribution("income", 18000, -0.2, rank=0.04))
    '18,000, among the lowest 4%'
    >>> told_value(Contribution("plan", None, 0.1))
    'missing'
    """
    written = value_text(item.value)
    if item.rank is None or _LOW < item.rank < _HIGH:
        return written
    side, share = (
        ("lowest", item.rank) if item.rank <= _LOW else ("highest", 1 - item.rank)
    )
    return f"{written}, among the {side} {percent(max(share, 0.01), 0)}"


def value_text(value: Any) -> str:
    """Return a raw value as a person would write it.

    Examples
    --------
    >>> value_text(True), value_text(None), value_text(1234.5), value_text(7)
    ('yes', 'missing', '1,234.5', '7')
    """
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.10g}" if abs(value) >= 1e6 else f"{float(f'{value:.6g}'):,}"
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def _listed(parts: Sequence[str]) -> str:
    if len(parts) < 3:
        return " and ".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
