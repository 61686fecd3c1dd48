"""The plan of a run: what a person chose before pressing Train."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from core.data import Task
from core.errors import ModelingError
from core.modeling.families import FAMILIES

SHORTEST_BUDGET_S: Final = 1.0
LONGEST_BUDGET_S: Final = 24 * 3600.0


@dataclass(frozen=True)
class TrainingPlan:
    """What to train, how long, and by which metric to choose.

    Attributes
    ----------
    target : str
    task : {"binary", "multiclass", "regression"} or None
        None: suggested from the target.
    metric : str or None
        Name in `METRICS`; None: the task's default.
    budget_s : float, default=60.0
        Wall clock, at least 1 second.
    families : tuple of str or None
        Names in `FAMILIES`; None: all. The baseline is always trained.
    random_state : int, default=0
    n_jobs : int or None
        Candidates at a time; None: one for each core.
    metric_options : mapping of str to float
        Parameters of the metric, such as ``{"beta": 2.0}`` for "f_beta".
    weight : str or None
        Column of numbers that say how much a row counts; then no feature.
    balanced : bool, default=False
        Learn as if every class were as frequent as any other.
    monotonic : mapping of str to {-1, 1}
        Directions that predictions must keep, by column.
    largest : bool, default=False
        Allow champions of more than 20 MB as a file.
    whole_budget : bool, default=False
        Search until the budget ends, also when more candidates hardly help.

    Examples
    --------
    >>> plan = TrainingPlan("churn", "binary", budget_s=30)
    >>> TrainingPlan.from_dict(plan.to_dict()) == plan
    True
    """

    target: str
    task: Task | None = None
    metric: str | None = None
    budget_s: float = 60.0
    families: tuple[str, ...] | None = None
    random_state: int = 0
    n_jobs: int | None = None
    metric_options: Mapping[str, float] = field(default_factory=dict, hash=False)
    weight: str | None = None
    balanced: bool = False
    monotonic: Mapping[str, int] = field(default_factory=dict, hash=False)
    largest: bool = False
    whole_budget: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        families = None if self.families is None else list(self.families)
        return {**asdict(self), "families": families}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "TrainingPlan":
        """Return the plan that `to_dict` wrote; unknown keys are left out."""
        known = {item.name for item in fields(cls)}
        taken = {key: value for key, value in values.items() if key in known}
        if taken.get("families") is not None:
            taken["families"] = tuple(taken["families"])
        return cls(**taken)


def check_families(families: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the families to try, all of them for None.

    Raises
    ------
    ModelingError
        A name is not in the catalogue, or none is given.

    Examples
    --------
    >>> check_families(("linear",))
    ('linear',)
    """
    if families is None:
        return tuple(name for name in FAMILIES if not FAMILIES[name].asked_for)
    unknown = [name for name in families if name not in FAMILIES]
    if unknown or not families:
        named = f"There is no family {unknown[0]!r}." if unknown else "No family given."
        raise ModelingError(named, hint=f"Choose among {', '.join(FAMILIES)}.")
    return tuple(name for name in FAMILIES if name in families)


def check_budget(budget_s: float) -> float:
    """Return the budget in seconds, at most a day.

    Raises
    ------
    ModelingError
        It is not a number of at least one second.

    Examples
    --------
    >>> check_budget(60)
    60.0
    """
    if not budget_s >= SHORTEST_BUDGET_S:
        raise ModelingError(
            f"A budget of {budget_s} seconds is too short.",
            hint="Give at least one second.",
        )
    return min(float(budget_s), LONGEST_BUDGET_S)
