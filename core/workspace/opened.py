"""The rows of the last opening: looked at one by one, and answered by other versions.

No sealed row is read here: only those that were kept when an opening was counted.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import EvaluationError, WorkspaceError
from core.evaluation import Comparison
from core.evaluation.comparison import compare_held
from core.evaluation.held_out import HeldOut, look
from core.modeling import Model
from core.registry import Registry, VersionInfo
from core.workspace.data import Data
from core.workspace.evaluation import Evaluations
from core.workspace.explanations import Explanations
from core.workspace.training import Training

FEWEST = 10


@dataclass(frozen=True, eq=False)
class OpenedRows:
    """Test rows with a usable truth, and what the evaluated model says of them.

    Attributes
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        The index is the row's place among the test rows, from 0.
    held : HeldOut
        In the same order.
    """

    frame: pd.DataFrame
    held: HeldOut


@dataclass(frozen=True)
class Against:
    """The evaluated model against another version, on rows neither has learned from.

    Attributes
    ----------
    number : int
        Of the version.
    comparison : Comparison
        Evaluated model minus version.
    n_learned : int
        Test rows left out because the version has learned from equal ones.
    is_known : bool
        Whether it could be seen what the version has learned from.
    absent : tuple of str
        Columns of the version that the test rows lack; they count as missing.
    """

    number: int
    comparison: Comparison
    n_learned: int
    is_known: bool
    absent: tuple[str, ...]


class Opened:
    """Look at opened rows, and compare versions on them."""

    def __init__(
        self,
        data: Data,
        training: Training,
        evaluation: Evaluations,
        explanations: Explanations,
        registry: Registry,
    ) -> None:
        self._data = data
        self._training = training
        self._evaluation = evaluation
        self._explanations = explanations
        self._registry = registry

    def rows(self, cycle_id: str) -> OpenedRows:
        """Return the rows of the last evaluation with the model's answers.

        Raises
        ------
        WorkspaceError
            Nothing was evaluated, or the rows were not kept.
        """
        frame = self._explanations.rows(cycle_id).reset_index(drop=True)
        model = self._model(cycle_id)
        glance = look(model, frame, model.target)
        return OpenedRows(frame.iloc[glance.rows.positions], glance.held)

    def others(self, cycle_id: str) -> list[VersionInfo]:
        """Return the project's versions, newest first."""
        found = self._evaluation.latest(cycle_id)
        return [] if found is None else self._registry.versions(found.project_id)

    def against(self, cycle_id: str, number: int) -> Against:
        """Compare the evaluated model with a version on the same rows.

        Raises
        ------
        EvaluationError
            They predict something else, or too few rows are left that the version has
            not learned from.
        RegistryError
            The version cannot be trusted.
        """
        found = self._evaluation.latest(cycle_id)
        frame = self._explanations.rows(cycle_id)
        if found is None:  # said by the line above already
            raise WorkspaceError("Nothing is evaluated.", hint="Open the test set.")
        version = self._registry.load(found.project_id, number)
        ours, theirs = self._model(cycle_id), version.model
        if theirs.target != ours.target:
            raise EvaluationError(
                f"Version {number} predicts {theirs.target!r}, this model "
                f"{ours.target!r}; they cannot be compared.",
                hint="Choose a version with the same target.",
            )
        split_id = version.lineage.get("split", {}).get("id")
        learned = self._learned(frame, split_id, found.run_id)
        kept = frame if learned is None else frame[~learned]
        n_learned = len(frame) - len(kept)
        if len(kept) < FEWEST:
            raise EvaluationError(
                f"Version {number} has learned from {n_learned:,} of the "
                f"{len(frame):,} test rows; too few are left to compare on.",
                hint="Compare with a version from the same split.",
            )
        first, second = (look(model, kept, ours.target) for model in (ours, theirs))
        comparison = compare_held(first, second, ours.target)
        absent = second.rows.absent
        return Against(number, comparison, n_learned, learned is not None, absent)

    def _model(self, cycle_id: str) -> Model:
        found = self._evaluation.latest(cycle_id)
        if found is None:
            raise WorkspaceError("Nothing is evaluated.", hint="Open the test set.")
        return self._training.model(found.run_id, found.candidate)

    def _learned(
        self, frame: pd.DataFrame, split_id: str | None, run_id: str
    ) -> NDArray[np.bool_] | None:
        """Say which rows a version has learned from; None when that is not known."""
        if split_id == self._training.get(run_id).split_id:
            return np.zeros(len(frame), dtype=bool)
        if split_id is None:
            return None
        try:
            parts = [self._data.part(split_id, p) for p in ("train", "validation")]
        except WorkspaceError:
            return None
        names = [name for name in frame.columns if name in parts[0].columns]
        seen = np.concatenate([_row_hashes(part[names]) for part in parts])
        return np.isin(_row_hashes(frame[names]), seen)


def _row_hashes(frame: pd.DataFrame) -> NDArray[np.uint64]:
    """Return a number for each row, equal where all values are equal."""
    number = pd.api.types.is_numeric_dtype
    plain = {
        name: frame[name].astype("float64" if number(frame[name].dtype) else "str")
        for name in frame.columns
    }
    hashed = pd.util.hash_pandas_object(pd.DataFrame(plain), index=False)
    return np.asarray(hashed.to_numpy())
