"""Why a model answers as it does, in the columns of its rows."""

from core.evaluation.explaining.changes import Change, Counterfactual, Search
from core.evaluation.explaining.counterfactual import (
    Direction,
    Shortfall,
    find_counterfactuals,
)
from core.evaluation.explaining.dependence import Dependence
from core.evaluation.explaining.effects import Effects, explain_effects
from core.evaluation.explaining.explainer import Explainer
from core.evaluation.explaining.interactions import Interaction, JointEffect
from core.evaluation.explaining.row import (
    Contribution,
    RowExplanation,
    told_value,
    value_text,
)
from core.evaluation.explaining.wishes import class_wish, range_wish

__all__ = [
    "Change",
    "Contribution",
    "Counterfactual",
    "Dependence",
    "Direction",
    "Effects",
    "Explainer",
    "Interaction",
    "JointEffect",
    "RowExplanation",
    "Search",
    "Shortfall",
    "class_wish",
    "explain_effects",
    "find_counterfactuals",
    "range_wish",
    "told_value",
    "value_text",
]
