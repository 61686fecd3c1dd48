"""Two recipes compared: steps added, removed, changed, or in another place."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from core.data.recipe import Recipe, Step


@dataclass(frozen=True)
class RecipeChanges:
    """How a recipe differs from an older one.

    Attributes
    ----------
    added, removed : tuple of Step
        In the order of the recipe that has them.
    changed : tuple of (old Step, new Step)
        Of the same kind, about some of the same columns or making the same column.
    moved : tuple of Step
        In both, in another order.
    n_same : int
        Steps in both, in the same order.
    """

    added: tuple[Step, ...]
    removed: tuple[Step, ...]
    changed: tuple[tuple[Step, Step], ...]
    moved: tuple[Step, ...]
    n_same: int

    @property
    def is_same(self) -> bool:
        """Whether both recipes have the same steps in the same order."""
        return not (self.added or self.removed or self.changed or self.moved)


def compare_recipes(old: Recipe, new: Recipe) -> RecipeChanges:
    """Compare a recipe with an older one.

    Examples
    --------
    >>> low, high = (Step("clip", ("x",), {"maximum": top}) for top in (5, 9))
    >>> old = Recipe((Step("drop_columns", ("a",)), low))
    >>> found = compare_recipes(old, Recipe((high, Step("drop_duplicates"))))
    >>> [step.kind for step in found.added], [step.kind for step in found.removed]
    (['drop_duplicates'], ['drop_columns'])
    >>> [(one.options["maximum"], two.options["maximum"]) for one, two in found.changed]
    [(5, 9)]
    """
    matcher = SequenceMatcher(None, old.steps, new.steps, autojunk=False)
    blocks = matcher.get_matching_blocks()
    kept_old = {block.a + i for block in blocks for i in range(block.size)}
    kept_new = {block.b + i for block in blocks for i in range(block.size)}
    gone = [step for i, step in enumerate(old.steps) if i not in kept_old]
    come = [step for i, step in enumerate(new.steps) if i not in kept_new]
    moved = []
    for step in list(come):
        if step in gone:
            moved.append(step)
            gone.remove(step)
            come.remove(step)
    changed = []
    for step in list(come):
        earlier = next((item for item in gone if _akin(item, step)), None)
        if earlier is not None:
            changed.append((earlier, step))
            gone.remove(earlier)
            come.remove(step)
    return RecipeChanges(
        tuple(come), tuple(gone), tuple(changed), tuple(moved), len(kept_new)
    )


def _akin(one: Step, two: Step) -> bool:
    """Say whether one step may be the other one with other options."""
    if one.kind != two.kind:
        return False
    if one.columns or two.columns:
        return bool(set(one.columns) & set(two.columns))
    return one.options.get("to") == two.options.get("to")
