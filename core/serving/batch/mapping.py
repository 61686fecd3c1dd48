"""Columns of a file under other names than the model's."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from core.errors import ServingError

_BETWEEN: Final = re.compile(r"[\W_]+")


def propose_mapping(wanted: Sequence[str], given: Sequence[str]) -> dict[str, str]:
    """Find the columns that differ from the model's only in the way they are written.

    Names are compared without case, blanks and signs. One that could stand for two
    columns, or two that could stand for one, are left to the person.

    Parameters
    ----------
    wanted : sequence of str
        Columns of the model.
    given : sequence of str
        Columns of a file.

    Returns
    -------
    dict of str to str
        Name in the file to name in the model, without those that are equal.

    Examples
    --------
    >>> propose_mapping(["monthly_fee", "age"], ["Monthly Fee", "age", "AGE", "id"])
    {'Monthly Fee': 'monthly_fee'}
    """
    theirs, ours = set(given), set(wanted)
    open_ours = _by_letters([name for name in wanted if name not in theirs])
    open_theirs = _by_letters([name for name in given if name not in ours])
    return {
        names[0]: open_ours[letters][0]
        for letters, names in open_theirs.items()
        if len(names) == 1 and letters and len(open_ours.get(letters, ())) == 1
    }


def _by_letters(names: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(_BETWEEN.sub("", name).casefold(), []).append(name)
    return found


def new_names(
    mapping: Mapping[str, str], wanted: Sequence[str], given: Sequence[str]
) -> list[str]:
    """Return the names of a file's columns as the model is to see them.

    A column that would hide behind a mapped one is set aside.

    Raises
    ------
    ServingError
        A name of the mapping is neither in the file nor in the model, or two columns
        are to be one.

    Examples
    --------
    >>> new_names({"Alter": "age"}, ["age"], ["id", "Alter"])
    ['id', 'age']
    """
    for theirs, ours in mapping.items():
        if theirs not in given:
            raise ServingError(
                f"The file has no column {theirs!r}.",
                hint=f"It has: {', '.join(given[:12])}.",
            )
        if ours not in wanted:
            raise ServingError(
                f"The model has no column {ours!r}.",
                hint=f"It looks at: {', '.join(wanted[:12])}.",
            )
    twice = [
        name for name in mapping.values() if list(mapping.values()).count(name) > 1
    ]
    if twice:
        raise ServingError(
            f"Two columns of the file are to be {twice[0]!r}.",
            hint="Choose one of them.",
        )
    taken = set(mapping.values())
    aside = "\ue000"  # a sign that no name has: the column is carried, not looked at
    return [
        mapping.get(name, f"{aside}{name}" if name in taken else name) for name in given
    ]
