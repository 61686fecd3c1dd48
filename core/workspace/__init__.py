"""Projects and cycles: the stages tied together, and what they return kept."""

from core.workspace.jobs import Jobs
from core.workspace.monitoring import MonitorReport
from core.workspace.records import (
    STAGES,
    Cycle,
    Dataset,
    EvaluationRecord,
    Job,
    Opening,
    Project,
    RunRecord,
    SplitRecord,
    Stage,
    StageState,
    StageStatus,
)
from core.workspace.recovery import recover
from core.workspace.samples import load_sample, start_sample
from core.workspace.scripts import ScriptRecord
from core.workspace.workspace import Workspace, open_workspace

__all__ = [
    "STAGES",
    "Cycle",
    "Dataset",
    "EvaluationRecord",
    "Job",
    "Jobs",
    "MonitorReport",
    "Opening",
    "Project",
    "RunRecord",
    "ScriptRecord",
    "SplitRecord",
    "Stage",
    "StageState",
    "StageStatus",
    "Workspace",
    "load_sample",
    "open_workspace",
    "recover",
    "start_sample",
]
