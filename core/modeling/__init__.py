"""Train: from rows with a known target to the model that is deployed."""

from core.data import TASKS, Task
from core.modeling.better import Better, is_better
from core.modeling.checkpoint import load_models
from core.modeling.encoder import FrameEncoder
from core.modeling.entry import Entry
from core.modeling.families import FAMILIES, UNAVAILABLE
from core.modeling.family import Family
from core.modeling.importance import FamilySettings, setting_importance
from core.modeling.judged import Judged
from core.modeling.metric_options import OPTIONS as METRIC_OPTIONS
from core.modeling.metric_options import MetricOption
from core.modeling.model import Model
from core.modeling.needs import Need, choose_by_need, recommend
from core.modeling.plan import TrainingPlan
from core.modeling.run import Progress, Run
from core.modeling.scoring import METRICS, Metric, find_metric, metrics_for
from core.modeling.training import train

__all__ = [
    "FAMILIES",
    "METRICS",
    "METRIC_OPTIONS",
    "TASKS",
    "UNAVAILABLE",
    "Better",
    "Entry",
    "Family",
    "FamilySettings",
    "FrameEncoder",
    "Judged",
    "Metric",
    "MetricOption",
    "Model",
    "Need",
    "Progress",
    "Run",
    "Task",
    "TrainingPlan",
    "choose_by_need",
    "find_metric",
    "is_better",
    "load_models",
    "metrics_for",
    "recommend",
    "setting_importance",
    "train",
]
