"""The way back: what was captured becomes the table of the next cycle."""

from datetime import datetime
from threading import Lock

import pandas as pd

from core.data import content_hash
from core.errors import WorkspaceError
from core.retraining import NextTable, next_table
from core.serving import CapturedPredictions
from core.workspace.cycles import Cycles
from core.workspace.data import Data
from core.workspace.monitoring import Monitoring
from core.workspace.records import Cycle

_beginning = Lock()
"""Two tabs of one server begin their cycles one after the other."""


class NextCycle:
    """Look at the next cycle's table, and begin it."""

    def __init__(self, cycles: Cycles, data: Data, monitoring: Monitoring) -> None:
        self._cycles = cycles
        self._data = data
        self._monitoring = monitoring

    def table(
        self,
        project_id: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> NextTable:
        """Return the table that the next cycle would start with.

        It is the cleaned table of the champion's cycle and, below it, the captured
        rows whose outcome is known.
        """
        service = self._monitoring.service(project_id)
        version = service.version
        old = self._data.labelled(version.lineage["cycle_id"])
        captured = self._monitoring.log.read(
            project_id, since=since, until=until, with_outcomes=True
        )
        cleaned = CapturedPredictions(captured.meta, service.cleaned(captured.inputs))
        return next_table(old, cleaned, version.target, version.model.schema)

    def start(
        self,
        project_id: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        note: str = "",
    ) -> Cycle:
        """Begin the next cycle on the training rows and the captured ones.

        Where the newest cycle was begun on the same rows and nothing has been done
        in it yet, it is returned: pressed twice, or in two tabs, is begun once.

        Raises
        ------
        WorkspaceError
            When no captured row has an outcome: nothing would be new.
        """
        version = self._monitoring.service(project_id).version
        table = self.table(project_id, since=since, until=until)
        if table.n_added == 0:
            raise WorkspaceError(
                "No captured prediction of this period has an outcome yet.",
                hint="Bring outcomes in first, or choose a longer period.",
            )
        previous = self._cycles.get(version.lineage["cycle_id"])
        with _beginning:
            newest = self._cycles.current(project_id)
            if newest.target == version.target and self._is_untouched(
                newest, table.frame
            ):
                return newest
            name = f"cycle-{newest.number + 1}.csv"
            dataset = self._data.add_frame(project_id, table.frame, name)
            return self._cycles.create(
                project_id,
                note=note,
                dataset_id=dataset.id,
                target=version.target,
                task=previous.task,
            )

    def _is_untouched(self, cycle: Cycle, frame: pd.DataFrame) -> bool:
        """Whether a cycle was begun on this table and nothing was done in it."""
        made = (cycle.recipe_id, cycle.split_id, cycle.run_id, cycle.version_number)
        if cycle.dataset_id is None or any(pointer is not None for pointer in made):
            return False
        return self._data.get(cycle.dataset_id).content_hash == content_hash(frame)
