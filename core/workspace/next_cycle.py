"""The way back: what was captured becomes the table of the next cycle."""

from datetime import datetime
from threading import Lock
from typing import Any

import numpy as np
import pandas as pd

from core.data import Recipe, content_hash
from core.errors import WorkspaceError
from core.registry import ModelVersion
from core.retraining import Mix, NextTable, next_table
from core.retraining.mix import WEIGHT, choose_cut, places_in_order, taken
from core.serving import CapturedPredictions, Service
from core.workspace.cycles import Cycles
from core.workspace.data import Data
from core.workspace.drawing import Base, Drawing, Drawn
from core.workspace.monitoring import Monitoring
from core.workspace.provenance import require_origin
from core.workspace.records import Cycle
from core.workspace.store import RecordStore
from core.workspace.training import Training

_beginning = Lock()
"""Two tabs of one server begin their cycles one after the other."""
_DRAWN = "drawn"
"""Kind of the records that say what a table was drawn from."""


class NextCycle:
    """Look at the next cycle's table, and begin it."""

    def __init__(
        self,
        store: RecordStore,
        cycles: Cycles,
        data: Data,
        training: Training,
        monitoring: Monitoring,
    ) -> None:
        self._store = store
        self._cycles = cycles
        self._data = data
        self._training = training
        self._monitoring = monitoring

    def table(
        self,
        project_id: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> NextTable:
        """Return the rows that the next cycle would start with, all of them.

        They are the rows of the champion's cycle and, below, the captured rows whose
        outcome is known: as they came in, before the recipe, so that the next version
        takes the same columns as this one. Where the recipe changes the target, whose
        outcomes are known in its cleaned form alone, the rows are the cleaned ones.
        """
        return self.draw(project_id, since=since, until=until).table

    def draw(
        self,
        project_id: str,
        mix: Mix | None = None,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        fresh_from: datetime | None = None,
    ) -> Drawn:
        """Return the next cycle's table by a mix of old and new rows.

        Parameters
        ----------
        project_id : str
        mix : Mix, default=None
            None: all rows, all alike.
        since, until : datetime, default=None
            Of the captured rows; `until` is not within.
        fresh_from : datetime, default=None
            Captured rows from before count as old ones, as after a change.
        """
        mix = mix or Mix()
        service = self._monitoring.service(project_id)
        captured = self._monitoring.log.read(
            project_id, since=since, until=until, with_outcomes=True
        )
        places = places_in_order(captured.meta)
        new = places >= self.cut_of(service.version)
        if fresh_from is not None:
            new &= places >= f"{fresh_from.replace(tzinfo=None):%Y-%m-%dT%H:%M:%S.%f}"
        cut = choose_cut(places[new] if new.any() else places, mix)
        learned = _rows(captured, np.flatnonzero(taken(places, cut, mix)))
        base = self._base(service)
        if not base.raw:
            cleaned = service.cleaned(learned.inputs)
            learned = CapturedPredictions(learned.meta, cleaned)
        table = next_table(base.frame, learned, service.version.target, base.schema)
        old = np.zeros(table.n_added, dtype=bool)
        if fresh_from is not None:
            moments = learned.meta["at"].to_numpy()[table.places]
            old = moments < np.datetime64(fresh_from.replace(tzinfo=None))
        is_old = np.append(np.ones(table.n_training, dtype=bool), old)
        number = self._cycles.current(project_id).number + 1
        drawing = Drawing(table, base, is_old, number, mix)
        n_aside = int((places >= cut).sum())
        return drawing.draw(service.version.model, cut, n_aside)

    def start(
        self,
        project_id: str,
        mix: Mix | None = None,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        fresh_from: datetime | None = None,
        note: str = "",
    ) -> Cycle:
        """Begin the next cycle on the training rows and the captured ones.

        The recipe goes with them. Where the newest cycle was begun on the same rows
        and nothing has been done in it yet, it is returned: pressed twice, or in two
        tabs, is begun once. The parameters are those of `draw`.

        Raises
        ------
        WorkspaceError
            When no captured row has an outcome: nothing would be new.
        """
        version = self._monitoring.service(project_id).version
        drawn = self.draw(
            project_id, mix, since=since, until=until, fresh_from=fresh_from
        )
        if drawn.table.n_added == 0:
            raise WorkspaceError(
                "No captured prediction of this period has an outcome yet.",
                hint="Bring outcomes in first, or choose a longer period.",
            )
        previous = self._cycles.get(require_origin(version)["cycle_id"])
        with _beginning:
            newest = self._cycles.current(project_id)
            if newest.target == version.target and self._is_untouched(newest, drawn):
                return newest
            name = f"cycle-{newest.number + 1}.csv"
            dataset = self._data.add_frame(project_id, drawn.frame, name)
            told = {"dataset_id": dataset.id, **drawn.to_dict()}
            self._store.save(project_id, _DRAWN, told)
            return self._cycles.create(
                project_id,
                note=note,
                dataset_id=dataset.id,
                target=version.target,
                task=previous.task,
                recipe_id=drawn.recipe_id,
            )

    def drawn(self, project_id: str, dataset_id: str | None) -> dict[str, Any]:
        """Return what is kept of how a table was drawn; empty for one brought in."""
        for record in self._store.list(project_id, _DRAWN):
            if record.payload["dataset_id"] == dataset_id:
                return dict(record.payload)
        return {}

    def remember_update(self, project_id: str, number: int, cut: str) -> None:
        """Keep up to where an updated version has learned from captured rows."""
        told = {"dataset_id": None, "version": number, "cut": cut}
        self._store.save(project_id, _DRAWN, told)

    def cut_of(self, version: ModelVersion) -> str:
        """Return from where on a version has not learned from captured rows."""
        for record in self._store.list(version.project, _DRAWN):
            if record.payload.get("version") == version.number:
                return str(record.payload["cut"])
        told = self.drawn(version.project, version.lineage.get("dataset_id"))
        return str(told.get("cut", ""))

    def fresh_rows(self, project_id: str, *numbers: int) -> CapturedPredictions:
        """Return captured rows with outcomes that none of these versions learned from.

        Oldest first. Versions whose tables were brought in by hand are taken not to
        have learned from any captured row.
        """
        services = [self._monitoring.service(project_id, each) for each in numbers]
        cut = max(self.cut_of(each.version) for each in services)
        captured = self._monitoring.log.read(project_id, with_outcomes=True)
        places = places_in_order(captured.meta)
        order = np.argsort(places.to_numpy(dtype=object), kind="stable")
        fresh = places.to_numpy(dtype=object)[order] >= cut
        return _rows(captured, order[fresh])

    def n_fresh(self, project_id: str, number: int) -> int:
        """Count outcomes that a version has not learned from; reads no inputs."""
        cut = self.cut_of(self._monitoring.service(project_id, number).version)
        since = datetime.fromisoformat(f"{cut[:26]}+00:00") if cut else None
        n_later, at_once = self._monitoring.log.count_outcomes(project_id, since)
        if since is None:
            return n_later
        moments = [since.replace(tzinfo=None)] * len(at_once)
        same = pd.DataFrame({"id": at_once, "at": pd.to_datetime(moments)})
        return n_later + int((places_in_order(same) >= cut).sum())

    def _is_untouched(self, cycle: Cycle, drawn: Drawn) -> bool:
        """Whether a cycle was begun on this table and nothing was done in it."""
        made = (cycle.split_id, cycle.run_id, cycle.version_number)
        if cycle.dataset_id is None or any(pointer is not None for pointer in made):
            return False
        if cycle.recipe_id != drawn.recipe_id:
            return False
        kept = self._data.get(cycle.dataset_id)
        return kept.content_hash == content_hash(drawn.frame)

    def _base(self, service: Service) -> Base:
        """Return the table of the champion's cycle, before its recipe if it can be."""
        lineage, target = require_origin(service.version), service.version.target
        cycle = self._cycles.get(lineage["cycle_id"])
        dataset = self._data.get(lineage["dataset_id"])
        plan = self._training.get(lineage["run"]).plan
        recipe = self._data.recipe(cycle.id)
        frame = dataset.schema.in_words(self._data.frame(dataset.id), target)
        steps = recipe.steps
        raw = target in frame and not any(target in each.columns for each in steps)
        if not raw:
            frame, recipe = self._data.labelled(cycle.id), Recipe(())
        told = self.drawn(cycle.project_id, dataset.id).get("origins", [])
        origins = np.full(len(frame), cycle.number, np.int64)
        if told and sum(n for _, n in told) == len(frame):
            numbers, counts = zip(*told, strict=True)
            origins = np.repeat(np.array(numbers, np.int64), counts)
        known = frame[target].notna().to_numpy()
        frame = frame[known].reset_index(drop=True)
        return Base(
            frame=frame.drop(columns=WEIGHT, errors="ignore"),
            schema=dataset.schema if raw else service.version.model.schema,
            origins=origins[known],
            raw=raw,
            recipe=recipe,
            recipe_id=cycle.recipe_id if raw else None,
            plan=plan,
        )


def _rows(captured: CapturedPredictions, places: Any) -> CapturedPredictions:
    return CapturedPredictions(
        captured.meta.iloc[places].reset_index(drop=True),
        captured.inputs.iloc[places].reset_index(drop=True),
    )
