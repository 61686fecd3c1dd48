"""A run done once more: it ends by what was finished, not by the clock."""

from dataclasses import dataclass, field
from typing import Final

from core.modeling.entry import Entry
from core.modeling.run import Progress

LONGEST_S: Final = 3600.0


@dataclass
class Replay:
    """Ends a run where another one ended; give it as `should_stop`, and `see` its news.

    A budget ends a run at a moment, and what is finished then depends on the machine.
    A replay has time instead: all that the first run finished is finished again, and
    what it did not finish counts for nothing.

    Parameters
    ----------
    finished : frozenset of str
        Candidates that the first run had a result of; the ensemble is none of them.
    refitted : bool
        Whether its champion was fitted once more, on all rows.
    """

    finished: frozenset[str]
    refitted: bool
    _seen: set[str] = field(default_factory=set)

    def __call__(self) -> bool:
        """Whether all is finished."""
        return self.finished <= self._seen

    def see(self, progress: Progress) -> None:
        """Note which candidates are through."""
        self._seen.update(str(row["candidate"]) for row in progress.leaderboard)

    def as_then(self, entry: Entry) -> Entry:
        """Return a result as the first run had it: none, where it was not finished."""
        if entry.family == "ensemble" or entry.candidate in self.finished:
            return entry
        return Entry(
            entry.candidate,
            entry.family,
            entry.index,
            entry.params,
            state="skipped",
            message="The run that is replayed did not finish it.",
        )

    @property
    def refit_s(self) -> float:
        """Seconds for fitting the champion on all rows."""
        return LONGEST_S if self.refitted else 0.0
