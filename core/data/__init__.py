"""Tables: bring them in, tell the truth about them, clean and split them."""

from core.data.coerce import coerce
from core.data.cohort import Cohort, Condition
from core.data.dataset import content_hash, read_parquet, write_parquet
from core.data.fixes import fix_step, recipe_from, suggest_recipe
from core.data.frames import KINDS, ColumnKind, canonical
from core.data.previews import RecipeFit, StepPreview, fit_recipe, preview_step
from core.data.profile import profile
from core.data.profiled import (
    Associations,
    ColumnProfile,
    Histogram,
    Profile,
    Relation,
)
from core.data.reading import (
    Answer,
    Question,
    ReadOptions,
    ReadReport,
    RefusedRow,
    Table,
    read_table,
    read_tables,
)
from core.data.recipe import Recipe, Step, StepEffect
from core.data.replay import Replay, replay_of
from core.data.samples import (
    SAMPLES,
    Month,
    Sample,
    bundled_sample,
    churn_sample,
)
from core.data.schema import ColumnSchema, Schema, describe_schema
from core.data.scored import QuickScore, UnusualRow
from core.data.split_checks import SetSummary, SplitDiagnosis
from core.data.splitting import STRATEGIES, Split, Strategy, split
from core.data.steps import STEPS, StepField, StepKind
from core.data.target import TASKS, Task, fitting_tasks, suggest_target, suggest_task

__all__ = [
    "KINDS",
    "SAMPLES",
    "STEPS",
    "STRATEGIES",
    "TASKS",
    "Answer",
    "Associations",
    "Cohort",
    "ColumnKind",
    "ColumnProfile",
    "ColumnSchema",
    "Condition",
    "Histogram",
    "Month",
    "Profile",
    "Question",
    "QuickScore",
    "ReadOptions",
    "ReadReport",
    "Recipe",
    "RecipeFit",
    "RefusedRow",
    "Relation",
    "Replay",
    "Sample",
    "Schema",
    "SetSummary",
    "Split",
    "SplitDiagnosis",
    "Step",
    "StepEffect",
    "StepField",
    "StepKind",
    "StepPreview",
    "Strategy",
    "Table",
    "Task",
    "UnusualRow",
    "bundled_sample",
    "canonical",
    "churn_sample",
    "coerce",
    "content_hash",
    "describe_schema",
    "fit_recipe",
    "fitting_tasks",
    "fix_step",
    "preview_step",
    "profile",
    "read_parquet",
    "read_table",
    "read_tables",
    "recipe_from",
    "replay_of",
    "split",
    "suggest_recipe",
    "suggest_target",
    "suggest_task",
    "write_parquet",
]
