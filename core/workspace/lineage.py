"""The turns that a project took: each in a line, and any two compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import ndiff

from core.data.recipe_changes import compare_recipes
from core.registry import Registry
from core.wording import NONE, counted, with_interval
from core.workspace.cycles import Cycles
from core.workspace.data import Data
from core.workspace.evaluation import Evaluations
from core.workspace.next_cycle import NextCycle
from core.workspace.records import Cycle
from core.workspace.training import Training


@dataclass(frozen=True)
class Turn:
    """One cycle in a line; a text is a dash where the step was not done.

    Attributes
    ----------
    number : int
    data, recipe, model, measured, version, note : str
    """

    number: int
    data: str
    recipe: str
    model: str
    measured: str
    version: str
    note: str


@dataclass(frozen=True)
class Difference:
    """One thing in two cycles. ``about`` is "data", "recipe", "metrics" or "card"."""

    about: str
    what: str
    first: str
    second: str

    @property
    def same(self) -> bool:
        """Whether both are the same."""
        return self.first == self.second


class Lineage:
    """Read a project's cycles side by side."""

    def __init__(
        self,
        data: Data,
        training: Training,
        evaluation: Evaluations,
        registry: Registry,
        next_cycle: NextCycle,
        cycles: Cycles,
    ) -> None:
        self._cycles = cycles
        self._data = data
        self._training = training
        self._evaluation = evaluation
        self._registry = registry
        self._next_cycle = next_cycle

    def turns(self, project_id: str) -> Sequence[Turn]:
        """Return every cycle of a project, newest first."""
        live = self._registry.champion(project_id)
        return [self._turn(cycle, live) for cycle in self._cycles.list(project_id)]

    def _turn(self, cycle: Cycle, live: int | None) -> Turn:
        facts = {each.what: each.first for each in self._facts(cycle)}
        number = cycle.version_number
        version = NONE if number is None else f"{number}"
        return Turn(
            number=cycle.number,
            data=facts.get("rows", NONE),
            recipe=counted("step", len(self._data.recipe(cycle.id).steps)),
            model=facts.get("model", NONE),
            measured=self._measured(cycle),
            version=f"{version}, live" if number == live and number else version,
            note=cycle.note,
        )

    def _measured(self, cycle: Cycle) -> str:
        found = self._evaluation.latest(cycle.id)
        headline = None if found is None else found.champion.headline
        if headline is None:
            return NONE
        value = with_interval(headline.value, headline.low, headline.high)
        return f"{headline.title} {value}"

    def compare(self, first_id: str, second_id: str) -> tuple[Difference, ...]:
        """Return data, recipe, metrics and card of two cycles side by side.

        The metrics are each on the cycle's own test rows: a verdict on the same rows
        is Monitor's.
        """
        first, second = self._cycles.get(first_id), self._cycles.get(second_id)
        ours = {(each.about, each.what): each.first for each in self._facts(first)}
        theirs = {(each.about, each.what): each.first for each in self._facts(second)}
        pairs = [
            Difference(*key, ours.get(key, NONE), theirs.get(key, NONE))
            for key in dict.fromkeys([*ours, *theirs])
        ]
        recipe = self._recipe_changes(first, second)
        return (*pairs, *recipe, *self._card_changes(first, second))

    def _facts(self, cycle: Cycle) -> list[Difference]:
        """Return what is known of one cycle; the second text stays empty."""
        told: list[tuple[str, str, str]] = []
        if cycle.dataset_id is not None:
            dataset = self._data.get(cycle.dataset_id)
            told += [
                ("data", "table", dataset.name),
                ("data", "rows", counted("row", dataset.n_rows)),
                ("data", "columns", f"{dataset.n_columns:,}"),
                ("data", "content", dataset.content_hash[:12]),
            ]
            drawn = self._next_cycle.drawn(cycle.project_id, cycle.dataset_id)
            if drawn:
                told.append(("data", "drawn from", drawn["sentence"]))
        split = self._data.split_of(cycle.id)
        if split is not None:
            parts = f"{split.n_train:,} / {split.n_validation:,} / {split.n_test:,}"
            told.append(("data", "train / validation / test", parts))
        run = self._training.run(cycle.id)
        if run is not None:
            told.append(("metrics", "model", run.chosen))
        found = self._evaluation.latest(cycle.id)
        if found is not None:
            told += [
                ("metrics", m.title, with_interval(m.value, m.low, m.high))
                for m in found.champion.metrics.values()
            ]
            openings = counted("time", found.n_openings)
            told.append(("metrics", "test rows opened", openings))
        return [Difference(about, what, said, "") for about, what, said in told]

    def _recipe_changes(self, first: Cycle, second: Cycle) -> list[Difference]:
        old, new = self._data.recipe(first.id), self._data.recipe(second.id)
        found = compare_recipes(old, new)
        if found.is_same:
            said = counted("step", len(old.steps))
            return [Difference("recipe", "steps", said, said)]
        return [
            *(Difference("recipe", "added", NONE, s.sentence) for s in found.added),
            *(Difference("recipe", "removed", s.sentence, NONE) for s in found.removed),
            *(
                Difference("recipe", "changed", one.sentence, two.sentence)
                for one, two in found.changed
            ),
            *(Difference("recipe", "moved", s.sentence, NONE) for s in found.moved),
        ]

    def _card_changes(self, first: Cycle, second: Cycle) -> list[Difference]:
        """Return the lines of the two model cards that differ."""
        if first.version_number is None or second.version_number is None:
            return []
        old, new = (
            self._registry.load(c.project_id, c.version_number or 0).card.splitlines()
            for c in (first, second)
        )
        lines = [line for line in ndiff(old, new) if line[:2] in ("- ", "+ ")]
        return [
            Difference("card", "line", line[2:], NONE)
            if line.startswith("- ")
            else Difference("card", "line", NONE, line[2:])
            for line in lines
            if line[2:].strip()
        ]
