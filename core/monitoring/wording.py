"""What is seen, in the words that reports and findings share."""

from collections.abc import Sequence

from core.monitoring.distribution import Distribution
from core.monitoring.two_sample import Evidence
from core.wording import percent

N_NAMED = 3


def name_some(names: Sequence[str]) -> str:
    """Name the first three, and say how many more there are.

    Examples
    --------
    >>> name_some(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    named = ", ".join(names[:N_NAMED])
    more = len(names) - N_NAMED
    return f"{named} and {more} more" if more > 0 else named


def describe_evidence(evidence: Evidence, seen: Distribution) -> str:
    """Say in a few words what a test saw.

    Examples
    --------
    >>> seen = Distribution("x", "labels", (), ("a",), (1.0,), (1.0,), 0.05, 0.1)
    >>> describe_evidence(Evidence("missing", 0.0, 0.2), seen)
    'missing in 10.0% of rows, was 5.0%'
    """
    if evidence.kind == "missing":
        now, before = percent(seen.missing_now), percent(seen.missing_before)
        return f"missing in {now} of rows, was {before}"
    if evidence.kind == "unseen":
        return "categories never seen in training"
    if evidence.kind == "range":
        return "values beyond the range of training"
    if not evidence.components:
        return "another mix of categories"
    words = (
        ("higher values", "lower values"),
        ("wider spread", "narrower spread"),
        ("a longer tail upwards", "a longer tail downwards"),
        ("heavier tails", "lighter tails"),
    )
    sizes = [abs(value) for value in evidence.components]
    place = sizes.index(max(sizes))
    return words[place][int(evidence.components[place] < 0)]
