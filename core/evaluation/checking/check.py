"""A check: one pitfall, and the three things that looking for it can give."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from core.evaluation.checking.evidence import Evidence
from core.findings import Finding

State = Literal["found", "passed", "does not apply"]


@dataclass(frozen=True)
class Passed:
    """The pitfall was looked for and is not there; what was seen, in one sentence."""

    said: str


@dataclass(frozen=True)
class DoesNotApply:
    """The pitfall could not be looked for; why, in one sentence."""

    reason: str


Verdict = Finding | Passed | DoesNotApply


@dataclass(frozen=True)
class CheckResult:
    """What a check came to.

    Attributes
    ----------
    code : str
        As in docs/findings.md.
    question : str
    state : {"found", "passed", "does not apply"}
    said : str
        What was seen, or why it does not apply. Names stand in it as they are.
    finding : Finding or None
        When something was found.
    """

    code: str
    question: str
    state: State
    said: str
    finding: Finding | None = None


@dataclass(frozen=True)
class Check:
    """One pitfall.

    Attributes
    ----------
    code : str
    question : str
        What a person would ask.
    look : callable
        Takes `Evidence`; returns a finding, or that it passed, or does not apply.
    """

    code: str
    question: str
    look: Callable[[Evidence], Verdict]

    def run(self, evidence: Evidence) -> CheckResult:
        """Look, and put what was seen into one shape.

        Examples
        --------
        >>> check = Check("EVAL-001", "Is it?", lambda _: DoesNotApply("no rows"))
        >>> check.run(None).said
        'does not apply: no rows'
        """
        seen = self.look(evidence)
        if isinstance(seen, DoesNotApply):
            said = f"does not apply: {seen.reason}"
            return CheckResult(self.code, self.question, "does not apply", said)
        if isinstance(seen, Passed):
            return CheckResult(self.code, self.question, "passed", seen.said)
        return CheckResult(self.code, self.question, "found", seen.evidence, seen)
