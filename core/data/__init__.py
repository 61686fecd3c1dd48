"""Tables: bring them in, tell the truth about them, clean and split them."""

from core.data.coerce import coerce
from core.data.dataset import content_hash, read_parquet, write_parquet
from core.data.frames import KINDS, ColumnKind, canonical
from core.data.reading import ReadReport, RefusedRow, Table, read_table
from core.data.recipe import Recipe, Step, StepEffect
from core.data.schema import ColumnSchema, Schema, describe_schema
from core.data.split_checks import SetSummary, SplitDiagnosis
from core.data.splitting import STRATEGIES, Split, Strategy, split
from core.data.steps import STEPS, StepField, StepKind
from core.data.target import TASKS, Task, suggest_target, suggest_task

__all__ = [
    "KINDS",
    "STEPS",
    "STRATEGIES",
    "TASKS",
    "ColumnKind",
    "ColumnSchema",
    "ReadReport",
    "Recipe",
    "RefusedRow",
    "Schema",
    "SetSummary",
    "Split",
    "SplitDiagnosis",
    "Step",
    "StepEffect",
    "StepField",
    "StepKind",
    "Strategy",
    "Table",
    "Task",
    "canonical",
    "coerce",
    "content_hash",
    "describe_schema",
    "read_parquet",
    "read_table",
    "split",
    "suggest_target",
    "suggest_task",
    "write_parquet",
]
