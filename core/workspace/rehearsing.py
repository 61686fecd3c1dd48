"""Monitoring tried on what is known already: the rehearsal, and faults put in.

Both work on the opened test rows, which the model never saw: cut into windows, they
are what a healthy stream looks like, and every alarm on them is a false one.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from core.data import coerce
from core.errors import MonitoringError
from core.monitoring import check_quality, realised_performance
from core.monitoring.decision import MIN_ROWS
from core.monitoring.faults import FAULTS, Fault
from core.monitoring.harm import mean_change
from core.monitoring.rules import Rule, judge_rule
from core.monitoring.summary import WindowSummary
from core.monitoring.window_counts import count_window
from core.serving import CapturedPredictions, Service
from core.workspace.answers import answer_column, captured_answers
from core.workspace.closing import Closer
from core.workspace.material import Material
from core.workspace.summarising import summarise

N_WINDOWS: Final = 30
N_BROKEN: Final = 4
REALISED: Final = "realised"
_BEGIN: Final = datetime(2000, 1, 3, tzinfo=UTC)

Tell = Callable[[float, str], None]


@dataclass(frozen=True)
class Trial:
    """What became of one fault.

    Attributes
    ----------
    fault, title : str
    columns : tuple of str
        What was broken.
    caught_by : str
        The rule that alarmed first without outcomes, in words; empty for a blind spot.
    by_outcomes : int or None
        Broken windows whose outcomes would have told; None where they would not.
    n_windows : int
        Broken windows until then (all of them where nothing alarmed).
    n_rows : int
        Rows answered until then.
    moved : float
        Mean absolute change of these answers against the unbroken rows; of a fault
        that draws other rows, 0.
    metric : str
    healthy, broken : float or None
        The metric on these rows without the fault and with it.
    """

    fault: str
    title: str
    columns: tuple[str, ...]
    caught_by: str
    by_outcomes: int | None
    n_windows: int
    n_rows: int
    moved: float
    metric: str
    healthy: float | None
    broken: float | None

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Trial":
        """Return the trial of `to_dict`."""
        return cls(**{**values, "columns": tuple(values["columns"])})

    def to_dict(self) -> dict[str, Any]:
        """Return the trial as JSON-ready values."""
        return asdict(self)


class Rehearsal:
    """Windows made of a version's test rows, whole or broken.

    Parameters
    ----------
    material : Material
    project_id : str
    number : int
    n_rows : int
        Rows of a window; at most a quarter of the test rows are taken.

    Raises
    ------
    MonitoringError
        There are too few test rows for four windows.
    """

    def __init__(
        self, material: Material, project_id: str, number: int, n_rows: int = 200
    ) -> None:
        self._material = material
        self._closer = Closer(material)
        self.service = material.service(project_id, number)
        self._known = material.usual_answers(project_id, number)
        self._rules = material.rules.at(project_id, number)
        self.n_rows = min(n_rows, len(self._known) // 4)
        if self.n_rows < MIN_ROWS:
            raise MonitoringError(
                f"{len(self._known):,} test rows are too few to rehearse with.",
                hint=f"At least {4 * MIN_ROWS} are needed: four windows of {MIN_ROWS}.",
            )

    def history(self, on_progress: Tell) -> tuple[WindowSummary, ...]:
        """Return 30 windows as a healthy stream would give them.

        In the order of the rows' first date where there is one and the rows suffice;
        else each window is drawn at random.
        """
        windows = []
        for place, rows in enumerate(self._drawn()):
            on_progress(place / N_WINDOWS, f"Window {place + 1} of {N_WINDOWS}")
            windows.append(self._summary(self._rows(rows), place))
        return tuple(windows)

    def _drawn(self) -> list[Any]:
        n_known = len(self._known)
        if n_known // self.n_rows >= N_WINDOWS:
            order = self._by_date()
            return [
                order[i * self.n_rows : (i + 1) * self.n_rows] for i in range(N_WINDOWS)
            ]
        rng = np.random.default_rng(0)
        return [
            rng.choice(n_known, self.n_rows, replace=False) for _ in range(N_WINDOWS)
        ]

    def _by_date(self) -> Any:
        schema = self.service.version.model.schema
        dates = [name for name in schema.names if schema[name].kind == "date"]
        if not dates:
            return np.random.default_rng(0).permutation(len(self._known))
        return np.argsort(self._known.inputs[dates[0]].to_numpy(), kind="stable")

    def _rows(self, rows: Any) -> CapturedPredictions:
        meta, inputs = self._known.meta, self._known.inputs
        return CapturedPredictions(
            meta.iloc[rows].reset_index(drop=True),
            inputs.iloc[rows].reset_index(drop=True),
        )

    def _summary(self, rows: CapturedPredictions, place: int) -> WindowSummary:
        """Summarise rows that are clean already, as if captured in week `place`."""
        service, version = self.service, self.service.version
        start = _BEGIN + timedelta(weeks=place)
        ends = (f"window {place + 1}", start, start + timedelta(weeks=1))
        silent = pd.Series([()] * len(rows), dtype=object)
        meta = rows.meta.assign(at=start, latency_ms=np.nan, warnings=silent)
        schema = version.model.schema
        references = self._material.references(version.project, version.number)
        report = self._closer.report(
            service,
            check_quality(schema, rows.inputs, self._rules),
            (
                count_window(references[0], coerce(rows.inputs, schema)),
                count_window(references[1], answer_column(version.task, meta)),
            ),
            ends[0],
            with_harm=False,
        )
        realised = realised_performance(
            meta, task=version.task, pos_label=version.model.pos_label, window="week"
        )
        return summarise(ends, report, meta, (realised, None), version)

    def break_it(self, rules: tuple[Rule, ...], on_progress: Tell) -> tuple[Trial, ...]:
        """Put every fault into a copy of the stream, and see which rule catches it."""
        version = self.service.version
        weights = self._material.weights(version.project, version.number)
        ranked = sorted(weights, key=lambda name: -weights[name])
        trials = []
        for place, fault in enumerate(FAULTS.values()):
            on_progress(place / len(FAULTS), fault.title)
            columns = fault.choose(version.model.schema, ranked)
            if columns:
                trials.append(self._try(fault, columns, rules))
        return tuple(trials)

    def _try(
        self, fault: Fault, columns: tuple[str, ...], rules: tuple[Rule, ...]
    ) -> Trial:
        rng = np.random.default_rng(0)
        drawn = self._drawn()[:N_BROKEN]
        healthy = [self._rows(rows) for rows in drawn]
        broken = [
            self._answered(
                fault.apply((each.inputs, each.meta["outcome"]), columns, rng)
            )
            for each in healthy
        ]
        windows = [self._summary(each, i) for i, each in enumerate((*healthy, *broken))]
        title, at = _first_alarm([r for r in rules if r.signal != REALISED], windows)
        _, told = _first_alarm([r for r in rules if r.signal == REALISED], windows)
        until = N_BROKEN if at is None else at - N_BROKEN + 1
        same_rows = fault.name != "labels"
        before, after = (_joined(each[:until]) for each in (healthy, broken))
        metric, whole = _metric(self.service, before)
        return Trial(
            fault=fault.name,
            title=fault.title,
            columns=columns,
            caught_by=title,
            by_outcomes=None if told is None else told - N_BROKEN + 1,
            n_windows=until,
            n_rows=until * self.n_rows,
            moved=_moved(self.service, before, after) if same_rows else 0.0,
            metric=metric,
            healthy=whole,
            broken=_metric(self.service, after)[1],
        )

    def _answered(self, rows: tuple[pd.DataFrame, Any]) -> CapturedPredictions:
        answers = self.service.predict_cleaned(rows[0])
        return CapturedPredictions(
            captured_answers(answers).assign(outcome=rows[1].to_numpy()), rows[0]
        )


def _first_alarm(
    rules: list[Rule], windows: list[WindowSummary]
) -> tuple[str, int | None]:
    """Return the rule that alarms first on broken windows, and the window's place."""
    found = [
        (each.place, rule.title)
        for rule in rules
        for each in judge_rule(rule, windows)
        if each.level and each.place >= N_BROKEN and each.level == rule.severity
    ]
    return (min(found)[1], min(found)[0]) if found else ("", None)


def _joined(parts: list[CapturedPredictions]) -> pd.DataFrame:
    return pd.concat([part.meta for part in parts], ignore_index=True).assign(at=_BEGIN)


def _metric(service: Service, meta: pd.DataFrame) -> tuple[str, float | None]:
    version = service.version
    series = realised_performance(
        meta, task=version.task, pos_label=version.model.pos_label, window="month"
    )
    return series.title, series.windows[-1].value


def _moved(service: Service, before: pd.DataFrame, after: pd.DataFrame) -> float:
    if service.version.task == "multiclass":
        return float((before["prediction"] != after["prediction"]).mean())
    name = "probability" if service.version.task == "binary" else "prediction"
    columns = [each[name].to_numpy(np.float64) for each in (before, after)]
    return mean_change(columns[0], columns[1])
