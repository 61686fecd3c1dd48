"""When a model is trained anew, from what, and what may become of the challenger."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal, get_args

from core.errors import WorkspaceError
from core.retraining.judging import Judged
from core.retraining.mix import Mix
from core.wording import counted

Search = Literal["same", "full", "update"]
Action = Literal["register", "challenger", "promote"]
Trigger = Literal["performance", "drift", "outcomes", "schedule"]

TRIGGERS: Final[tuple[Trigger, ...]] = get_args(Trigger)
USUAL_MIX: Final = Mix(old_weight=None, kept_aside=0.3)


@dataclass(frozen=True)
class Gate:
    """What a challenger must show before it may go on.

    Attributes
    ----------
    proof : {"better", "not worse"}
        Proven better on the newest rows, or surely not worse by more than `margin`.
    margin : float
        In units of the metric.
    slices : bool
        No cohort of the project may be proven worse.
    most_slower : float or None
        One row may take so many times as long as the champion's; None: any time.
    """

    proof: Literal["better", "not worse"] = "better"
    margin: float = 0.01
    slices: bool = True
    most_slower: float | None = 10.0

    def objections(self, judged: Judged) -> tuple[str, ...]:
        """Return what speaks against the challenger; nothing when it may go on."""
        found, said = judged.verdict, []
        if self.proof == "better" and found.decision != "promote":
            said.append("It is not proven better.")
        if self.proof == "not worse" and (
            found.low is None or found.low < -self.margin
        ):
            said.append(f"It may be worse by more than {self.margin:g}.")
        worse = [name for name, each in judged.slices if each.decision == "worse"]
        if self.slices and worse:
            said.append(f"It is worse for the cohort “{worse[0]}”.")
        slower = judged.times_slower
        if self.most_slower is not None and slower > self.most_slower:
            said.append(f"It takes {slower:.1f} times as long as the champion.")
        return tuple(said)


@dataclass(frozen=True)
class Order:
    """One challenger to be made: data, search, gate, action.

    Attributes
    ----------
    mix : Mix
    search : {"same", "full", "update"}
        The champion's families with their settings tuned again; every family of its
        plan; or the champion itself, having learned from the new rows alone.
    budget_s : float
    gate : Gate
    action : {"register", "challenger", "promote"}
        What becomes of a challenger that passes; one that does not is kept as a draft.
    """

    mix: Mix = USUAL_MIX
    search: Search = "same"
    budget_s: float = 60.0
    gate: Gate = field(default_factory=Gate)
    action: Action = "promote"

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Order":
        """Return the order that `to_dict` wrote; refuse one that makes no sense.

        Raises
        ------
        WorkspaceError
            A choice is none, or a number is out of its range.
        """
        given = dict(values)
        mix, gate = Mix.from_dict(given.pop("mix")), Gate(**given.pop("gate"))
        order = cls(mix=mix, gate=gate, **given)
        known = order.search in get_args(Search) and order.action in get_args(Action)
        if not known or not order.budget_s >= 1 or not gate.margin >= 0:
            raise WorkspaceError(
                "This challenger cannot be made.",
                hint="Choose search, budget and action among those that are offered.",
            )
        return order


@dataclass(frozen=True)
class Policy:
    """When a project retrains by itself.

    Attributes
    ----------
    active : bool
        Nothing happens by itself while this is False.
    triggers : tuple of {"performance", "drift", "outcomes", "schedule"}
    n_outcomes : int
        New outcomes that trigger, where "outcomes" does.
    every_days : int
        Days after the last retraining, where "schedule" does.
    least_outcomes : int
        With fewer new outcomes a trigger waits.
    order : Order

    Examples
    --------
    >>> Policy.from_dict(Policy(active=True).to_dict()) == Policy(active=True)
    True
    """

    active: bool = False
    triggers: tuple[Trigger, ...] = ("performance",)
    n_outcomes: int = 1000
    every_days: int = 30
    least_outcomes: int = 100
    order: Order = field(default_factory=Order)

    @property
    def sentence(self) -> str:
        """Say when the project retrains."""
        words = {
            "performance": "outcomes prove the champion worse",
            "drift": "drift raises an alarm",
            "outcomes": f"{counted('new outcome', self.n_outcomes)} have arrived",
            "schedule": f"{counted('day', self.every_days)} have passed",
        }
        if not self.active or not self.triggers:
            return "Retraining begins by hand only."
        when = " or ".join(words[each] for each in self.triggers)
        return f"Retraining begins by itself when {when}."

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return {**asdict(self), "triggers": list(self.triggers)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Policy":
        """Return the policy that `to_dict` wrote; refuse one that makes no sense.

        Raises
        ------
        WorkspaceError
            A trigger is none, or a number is out of its range.
        """
        given = dict(values)
        order = Order.from_dict(given.pop("order"))
        triggers = tuple(each for each in TRIGGERS if each in given["triggers"])
        unknown = set(given.pop("triggers")) - set(TRIGGERS)
        policy = cls(order=order, triggers=triggers, **given)
        numbers = (policy.n_outcomes, policy.every_days, policy.least_outcomes)
        if unknown or min(numbers) < 1:
            raise WorkspaceError(
                "This policy cannot be kept.",
                hint=f"Choose among {', '.join(TRIGGERS)}, and numbers from 1.",
            )
        return policy
