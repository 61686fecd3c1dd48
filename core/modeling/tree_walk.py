"""What all models made of trees say of one row, by one compiled walk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.modeling.flat_trees import FlatTree
from core.modeling.metrics import Floats
from core.modeling.numbers import Matrix
from core.modeling.tree_nodes import TreeNodes

Finish = Callable[[list[float]], list[float]]
"""What becomes of a model's sums: shares, or numbers of the target."""


@dataclass(frozen=True, eq=False)
class AddedTrees:
    """One model as trees that are added up.

    Attributes
    ----------
    trees : sequence of FlatTree
        Each adds to all sums where it has a value for each; else turn by turn, one for
        each sum.
    start : ndarray of shape (n_sums,)
        What is added first.
    finish : callable
        Turns the sums into what the model says.
    """

    trees: Sequence[FlatTree]
    start: Floats
    finish: Finish

    @property
    def n_values(self) -> int:
        """Number of values of each leaf."""
        return int(self.trees[0].value.shape[1])

    @property
    def n_nodes(self) -> int:
        """Number of nodes of all trees."""
        return sum(len(tree.left) for tree in self.trees)


class TreeWalk:
    """Several models made of trees, asked together for one row; safe from threads.

    The trees of each are added up in their order, as libraries do, so that sums are
    theirs to the last bit.

    Parameters
    ----------
    models : sequence of AddedTrees
    offsets : sequence of int
        Where each model's features begin in a row.
    n_features : int
        Of a row.

    Raises
    ------
    NotImplementedError
        They are too large together, or know too many features.
    ImportError
        Numba is not there.
    """

    def __init__(
        self, models: Sequence[AddedTrees], offsets: Sequence[int], n_features: int
    ) -> None:
        from core.modeling.compiled_walk import compiled_walk  # numba is heavy

        self._walk = compiled_walk()
        self._n_features = n_features
        ends = np.cumsum([len(model.start) for model in models]).tolist()
        self._start = np.concatenate([model.start for model in models])
        self._parts = [
            (model.finish, slice(end - len(model.start), end))
            for model, end in zip(models, ends, strict=True)
        ]
        self._groups: list[tuple[Any, ...]] = []
        for n_values in {model.n_values for model in models}:
            trees: list[FlatTree] = []
            begins: list[int] = []
            targets: list[int] = []
            for model, offset, (_, sums) in zip(
                models, offsets, self._parts, strict=True
            ):
                if model.n_values == n_values:
                    n_turns = len(model.start) // n_values
                    turns = np.arange(len(model.trees)) % n_turns
                    targets += (sums.start + turns).tolist()
                    trees += model.trees
                    begins += [offset] * len(model.trees)
            lined = TreeNodes.of(trees, begins, n_features)
            arrays = (lined.edges, lined.firsts, lined.nodes, lined.values)
            self._groups.append((*arrays, np.array(targets)))

    @property
    def edges(self) -> list[Floats]:
        """The thresholds that each feature is asked for, one array for each."""
        return [
            np.concatenate(
                [
                    edges[firsts[feature] : firsts[feature + 1]]
                    for edges, firsts, *_ in self._groups
                ]
            )
            for feature in range(self._n_features)
        ]

    def of(self, row: Matrix) -> list[list[float]] | None:
        """Return what each model says of a row; None where a number is tiny.

        Parameters
        ----------
        row : ndarray of shape (n_features,), float32
            LightGBM takes what is below 1e-35 for 0, and others do not.

        Raises
        ------
        ValueError
            The row has another length: compiled code would read beyond it.
        """
        if len(row) != self._n_features:
            message = f"A row of {len(row)} numbers, not {self._n_features}."
            raise ValueError(message)
        sums = self._start.copy()
        for group in self._groups:
            if not self._walk(row, *group, sums):
                return None
        found = sums.tolist()
        return [finish(found[part]) for finish, part in self._parts]
