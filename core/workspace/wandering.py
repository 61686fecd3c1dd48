"""Which closed windows were healthy, and what they teach about natural variation.

A window teaches once four later ones have closed and no alarm covers it, so that the
first windows of a real shift never do: by then their alarm is there.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from sqlalchemy import select

from core.monitoring import Reference
from core.monitoring.batches import MIN_BATCH_ROWS
from core.monitoring.summary import WindowSummary
from core.monitoring.variation import MIN_BATCHES
from core.monitoring.wandering import MOST_WINDOWS, learn_wandering
from core.monitoring.window_counts import WindowCounts
from core.storage import Database
from core.storage.tables import alarms
from core.workspace.material import Material
from core.workspace.window_rows import Track, WindowRows

LATER: Final = 4
"""So many windows close before one is believed to have been healthy."""
LARGE: Final = 0.5
"""A column that moved by so many standard deviations did not wander."""


class Wandering:
    """Learns natural variation from the closed windows of a version.

    Parameters
    ----------
    database : Database
    material : Material
    """

    def __init__(self, database: Database, material: Material) -> None:
        self._database = database
        self._rows = WindowRows(database)
        self._material = material
        self._learned = lru_cache(maxsize=8)(self._learn)

    def reference(self, track: Track, before: datetime) -> Reference:
        """Return what a window that begins then is compared with.

        The version's reference; where its rows have no batches, with the variation
        among at most 20 healthy windows before. It is learned anew at every fifth.
        """
        usual = self._material.references(track.project_id, track.number)[0]
        if usual.batches is not None:
            return usual
        kept = self._rows.summaries(track, 2 * MOST_WINDOWS + LATER)
        closed = [
            each
            for each in map(WindowSummary.from_dict, kept)
            if each.end <= before and each.n_rows >= MIN_BATCH_ROWS
        ]
        healthy = self._healthy(track, closed[:-LATER])
        healthy = healthy[: len(healthy) // MIN_BATCHES * MIN_BATCHES]
        if not healthy:
            return usual
        return self._learned(track, tuple(healthy[-MOST_WINDOWS:]))

    def _healthy(self, track: Track, closed: Sequence[WindowSummary]) -> list[datetime]:
        """Return when the windows begin that no alarm covers and nothing was amiss."""
        c = alarms.c
        query = select(c.since, c.last_window).where(
            c.project_id == track.project_id, c.version == track.number
        )
        with self._database.connect() as connection:
            spans = connection.execute(query.where(c.severity == "alarm")).all()
        return [
            each.start
            for each in closed
            if not any(each.signals.get(name) for name in ("quality", "realised"))
            and (each.signals.get("columns") or 0.0) < LARGE
            and not any(since <= each.start <= last for since, last in spans)
        ]

    def _learn(self, track: Track, starts: tuple[datetime, ...]) -> Reference:
        usual = self._material.references(track.project_id, track.number)[0]
        details = [self._rows.detail(track, start) for start in starts]
        counts = [WindowCounts.from_dict(d["inputs"]) for d in details if d is not None]
        return learn_wandering(usual, counts)
