"""Drawing the next cycle's table: where its rows come from, and how they count."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data import Recipe, Schema
from core.data.frames import canonical
from core.modeling import Model, TrainingPlan
from core.retraining import Mix, NextTable, Weighing, weigh_old_rows
from core.retraining.mix import WEIGHT

Origins = tuple[tuple[int, int], ...]
"""Cycle and number of rows that it brought, in the order of the rows."""


@dataclass(frozen=True, eq=False)
class Base:
    """The table of the champion's cycle.

    Attributes
    ----------
    frame : DataFrame
        Its rows with a target: before the recipe where `raw`, else cleaned.
    schema : Schema or None
        Of these rows, as captured ones are read.
    origins : int ndarray of shape (n_rows,)
        The cycle that brought each row.
    raw : bool
    recipe : Recipe
        Still to be done to the rows.
    recipe_id : str or None
    plan : TrainingPlan
        Of the champion's run.
    """

    frame: pd.DataFrame
    schema: Schema | None
    origins: NDArray[np.int64]
    raw: bool
    recipe: Recipe
    recipe_id: str | None
    plan: TrainingPlan

    @property
    def weight(self) -> str | None:
        """The person's own column of weights."""
        own = self.plan.weight
        return own if own != WEIGHT and own in self.frame.columns else None


@dataclass(frozen=True, eq=False)
class Drawn:
    """The next cycle's table as it is kept, and what it was drawn from.

    Attributes
    ----------
    table : NextTable
        The rows before old ones were left out.
    frame : DataFrame
        The rows that are kept, with weights where old rows count less.
    origins : tuple of (cycle number, n_rows)
        Which cycle brought the rows, in their order.
    cut : str
        Captured rows from here on were not learned from (`core.retraining.mix`).
    n_aside : int
    weighing : str
        Why old rows count as they do; empty when nothing was tried.
    weight : str or None
        The column of weights, if there is one.
    recipe_id : str or None
        The recipe that the table is still to be cleaned by.
    """

    table: NextTable
    frame: pd.DataFrame
    origins: Origins
    cut: str
    n_aside: int
    weighing: str
    weight: str | None
    recipe_id: str | None

    @property
    def sentence(self) -> str:
        """Say what the table holds, and what was left out."""
        said = [self.table.sentence]
        left = len(self.table.frame) - len(self.frame)
        if left:
            said.append(f"{left:,} old rows are left out.")
        if self.n_aside:
            said.append(f"The newest {self.n_aside:,} are kept aside for the verdict.")
        return " ".join([*said, self.weighing]).strip()

    def to_dict(self) -> dict[str, Any]:
        """Return what is kept of it beside the table."""
        return {
            "origins": [list(each) for each in self.origins],
            "cut": self.cut,
            "n_aside": self.n_aside,
            "sentence": self.sentence,
            "weight": self.weight,
        }


@dataclass(frozen=True, eq=False)
class Drawing:
    """Old and new rows joined, before the mix is applied.

    Attributes
    ----------
    table : NextTable
    base : Base
    is_old : bool ndarray of shape (n_rows,)
    number : int
        Of the cycle that is to begin.
    mix : Mix
    """

    table: NextTable
    base: Base
    is_old: NDArray[np.bool_]
    number: int
    mix: Mix

    def draw(self, model: Model, cut: str, n_aside: int) -> Drawn:
        """Leave old rows out, or let them count less, as the mix says.

        Parameters
        ----------
        model : Model
            The champion; rows are weighed with its family.
        cut : str
        n_aside : int
        """
        origins = np.append(
            self.base.origins, np.full(self.table.n_added, self.number, np.int64)
        )
        keep, weight, why = self._of_last_cycles(origins), self.mix.old_weight, ""
        if weight is None:
            weighing = self._try_weights(keep, model)
            weight, why = weighing.weight, weighing.sentence
        if weight == 0:
            keep &= ~self.is_old
        counts = np.where(self.is_old[keep], weight, 1.0)
        frame, column = self._weighted(keep, counts)
        return Drawn(
            table=self.table,
            frame=frame,
            origins=run_lengths(origins[keep]),
            cut=cut,
            n_aside=n_aside,
            weighing=why,
            weight=column,
            recipe_id=self.base.recipe_id,
        )

    def _of_last_cycles(self, origins: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say which rows stay: new ones, and those of the last cycles asked for."""
        keep = np.ones(len(origins), dtype=bool)
        if self.mix.old_cycles is None:
            return keep
        known = sorted(set(self.base.origins.tolist()))
        first = len(known) - self.mix.old_cycles
        wanted = known[max(0, first) :] if self.mix.old_cycles else []
        is_new: NDArray[np.bool_] = np.arange(len(origins)) >= self.table.n_training
        return is_new | np.isin(origins, wanted)

    def _weighted(
        self, keep: NDArray[np.bool_], counts: NDArray[np.float64]
    ) -> tuple[pd.DataFrame, str | None]:
        frame, own = self.table.frame[keep].reset_index(drop=True), self.base.weight
        if own is not None:  # captured rows have none: they count as one
            frame = frame.assign(**{own: frame[own].astype("float64").fillna(1.0)})
        if (counts == 1.0).all():
            return canonical(frame), own
        if own is not None:
            counts = counts * frame[own].to_numpy(dtype=np.float64)
        return canonical(frame.assign(**{WEIGHT: counts})), WEIGHT

    def _try_weights(self, keep: NDArray[np.bool_], model: Model) -> Weighing:
        """Try how much old rows should count, on the cleaned rows."""
        marked = self.table.frame[keep].assign(**{WEIGHT: self.is_old[keep]})
        cleaned = self.base.recipe.apply(canonical(marked.reset_index(drop=True)))
        cleaned = cleaned[cleaned[model.target].notna()].reset_index(drop=True)
        is_old = cleaned.pop(WEIGHT).to_numpy(dtype=bool)
        families = self.base.plan.families or ("linear",)
        family = model.family if model.family in families else families[0]
        return weigh_old_rows(
            cleaned, is_old, model.target, model.task,
            family=family, metric=self.base.plan.metric,
        )  # fmt: skip


def run_lengths(origins: NDArray[np.int64]) -> Origins:
    """Return each stretch of equal numbers with its length.

    Examples
    --------
    >>> run_lengths(np.array([1, 1, 2]))
    ((1, 2), (2, 1))
    """
    starts = np.flatnonzero(np.append(True, origins[1:] != origins[:-1]))
    ends = np.append(starts[1:], len(origins))
    pairs = zip(starts, ends, strict=True)
    return tuple((int(origins[a]), int(b - a)) for a, b in pairs if b > a)
