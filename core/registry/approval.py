"""Four eyes: a version goes live only when somebody else has approved it."""

from collections.abc import Sequence

from core.errors import RegistryError
from core.registry.history import HistoryEntry


def approvers(entries: Sequence[HistoryEntry], number: int) -> tuple[str, ...]:
    """Return who has approved a version since it was last live, earliest first.

    An approval is used up by the promotion that follows it, and is taken back when
    the version becomes a draft again or is retired.

    Parameters
    ----------
    entries : sequence of HistoryEntry
        Of one project, oldest first.
    number : int

    Examples
    --------
    >>> approvers([], 1)
    ()
    """
    found: list[str] = []
    for entry in entries:
        if entry.number != number:
            continue
        if entry.alias == "champion" or entry.action in ("draft", "retired"):
            found = []
        elif entry.action == "approved":
            found.append(entry.who)
    return tuple(dict.fromkeys(found))


def check_approved(entries: Sequence[HistoryEntry], number: int, who: str) -> None:
    """Refuse a promotion that nobody but the one who promotes has approved.

    Raises
    ------
    RegistryError
        No second name has approved it; names differ in more than case and spaces.
    """
    others = [
        name for name in approvers(entries, number) if _plain(name) != _plain(who)
    ]
    if not others:
        raise RegistryError(
            f"Version {number} has not been approved by a second person.",
            hint="Let somebody else approve it on the page Deploy, then make it the "
            "champion.",
        )


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
