"""The windows of a version: summarised once, refreshed when outcomes come late.

Pages and rules read what is kept here, never the captured rows themselves.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import reduce

from core.errors import MonitoringError
from core.monitoring import WindowBy
from core.monitoring.service_metrics import with_calls
from core.monitoring.summary import WindowSummary
from core.monitoring.window_counts import WindowCounts
from core.serving import CapturedPredictions, PredictionLog
from core.serving.calls import measure_calls, read_calls
from core.storage import Database
from core.storage.types import now
from core.wording import counted
from core.workspace.closing import ClosedWindow, Closer, MonitorReport
from core.workspace.material import Material
from core.workspace.row_windows import hours_of
from core.workspace.wandering import Wandering
from core.workspace.window_rows import Due, Track, WindowRows

MAX_ROWS = 100_000
"""Most captured rows that one window is summarised from: its newest."""

MOST_LISTED = 200
"""So many windows are listed and judged; older ones count where all are added up."""

Tell = Callable[[float, str], None]


def _say_nothing(_share: float, _message: str) -> None:
    pass


class Windows:
    """Summaries of a workspace's captured predictions, window by window.

    Parameters
    ----------
    database : Database
    material : Material
    log : PredictionLog
    """

    def __init__(
        self, database: Database, material: Material, log: PredictionLog
    ) -> None:
        self._rows = WindowRows(database)
        self._material = material
        self._closer = Closer(material)
        self._wandering = Wandering(database, material)
        self._log = log

    def due(self, project_id: str, number: int, period: WindowBy) -> tuple[Due, ...]:
        """Return the windows that hold more than was summarised."""
        return self._rows.due(Track(project_id, number, period))[0]

    def bring_up_to_date(
        self,
        project_id: str,
        number: int,
        period: WindowBy,
        *,
        on_progress: Tell = _say_nothing,
    ) -> int:
        """Summarise what is due; return how many windows that were.

        A window that another worker has in hand is left to it.
        """
        track = Track(project_id, number, period)
        self._rows.forget_ahead(track)
        due, mark = self._rows.due(track)
        skipped = []
        for place, each in enumerate(due):
            on_progress(place / len(due), f"Summarising {each.label}")
            if not self._summarise(track, each, mark):
                skipped.append(each.start)
                if each.cut is not None and not self._rows.is_cut(track, each.cut):
                    # Another worker saw more rows: what is cut behind it is its own.
                    skipped += [later.start for later in due[place + 1 :]]
                    break
        self._rows.checked(track, mark, skipped)
        return len(due) - len(skipped)

    def _summarise(self, track: Track, due: Due, mark: int) -> bool:
        token = self._rows.claim(track, due)
        if token is None:
            return False
        try:
            closed = self._close(track, due)
        except BaseException:  # also when stopped: the claim must not outlive us
            self._rows.let_go(track, due.start, token)
            raise
        values = {
            "n_rows": due.n_rows,
            "n_labels": closed.summary.n_labels,
            "n_calls": due.n_calls,
            "outcome_mark": mark,
            "summary": closed.summary.to_dict(),
            "detail": {
                "report": closed.report.to_dict(),
                "inputs": closed.inputs.to_dict(),
                "answers": closed.answers.to_dict(),
            },
        }
        return self._rows.save(track, due.start, token, values)

    def _close(self, track: Track, due: Due) -> ClosedWindow:
        service = self._material.service(track.project_id, track.number)
        captured = self._captured(track, due)
        ends = (due.label, due.start, due.end)
        watched = self._wandering.reference(track, due.start)
        closed = self._closer.close(service, captured, ends, track.period, watched)
        since, until = (due.start, due.end) if due.cut is None else hours_of(due)
        asked = measure_calls(
            read_calls(
                self._log.database,
                track.project_id,
                since=since,
                until=until,
                version=track.number,
            )
        )
        summary = with_calls(closed.summary, asked)
        return replace(closed, summary=replace(summary, n_rows=due.n_rows))

    def _captured(self, track: Track, due: Due) -> CapturedPredictions:
        if due.cut is not None:
            ids = self._rows.ids(track, due)[-MAX_ROWS:]
            return self._log.read_ids(track.project_id, ids)
        return self._log.read(
            track.project_id,
            since=due.start,
            until=due.end,
            version=track.number,
            limit=MAX_ROWS,
        )

    def so_far(self, project_id: str, number: int, n: int) -> int:
        """Return how many rows the open window of n rows holds."""
        return self._rows.n_open(Track(project_id, number, n))

    def list(
        self, project_id: str, number: int, period: WindowBy
    ) -> tuple[WindowSummary, ...]:
        """Return what is kept of the newest 200 windows, earliest first."""
        kept = self._rows.summaries(Track(project_id, number, period), MOST_LISTED)
        return tuple(WindowSummary.from_dict(each) for each in kept)

    def stamp(self, project_id: str, number: int, period: WindowBy) -> int:
        """Return a number that changes whenever a window is summarised anew."""
        return self._rows.stamp(Track(project_id, number, period))

    def report(
        self, project_id: str, number: int, period: WindowBy, start: datetime
    ) -> MonitorReport:
        """Return the comparison of one window with the training rows.

        Raises
        ------
        MonitoringError
            There is no such window.
        """
        detail = self._rows.detail(Track(project_id, number, period), start)
        if detail is None:
            raise MonitoringError(
                "This window has not been summarised.", hint="Choose it anew."
            )
        return MonitorReport.from_dict(detail["report"])

    def together(self, project_id: str, number: int, period: WindowBy) -> MonitorReport:
        """Compare all windows added up with the training rows.

        Raises
        ------
        MonitoringError
            There is no window.
        """
        track = Track(project_id, number, period)
        details = [
            self._rows.detail(track, start) for start in self._rows.starts(track)
        ]
        known = [each for each in details if each is not None]
        if not known:
            raise MonitoringError(
                "No prediction of this version was captured in this period.",
                hint="Choose a longer period, or predict on the Predict page.",
            )
        inputs, answers = (
            reduce(
                WindowCounts.__add__, (WindowCounts.from_dict(d[key]) for d in known)
            )
            for key in ("inputs", "answers")
        )
        newest = MonitorReport.from_dict(known[-1]["report"])
        return self._closer.report(
            self._material.service(project_id, number),
            newest.quality,
            (inputs, answers),
            f"{counted('window', len(known))} together; quality of the newest",
            watched=self._wandering.reference(track, now()),
        )

    def n_labels(self, project_id: str, number: int) -> int | None:
        """Return the outcomes known of a version; None where windows lag behind."""
        return self._rows.n_labels(project_id, number)


def closed_only(summaries: tuple[WindowSummary, ...]) -> tuple[WindowSummary, ...]:
    """Return the windows that have ended: before now, or before a later one began."""
    newest = max([now(), *(each.start for each in summaries)])
    return tuple(each for each in summaries if each.end <= newest)
