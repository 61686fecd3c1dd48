"""LightGBM's trees as the few numbers that answers and explanations need.

Its own text of a tree takes a hundred bytes a leaf, most of it notes on the fitting.
Kept here are features, thresholds, children, the leaves' values and how many rows they
had (which explanations ask for): about eight bytes a leaf in a compressed file.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from core.modeling.booster_text import read_column, settings_of, write_column
from core.modeling.flat_trees import FlatTree, float32_below
from core.modeling.metrics import Floats

_INNER: Final = (
    "split_feature", "threshold", "decision_type", "left_child", "right_child",
    "internal_count",
)  # fmt: skip
_END: Final = "\nend of trees\n"
_NAN_LEFT: Final = 10
_NAN_RIGHT: Final = 8
"""LightGBM's decision types: NaN is missing (8), and goes left by default (2)."""
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class LeanBooster:
    """The trees of a booster, one behind the other in each array.

    Attributes
    ----------
    head, tail : str
        What its text says before and behind the trees.
    n_leaves : ndarray of shape (n_trees,)
    shrinkage : ndarray of shape (n_trees,)
    feature, threshold, decision, left, right : ndarray of shape (n_inner,)
        A row goes left when its value is not above the threshold.
    value, count : ndarray of shape (n_leaves_in_all,)
        What leaves say, and how many training rows they had.
    """

    head: str
    tail: str
    n_leaves: Ints
    shrinkage: Floats
    feature: NDArray[np.integer[Any]]
    threshold: NDArray[np.floating[Any]]
    decision: NDArray[np.int8]
    left: NDArray[np.integer[Any]]
    right: NDArray[np.integer[Any]]
    value: NDArray[np.floating[Any]]
    count: NDArray[np.int32]

    @classmethod
    def read(cls, text: str) -> "LeanBooster | None":
        """Read a booster's own text; None when it has what is not known here.

        Thresholds are rounded down to float32, which decides every float32 alike;
        leaves keep their value.
        """
        body, end, tail = text.partition(_END)
        head, *trees = body.split("\nTree=")
        if not end or not trees:
            return None
        told = [settings_of(tree) for tree in trees]
        if any(t["num_cat"] != "0" or t.get("is_linear", "0") != "0" for t in told):
            return None
        for tree in told:  # one that was read again no longer says of how many rows
            tree["leaf_count"] = tree["leaf_count"] or "0"
        n_leaves = np.array([int(tree["num_leaves"]) for tree in told])
        inner = {name: read_column(told, name) for name in _INNER}
        value, count = (
            read_column(told, name) for name in ("leaf_value", "leaf_count")
        )
        with np.errstate(over="ignore"):  # "above all" is larger than any float32
            threshold = float32_below(inner["threshold"])
        lean = cls(
            "\n".join(x for x in head.split("\n") if not x.startswith("tree_sizes=")),
            tail,
            n_leaves,
            np.array([float(tree.get("shrinkage", "1")) for tree in told]),
            _narrow(inner["split_feature"]),
            threshold,
            inner["decision_type"].astype(np.int8),
            _narrow(inner["left_child"]),
            _narrow(inner["right_child"]),
            value,
            count.astype(np.int32),
        )
        known = np.array_equal(lean._inner_counts(), inner["internal_count"])
        return lean if known else None

    @classmethod
    def of(
        cls,
        trees: Sequence[FlatTree],
        n_features: int,
        n_classes: int = 1,
        counts: Sequence[Ints] | None = None,
        objective: str = "regression",
    ) -> "LeanBooster":
        """Write trees of any library as a booster that adds their leaves up.

        Parameters
        ----------
        trees : sequence of FlatTree
            Turn by turn, one for each class.
        n_features : int
        n_classes : int, default=1
        counts : sequence of ndarray of shape (n_nodes,), default=None
            Rows that reached each node in training; None: not known.
        objective : str, default="regression"
            In LightGBM's words; it says what becomes of the sums.
        """
        sizes = [len(tree.left) for tree in trees]
        roots = np.repeat(np.cumsum([0, *sizes[:-1]]), sizes)
        left, right, feature, threshold, missing_left = (
            np.concatenate([getattr(tree, name) for tree in trees])
            for name in ("left", "right", "feature", "threshold", "missing_left")
        )
        leaf = left < 0
        n_leaves = np.add.reduceat(leaf, np.unique(roots), dtype=np.int64)
        number = np.where(leaf, -_within(leaf, roots) - 1, _within(~leaf, roots))
        count = np.zeros(len(leaf)) if counts is None else np.concatenate(counts)
        names = " ".join(f"f{i}" for i in range(n_features))
        head = (
            f"tree\nversion=v4\nnum_class={n_classes}\n"
            f"num_tree_per_iteration={n_classes}\nlabel_index=0\n"
            f"max_feature_idx={n_features - 1}\nobjective={objective}\n"
            f"feature_names={names}\nfeature_infos={'none ' * n_features}\n"
        )
        inner = ~leaf
        return cls(
            head,
            "",
            n_leaves,
            np.ones(len(trees)),
            _narrow(feature[inner]),
            threshold[inner],
            np.where(missing_left[inner], _NAN_LEFT, _NAN_RIGHT).astype(np.int8),
            _narrow(number[(roots + left)[inner]]),
            _narrow(number[(roots + right)[inner]]),
            np.concatenate([tree.value[:, 0] for tree in trees])[leaf],
            count[leaf].astype(np.int32),
        )

    def trees(self) -> list[FlatTree]:
        """Return the trees, inner nodes before leaves.

        Raises
        ------
        ValueError
            They take zeros for missing values.
        """
        # Bits 2 and 3 say which values count as missing; if none do, NaN is read as 0.
        kind = (self.decision >> 2) & 3
        if (kind == 1).any():
            raise ValueError("Zeros as missing values are not known here.")
        by_default = (self.decision & 2) > 0
        missing_left = np.where(kind == 2, by_default, self.threshold >= 0)
        inner_ends, leaf_ends = np.cumsum(self.n_leaves - 1), np.cumsum(self.n_leaves)
        n_inner = np.repeat(self.n_leaves - 1, self.n_leaves - 1)
        # A child below 0 is leaf number -child - 1; leaves stand behind inner nodes.
        left, right = (
            np.where(side < 0, n_inner - side - 1, side)
            for side in (self.left.astype(np.int64), self.right.astype(np.int64))
        )
        feature = self.feature.astype(np.int64)
        threshold = self.threshold.astype(np.float64)
        value = self.value.astype(np.float64)
        found = []
        for n, a, b in zip(
            self.n_leaves.tolist(), inner_ends.tolist(), leaf_ends.tolist(), strict=True
        ):
            inner, leaves = slice(a - n + 1, a), slice(b - n, b)
            none = np.full(n, -1)
            found.append(
                FlatTree(
                    np.append(left[inner], none),
                    np.append(right[inner], none),
                    np.append(feature[inner], none),
                    np.append(threshold[inner], np.zeros(n)),
                    np.append(missing_left[inner], none > 0),
                    np.append(np.zeros(n - 1), value[leaves])[:, None],
                )
            )
        return found

    def text(self) -> str:
        """Return a text that LightGBM reads as the same trees."""
        told: dict[str, NDArray[Any]] = {
            "split_feature": self.feature,
            "threshold": self.threshold.astype(np.float64),
            "decision_type": self.decision,
            "left_child": self.left,
            "right_child": self.right,
        }
        at_leaves: dict[str, NDArray[Any]] = {"leaf_value": self.value}
        if self.count.any():  # otherwise they are not known
            told["internal_count"] = self._inner_counts()
            at_leaves["leaf_count"] = self.count
        n_leaves = self.n_leaves
        columns = {name: write_column(v, n_leaves - 1) for name, v in told.items()}
        columns |= {name: write_column(v, n_leaves) for name, v in at_leaves.items()}
        lines = [self.head]
        for place, n in enumerate(n_leaves.tolist()):
            lines += [f"Tree={place}", f"num_leaves={n}", "num_cat=0"]
            lines += [f"{name}={words[place]}" for name, words in columns.items()]
            shrinkage = float(self.shrinkage[place])
            lines += ["is_linear=0", f"shrinkage={shrinkage!r}", "", ""]
        return "\n".join(lines) + _END + self.tail

    def with_settled_leaves(self) -> "LeanBooster":
        """Return it with the leaves' values rounded to float32."""
        return replace(self, value=self.value.astype(np.float32))

    def _inner_counts(self) -> Ints:
        """Add up the rows of leaves, from the children to the roots."""
        of_tree = self.n_leaves - 1
        first_inner = np.repeat(np.cumsum(of_tree) - of_tree, of_tree)
        first_leaf = np.repeat(np.cumsum(self.n_leaves) - self.n_leaves, of_tree)
        n_inner = len(first_inner)
        sides = [
            np.where(side < 0, n_inner + first_leaf - side - 1, first_inner + side)
            for side in (self.left.astype(np.int64), self.right.astype(np.int64))
        ]
        counts = np.concatenate([np.full(n_inner, -1), self.count.astype(np.int64)])
        todo = np.arange(n_inner)
        while len(todo):
            left, right = (counts[side[todo]] for side in sides)
            known = (left >= 0) & (right >= 0)
            counts[todo[known]] = (left + right)[known]
            if not known.any():
                break
            todo = todo[~known]
        return counts[:n_inner]


_KNOWN: "WeakKeyDictionary[Any, LeanBooster]" = WeakKeyDictionary()
"""What was read or written of boosters in this process: their text takes long."""


def lean_of(booster: Any) -> LeanBooster | None:
    """Return a booster of LightGBM as it is kept; None when it has what is not known.

    Parameters
    ----------
    booster : lightgbm.Booster
        Not changed afterwards.
    """
    known = _KNOWN.get(booster)
    if known is None:
        known = LeanBooster.read(booster.model_to_string(num_iteration=-1))
        if known is not None:
            _KNOWN[booster] = known
    return known


def remember(booster: Any, lean: LeanBooster) -> None:
    """Note that a booster was made of these trees."""
    _KNOWN[booster] = lean


def booster_trees(booster: Any) -> list[FlatTree]:
    """Return the trees of LightGBM.

    Raises
    ------
    ValueError
        They split on categories, or take zeros for missing values.
    """
    lean = lean_of(booster)
    if lean is None:
        raise ValueError("Categories in trees are not known here.")
    return lean.trees()


def _within(chosen: NDArray[np.bool_], roots: Ints) -> Ints:
    """Return the number of each node among the chosen ones of its tree, from 0."""
    before: Ints = np.cumsum(chosen) - chosen
    return before - before[roots]


def _narrow(values: Floats) -> NDArray[np.integer[Any]]:
    """Return whole numbers in the smallest type that holds them."""
    if not len(values):
        return values.astype(np.int8)
    low, high = int(values.min()), int(values.max())
    kinds = (np.int8, np.int16, np.int32, np.int64)
    kind = next(k for k in kinds if np.iinfo(k).min <= low <= high <= np.iinfo(k).max)
    return values.astype(kind)
