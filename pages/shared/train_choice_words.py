"""What the Train page says about a choice: reasons and verdicts; nothing is drawn."""

from collections.abc import Mapping
from typing import Final

from core.modeling import Better, Metric, Need
from core.wording import counted, percent, signed_text

SURE: Final = 0.95

NEEDS: Final[Mapping[str, str]] = {
    "accurate": "Most accurate",
    "fast": "Fastest within the noise",
    "plain": "Easiest to follow",
}
"""What a need is called on the page and in a reason that is kept."""


def reason_of(need: Need) -> str:
    """Return the reason that is kept when a person follows a need.

    Examples
    --------
    >>> reason_of(Need("fast", "A", "40 times faster."))
    'Fastest within the noise: 40 times faster.'
    """
    return f"{NEEDS[need.kind]}: {need.why}"


def verdict_words(found: Better, first: str, second: str, metric: Metric) -> str:
    """Say how likely one candidate is better than another, and by how much.

    Examples
    --------
    >>> from core.modeling import METRICS
    >>> found = Better(0.97, 0.02, 0.01, 0.03, 0.01, 0.05, 0.01, 400)
    >>> verdict_words(found, "A", "B", METRICS["roc_auc"])[:48]
    'A is better than B: the chance is 97%. ROC AUC: '
    """
    chances = {
        f"{first} is better than {second}": found.p_better,
        f"{first} and {second} are practically equal": found.p_equal,
        f"{second} is better than {first}": found.p_worse,
    }
    claim, chance = max(chances.items(), key=lambda item: item[1])
    sure = claim if chance >= SURE else f"Not settled. Most likely, {claim}"
    sign = 1.0 if metric.higher_is_better else -1.0
    low, high = sorted((sign * found.low, sign * found.high))
    like = max(abs(low), abs(high))
    return (
        f"{sure}: the chance is {percent(chance, 0)}. {metric.title}: {first} minus "
        f"{second} is {signed_text(sign * found.gain, like)} "
        f"({signed_text(low, like)} to {signed_text(high, like)}, the middle 95%) on "
        f"{counted('validation row', found.n_rows)}."
    )
