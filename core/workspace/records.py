"""The nouns of the workspace: frozen, each with an id."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from core.data import ReadReport, Schema, Task
from core.evaluation import Comparison, Evaluation
from core.modeling import TrainingPlan

JobState = Literal["queued", "running", "done", "failed", "cancelled"]
Stage = Literal[
    "explore", "train", "evaluate", "deploy", "predict", "monitor", "retrain"
]
StageState = Literal["done", "stale", "next", "blocked"]

STAGES: tuple[Stage, ...] = (
    "explore",
    "train",
    "evaluate",
    "deploy",
    "predict",
    "monitor",
    "retrain",
)


@dataclass(frozen=True)
class Project:
    """One prediction problem. ``id`` is a slug that is safe in paths and addresses."""

    id: str
    name: str
    created_at: datetime


@dataclass(frozen=True)
class Cycle:
    """One turn of the wheel: it names what each of its steps made.

    A pointer is None until its step was done. ``number`` counts from 1 within
    the project.
    """

    id: str
    project_id: str
    number: int
    created_at: datetime
    note: str = ""
    dataset_id: str | None = None
    target: str | None = None
    task: Task | None = None
    recipe_id: str | None = None
    split_id: str | None = None
    run_id: str | None = None
    evaluation_id: str | None = None
    version_number: int | None = None

    @property
    def sources(self) -> dict[str, str | None]:
        """What a split is made from; another value of any of these makes it stale."""
        return {
            "dataset_id": self.dataset_id,
            "target": self.target,
            "task": self.task,
            "recipe_id": self.recipe_id,
        }


@dataclass(frozen=True)
class Dataset:
    """A table as it was brought in: immutable, known by its content hash."""

    id: str
    project_id: str
    name: str
    content_hash: str
    raw_sha256: str
    n_rows: int
    n_columns: int
    schema: Schema
    report: ReadReport
    created_at: datetime


@dataclass(frozen=True)
class SplitRecord:
    """Three disjoint sets of rows; the test rows are sealed in a file of their own.

    ``content_hash`` names the sealed test rows, and ``rows_hash`` the same rows
    whatever a recipe makes of their columns: openings are counted by both. Without
    validation rows, models are chosen in folds of the training rows.
    """

    id: str
    project_id: str
    content_hash: str
    created_at: datetime
    sources: dict[str, str | None]
    strategy: str
    fractions: tuple[float, float, float]
    random_state: int
    column: str | None
    n_train: int
    n_validation: int
    n_test: int
    group: str | None = None
    rows_hash: str = ""

    @property
    def by_chance(self) -> bool:
        """Whether another seed would seal other rows."""
        return self.strategy in ("random", "stratified", "group")

    @property
    def in_folds(self) -> bool:
        """Whether models are chosen in folds of the training rows."""
        return self.n_validation == 0

    @property
    def n_rows(self) -> int:
        """Rows of the cleaned table that was split."""
        return self.n_train + self.n_validation + self.n_test


@dataclass(frozen=True)
class RunRecord:
    """A finished training run, without its models.

    Attributes
    ----------
    leaderboard : tuple of dict
        A row for each candidate, best first; the columns of ``Run.leaderboard``.
    champion : str
        Name of the candidate that was best on the validation rows.
    chosen : str
        Name of the candidate that goes on to evaluation: the champion, or the
        person's own choice, whose reason is ``why``.
    models : dict
        Candidate name to the SHA-256 of its file.
    entries : tuple of dict
        What was tried, settings included, in the order of the run; empty in runs that
        are older than this.
    judged : str or None
        SHA-256 of the file with every candidate's answers on the validation rows.
    """

    id: str
    project_id: str
    created_at: datetime
    split_id: str
    plan: TrainingPlan
    leaderboard: tuple[dict[str, Any], ...]
    champion: str
    baseline: str
    chosen: str
    why: str
    models: dict[str, str]
    findings: tuple[dict[str, Any], ...]
    summary: dict[str, Any]
    entries: tuple[dict[str, Any], ...] = ()
    judged: str | None = None

    def row(self, candidate: str) -> dict[str, Any]:
        """Return the leaderboard's row of one candidate."""
        return next(r for r in self.leaderboard if r["candidate"] == candidate)


@dataclass(frozen=True)
class Opening:
    """One look at the sealed test rows."""

    at: datetime
    run_id: str
    why: str


@dataclass(frozen=True, eq=False)
class EvaluationRecord:
    """Champion and baseline on the sealed test rows, with how often they were opened.

    ``n_openings`` counts this opening too; ``candidate`` is the model evaluated, and
    ``model`` its file ("" in records of earlier releases).
    """

    id: str
    project_id: str
    created_at: datetime
    run_id: str
    split_hash: str
    candidate: str
    champion: Evaluation
    baseline: Evaluation
    comparison: Comparison
    n_openings: int
    model: str = ""


@dataclass(frozen=True)
class StageStatus:
    """Where one stage of a cycle stands, with the reason in words."""

    stage: Stage
    state: StageState
    detail: str


@dataclass(frozen=True)
class Job:
    """Long work in a process of its own.

    Attributes
    ----------
    progress : float, in [0, 1]
    detail : dict
        What the work tells beside its message, for example a live leaderboard.
    error : dict or None
        ``message`` and ``hint`` of a failed job.
    """

    id: str
    project_id: str
    cycle_id: str | None
    kind: str
    arguments: dict[str, Any]
    state: JobState
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    heartbeat_at: datetime | None = None
    pid: int | None = None
    attempts: int = 0
    progress: float = 0.0
    message: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    stop_requested: bool = False

    @property
    def is_active(self) -> bool:
        """Whether the job waits or works."""
        return self.state in ("queued", "running")
