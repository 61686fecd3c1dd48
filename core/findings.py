"""The one shape of advice, whatever stage gives it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["problem", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """Something a person should know about their data or model.

    Attributes
    ----------
    code : str
        ``STAGE-NNN``, for example ``DATA-002``; its heading in docs/findings.md
        says how it is detected.
    severity : {"problem", "warning", "note"}
        A problem makes later numbers wrong; a warning may; a note is good to know.
    title, evidence, advice : str
        What it is, what was counted on which rows, and what to do. Plain text:
        names from outside stand in it as they are, and pages escape them.
    columns : tuple of str
        The columns concerned, in their order in the table.

    Examples
    --------
    >>> Finding("DATA-002", "problem", "Some rows are repeated",
    ...         "12 of 100 rows repeat another.", "Drop them.").columns
    ()
    """

    code: str
    severity: Severity
    title: str
    evidence: str
    advice: str
    columns: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Finding":
        """Return the finding that `to_dict` wrote."""
        return cls(**{**values, "columns": tuple(values["columns"])})
