"""The result of training: a leaderboard, a champion, and every model behind it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from core.data import Task
from core.findings import Finding
from core.modeling.entry import Entry, leaderboard_frame, leaderboard_rows
from core.modeling.judged import Judged
from core.modeling.model import Model
from core.modeling.scoring import METRICS, Metric


@dataclass(frozen=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    fraction : float
        In [0, 1]; never falls.
    message : str
        What is done now, in words.
    elapsed_s, remaining_s : float
        Wall clock since the start, and until the budget ends.
    leaderboard : list of dict
        One for each candidate that is finished, best first; JSON-ready.
    """

    fraction: float
    message: str
    elapsed_s: float
    remaining_s: float
    leaderboard: list[dict[str, Any]] = field(repr=False)


@dataclass(frozen=True, eq=False)
class Run:
    """What training found.

    Attributes
    ----------
    task : {"binary", "multiclass", "regression"}
    target, metric : str
    scheme : str
        What the scores are computed on, in words.
    n_train, n_valid : int
        Rows with a target; in cross-validation both are all rows, in forward chaining
        the later two thirds are judged by.
    entries : tuple of Entry
        In the order of the run.
    champion_name, baseline_name : str
    models : mapping of str to Model
        All that are done, by candidate name; read from disk when asked for.
    findings : tuple of Finding
    stopped : bool
        True when it was asked to stop before the budget ended.
    elapsed_s : float
    metric_options : mapping of str to float
        Parameters of the metric.
    judged : Judged or None
        What every candidate said on the rows that it was scored on.
    """

    task: Task
    target: str
    metric: str
    scheme: str
    n_train: int
    n_valid: int
    entries: tuple[Entry, ...]
    champion_name: str
    baseline_name: str
    models: Mapping[str, Model] = field(repr=False)
    findings: tuple[Finding, ...]
    stopped: bool
    elapsed_s: float
    metric_options: Mapping[str, float] = field(default_factory=dict)
    judged: Judged | None = field(default=None, repr=False)

    @property
    def scoring(self) -> Metric:
        """The metric candidates were chosen by, its parameters set."""
        return METRICS[self.metric].with_options(self.metric_options)

    @property
    def leaderboard(self) -> pd.DataFrame:
        """One row for each candidate, best first; see `COLUMNS`."""
        return leaderboard_frame(leaderboard_rows(self.entries, self.scoring))

    @property
    def champion(self) -> Model:
        """The best model."""
        return self.models[self.champion_name]

    @property
    def baseline(self) -> Model:
        """The model that every other one has to beat."""
        return self.models[self.baseline_name]

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values, without the models."""
        return {
            "task": self.task,
            "target": self.target,
            "metric": self.metric,
            "metric_options": dict(self.metric_options),
            "scheme": self.scheme,
            "n_train": self.n_train,
            "n_valid": self.n_valid,
            "leaderboard": leaderboard_rows(self.entries, self.scoring),
            "entries": [entry.to_dict() for entry in self.entries],
            "champion_name": self.champion_name,
            "baseline_name": self.baseline_name,
            "findings": [finding.to_dict() for finding in self.findings],
            "stopped": self.stopped,
            "elapsed_s": self.elapsed_s,
        }
