"""What a file leaves open, as questions with answers to choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Answer:
    """One answer to a question.

    Attributes
    ----------
    label : str
        For example "Day first: 3 April".
    options : mapping
        What `read_table` is to be told, for example ``{"day_first": True}``.
    """

    label: str
    options: Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """Something that can be read in more than one way.

    Attributes
    ----------
    code : {"day_first", "decimal", "header", "total_row"}
    text : str
        The question, in one sentence.
    columns : tuple of str
        The columns concerned; empty where it is the whole table.
    answers : tuple of Answer
        The one that was taken comes first.
    """

    code: str
    text: str
    columns: tuple[str, ...]
    answers: tuple[Answer, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        answers = [{"label": a.label, "options": dict(a.options)} for a in self.answers]
        return {**vars(self), "columns": list(self.columns), "answers": answers}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Question":
        """Return the question that `to_dict` wrote."""
        answers = tuple(Answer(**item) for item in values["answers"])
        columns = tuple(values["columns"])
        return cls(values["code"], values["text"], columns, answers)


_ASKED: Final = {
    "day_first": (
        "Do the dates begin with the month or with the day?",
        (
            Answer("Month first", {"day_first": False}),
            Answer("Day first", {"day_first": True}),
        ),
    ),
    "decimal": (
        "Does the sign in the numbers group thousands, or is it the decimal sign?",
        (
            Answer("The decimal sign is the point", {"decimal": "."}),
            Answer("The decimal sign is the comma", {"decimal": ","}),
        ),
    ),
    "total_row": (
        "The last row calls itself a total. Is it a case like the others?",
        (
            Answer("Yes, keep it", {"total_row": True}),
            Answer("No, leave it out", {"total_row": False}),
        ),
    ),
    "header": (
        "Is the first row the names of the columns?",
        (
            Answer("Yes, names", {"header": True}),
            Answer("No, values", {"header": False}),
        ),
    ),
}


def ask(code: str, columns: Sequence[str] = (), *, taken: Any) -> Question:
    """Return a question; the answer that was taken comes first.

    Examples
    --------
    >>> ask("day_first", ["when"], taken=True).answers[0].label
    'Day first'
    """
    text, answers = _ASKED[code]
    ordered = sorted(answers, key=lambda answer: answer.options[code] != taken)
    return Question(code, text, tuple(columns), tuple(ordered))


def questions_on(columns: Mapping[str, tuple[str, Any] | None]) -> list[Question]:
    """Gather the columns that leave the same thing open into one question each.

    Parameters
    ----------
    columns : mapping of name to (code, value taken), or None
    """
    concerned: dict[tuple[str, Any], list[str]] = {}
    for name, open_point in columns.items():
        if open_point is not None:
            concerned.setdefault(open_point, []).append(name)
    return [ask(code, names, taken=taken) for (code, taken), names in concerned.items()]
