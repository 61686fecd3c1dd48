"""Symmetric trees, as CatBoost writes them, in the form of a booster that adds up.

All nodes of a level ask the same question, so that a tree of depth d has d questions
and 2^d leaves. Written out as ordinary trees, many of these leaves are alike (no row
came there) or cannot be reached; such branches are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.modeling.flat_trees import FlatTree
from core.modeling.lean_boosters import LeanBooster
from core.modeling.metrics import Floats

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SymmetricTree:
    """One tree.

    Attributes
    ----------
    feature : ndarray of shape (depth,)
    border : ndarray of shape (depth,)
        A row's answer is yes when its value is above; float32 numbers all of them.
    values : ndarray of shape (n_leaves, n_outputs)
        Bit i of a leaf's number is the answer to question i.
    count : ndarray of shape (n_leaves,)
        Training rows.
    """

    feature: Ints
    border: Floats
    values: Floats
    count: Ints


@dataclass(frozen=True, eq=False)
class SymmetricTrees:
    """Trees that are added up, and what is added first.

    Attributes
    ----------
    trees : sequence of SymmetricTree
    start : ndarray of shape (n_outputs,)
    loss : str
        "RMSE", "Logloss" and so on.
    """

    trees: Sequence[SymmetricTree]
    start: Floats
    loss: str

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "SymmetricTrees":
        """Read what CatBoost writes with ``save_model(format="json")``.

        Raises
        ------
        ValueError
            They ask for more than whether a number is above another.
        """
        scale, start = told["scale_and_bias"]
        start = np.atleast_1d(np.asarray(start, dtype=np.float64))
        treatments = {
            column["nan_value_treatment"]
            for column in told["features_info"]["float_features"]
        }
        if not treatments <= {"AsIs", "AsFalse"}:
            raise ValueError("Missing values that count as large are not known here.")
        trees = []
        for tree in told["oblivious_trees"]:
            splits = tree.get("splits") or []
            if any(split["split_type"] != "FloatFeature" for split in splits):
                raise ValueError("Splits on categories are not known here.")
            values = np.asarray(tree["leaf_values"], dtype=np.float64) * scale
            trees.append(
                SymmetricTree(
                    np.array([s["float_feature_index"] for s in splits], dtype=int),
                    np.array([s["border"] for s in splits], dtype=np.float64),
                    values.reshape(-1, len(start)),
                    _counts(np.asarray(tree["leaf_weights"], dtype=np.float64)),
                )
            )
        loss = told["model_info"]["params"]["loss_function"]["type"]
        return cls(trees, start, str(loss))

    def as_booster(self, n_features: int) -> LeanBooster:
        """Return a booster of LightGBM that says the same of float32 rows."""
        n_outputs = len(self.start)
        grown: dict[int, tuple[FlatTree, Ints]] = {}
        for depth in {len(tree.feature) for tree in self.trees}:
            places = [i for i, t in enumerate(self.trees) if len(t.feature) == depth]
            starts = [self.start if i == 0 else 0 * self.start for i in places]
            found = _grow([self.trees[i] for i in places], np.array(starts))
            grown.update(zip(places, found, strict=True))
        flat, counts = [], []
        for _, (tree, count) in sorted(grown.items()):
            for output in range(n_outputs):
                value = tree.value[:, output : output + 1]
                flat.append(replace(tree, value=value))
                counts.append(count)
        objective = {"Logloss": "binary sigmoid:1"}.get(self.loss, "regression")
        if n_outputs > 1:
            objective = f"multiclass num_class:{n_outputs}"
        lean = LeanBooster.of(flat, n_features, n_outputs, counts, objective)
        return replace(lean, threshold=lean.threshold.astype(np.float32))


def _counts(weights: Floats) -> Ints:
    """Return weights as numbers of rows, in thousandths where these are not too large.

    None is 0: LightGBM's explanations divide by them.
    """
    total = weights.sum()
    scale = min(1000.0, 1e9 / total) if total > 0 else 1.0
    return np.maximum(1, np.round(weights * scale)).astype(np.int64)


def _grow(
    trees: Sequence[SymmetricTree], starts: Floats
) -> list[tuple[FlatTree, Ints]]:
    """Write trees of one depth as ordinary ones, all at once, needless nodes left out.

    Nodes are numbered level by level; the node of level l and place p has the children
    of level l + 1 at places 2 p (no) and 2 p + 1 (yes).
    """
    feature = np.array([tree.feature for tree in trees])
    border = np.array([tree.border for tree in trees])
    n_trees, depth = feature.shape
    n_leaves = 2**depth
    # Bit i of a leaf's number there is the answer to question i; here the first
    # question is asked at the root, which is the highest bit of a leaf's place.
    bits = np.arange(n_leaves)[:, None] >> np.arange(depth)[::-1] & 1
    places = (bits << np.arange(depth)).sum(axis=1)
    value = np.zeros((n_trees, 2 * n_leaves - 1, starts.shape[1]))
    value[:, n_leaves - 1 :] = np.array([t.values[places] for t in trees])
    value[:, n_leaves - 1 :] += starts[:, None, :]
    count = np.zeros((n_trees, 2 * n_leaves - 1), dtype=np.int64)
    count[:, n_leaves - 1 :] = np.array([t.count[places] for t in trees])
    nodes = _Nodes(value, count, _impossible(feature, border, bits > 0))
    for level in reversed(range(depth)):
        nodes.join(level)
    level_of = np.floor(np.log2(np.arange(2 * n_leaves - 1) + 1)).astype(int)
    asked = np.minimum(level_of, max(depth - 1, 0))
    return [
        nodes.tree(i, feature[i, asked], border[i, asked])
        if depth
        else nodes.tree(i, level_of, level_of * 0.0)
        for i in range(n_trees)
    ]


def _impossible(
    feature: Ints, border: Floats, yes: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which leaves of which trees no row can reach: above 5 and not above 3."""
    n_trees, depth = feature.shape
    found = np.zeros((n_trees, len(yes)), dtype=bool)
    for a in range(depth):
        for b in range(depth):
            against = (feature[:, a] == feature[:, b]) & (border[:, a] >= border[:, b])
            if a != b and against.any():
                found |= against[:, None] & (yes[:, a] & ~yes[:, b])[None, :]
    return found


class _Nodes:
    """The nodes of many full trees of one depth, joined from the leaves upwards."""

    def __init__(self, value: Floats, count: Ints, dead: NDArray[np.bool_]) -> None:
        n_trees, n_nodes = count.shape
        self.value, self.count = value, count
        self.dead = np.zeros((n_trees, n_nodes), dtype=bool)
        self.dead[:, n_nodes // 2 :] = dead
        # The node that stands for another: itself, or its only child that is reached.
        self.stands = np.broadcast_to(np.arange(n_nodes), (n_trees, n_nodes)).copy()
        self.left = np.full((n_trees, n_nodes), -1)  # leaves have no children
        self.right = np.full((n_trees, n_nodes), -1)

    def join(self, level: int) -> None:
        """Decide on the nodes of a level, those below being decided."""
        own = np.arange(2**level - 1, 2 ** (level + 1) - 1)
        no, yes = 2 * own + 1, 2 * own + 2
        rows = np.arange(len(self.left))[:, None]
        left, right = self.stands[:, no], self.stands[:, yes]
        no_dead, yes_dead = self.dead[:, no], self.dead[:, yes]
        same = (self.value[rows, left] == self.value[rows, right]).all(axis=2)
        leaves = (self.left[rows, left] < 0) & (self.left[rows, right] < 0)
        alike = leaves & same
        alike |= no_dead & yes_dead
        inner = ~(alike | no_dead | yes_dead)
        self.dead[:, own] = no_dead & yes_dead
        self.stands[:, own] = np.select(
            [alike, no_dead, yes_dead], [own + 0 * left, right, left], own
        )
        self.value[:, own] = self.value[rows, left]
        self.count[:, own] = self.count[rows, left] + self.count[rows, right]
        self.left[:, own] = np.where(inner, left, -1)
        self.right[:, own] = np.where(inner, right, -1)

    def tree(self, i: int, feature: Ints, border: Floats) -> tuple[FlatTree, Ints]:
        """Return one tree, and how many training rows its nodes had."""
        left, right = self.left[i], self.right[i]
        todo, used = [int(self.stands[i, 0])], []
        while todo:
            node = todo.pop()
            used.append(node)
            if left[node] >= 0:
                todo += [int(left[node]), int(right[node])]
        kept = np.sort(used)
        leaf = left[kept] < 0
        tree = FlatTree(
            np.where(leaf, -1, np.searchsorted(kept, left[kept])),
            np.where(leaf, -1, np.searchsorted(kept, right[kept])),
            np.where(leaf, -1, feature[kept]),
            np.where(leaf, 0.0, border[kept]),
            ~leaf,
            self.value[i, kept],
        )
        return tree, self.count[i, kept]
