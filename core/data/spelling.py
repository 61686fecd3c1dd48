"""One category written in several ways: which spellings mean the same."""

import unicodedata
from collections import defaultdict

from core.data.schema import ColumnSchema


def spelling_variants(column: ColumnSchema) -> dict[str, str]:
    """Map each rarer spelling to the most frequent one that means the same.

    Spellings mean the same when they differ only in case, blanks, accents, or in
    dots, dashes and underscores.

    Examples
    --------
    >>> levels = ("New York", "Rome", "new york ")
    >>> column = ColumnSchema("city", "category", 9, 0, 3, levels=levels)
    >>> spelling_variants(column)
    {'new york ': 'New York'}
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for level in column.levels:
        groups[_essence(level)].append(level)
    return {
        rarer: spellings[0]
        for essence, spellings in groups.items()
        if essence
        for rarer in spellings[1:]
    }


def _essence(word: str) -> str:
    """Return what is left of a word without case, accents, blanks and marks."""
    plain = unicodedata.normalize("NFKD", word).casefold()
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return "".join(c for c in letters if c not in " \t\u00a0._-")
