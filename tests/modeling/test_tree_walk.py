"""All trees are walked through at once, and each says what it says alone."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.modeling import compiled_walk, tree_nodes
from core.modeling.flat_trees import FlatTree
from core.modeling.tree_nodes import TreeNodes
from core.modeling.tree_walk import AddedTrees, TreeWalk

ROOT = Path(__file__).parents[2]
EDGES = (-np.inf, -1.0, -0.0, 0.5, 0.1, 3.0, np.inf)
NUMBERS = (np.nan, -np.inf, np.inf, -1.0, 0.0, -0.0, 0.5, 0.1, 2.0, 1e30)


def _tree(rng: np.random.Generator, n_features: int, n_values: int = 1) -> FlatTree:
    """Grow a tree by splitting a leaf drawn at random, up to 40 times."""
    left, right, feature = [-1], [-1], [-2]
    for _ in range(rng.integers(0, 40)):
        leaf = rng.choice([node for node, child in enumerate(left) if child < 0])
        left[leaf], right[leaf] = len(left), len(left) + 1
        feature[leaf] = int(rng.integers(n_features))
        left += [-1, -1]
        right += [-1, -1]
        feature += [-2, -2]
    n = len(left)
    threshold, missing_left = rng.choice(EDGES, n), rng.random(n) < 0.5
    value = rng.normal(size=(n, n_values))
    numbers = (np.array(each) for each in (left, right, feature))
    return FlatTree(*numbers, threshold, missing_left, value)


def _says(tree: FlatTree, row: np.ndarray) -> np.ndarray:
    node = 0
    while tree.left[node] >= 0:
        number = float(row[tree.feature[node]])
        missing = tree.missing_left[node] if np.isnan(number) else False
        goes_left = missing or number <= tree.threshold[node]
        node = (tree.left if goes_left else tree.right)[node]
    return tree.value[node]


def _added(trees: list[FlatTree], start: list[float]) -> AddedTrees:
    return AddedTrees(trees, np.array(start), lambda sums: sums)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 150),
    st.lists(st.sampled_from(NUMBERS), min_size=3, max_size=3),
)
def test_each_sum_is_that_of_its_own_trees_in_their_order(seed, n_trees, numbers):
    rng = np.random.default_rng(seed)
    boosted = [_tree(rng, 3) for _ in range(n_trees)]
    forest = [_tree(rng, 2, n_values=3) for _ in range(n_trees // 2 + 1)]
    models = [_added(boosted, [0.5, -1.5]), _added(forest, [0.0, 0.0, 0.0])]
    row = np.array(numbers, dtype=np.float32)
    found = TreeWalk(models, [0, 1], 3).of(row)
    sums = [np.array([0.5]), np.array([-1.5])]
    for place, tree in enumerate(boosted):
        sums[place % 2] = sums[place % 2] + _says(tree, row)
    shares = np.zeros(3)
    for tree in forest:
        shares = shares + _says(tree, row[1:])
    assert found == [np.concatenate(sums).tolist(), shares.tolist()]


def test_a_number_that_libraries_read_otherwise_is_not_answered() -> None:
    rng = np.random.default_rng(0)
    walk = TreeWalk([_added([_tree(rng, 2)], [0.0])], [0], 2)
    assert walk.of(np.array([0.0, 1e-36], dtype=np.float32)) is None
    assert walk.of(np.array([0.0, -1e-40], dtype=np.float32)) is None
    assert walk.of(np.array([0.0, 1e-34], dtype=np.float32)) is not None


def test_a_row_of_another_length_is_refused() -> None:
    walk = TreeWalk([_added([_tree(np.random.default_rng(0), 2)], [0.0])], [0], 2)
    for length in (0, 1, 3):
        with pytest.raises(ValueError, match="not 2"):
            walk.of(np.zeros(length, dtype=np.float32))


def test_trees_that_are_too_many_are_refused(monkeypatch) -> None:
    rng = np.random.default_rng(0)
    trees = [_tree(rng, 2) for _ in range(20)]
    monkeypatch.setattr(tree_nodes, "MOST_BYTES", 160)
    with pytest.raises(NotImplementedError):
        TreeNodes.of(trees, [0] * 20, 2)


def test_features_that_do_not_fit_into_a_node_are_refused() -> None:
    tree = _tree(np.random.default_rng(0), 2)
    with pytest.raises(NotImplementedError):
        TreeNodes.of([tree], [0], 40_000)


def test_the_nodes_of_a_level_stand_together_and_children_side_by_side() -> None:
    stump = FlatTree(
        np.array([1, -1, -1]), np.array([2, -1, -1]), np.array([0, -2, -2]),
        np.array([0.5, 0.0, 0.0]), np.zeros(3, bool), np.array([[0.0], [1.0], [2.0]]),
    )  # fmt: skip
    lined = TreeNodes.of([stump, stump], [0, 1], 2)
    assert lined.values[:, 0].tolist() == [0, 0, 1, 2, 1, 2]
    lefts = lined.nodes & np.uint64((1 << tree_nodes.NODE_BITS) - 1)
    assert lefts.tolist() == [2, 4, 2, 3, 4, 5]


def test_the_compiled_loop_reads_nodes_as_they_are_written() -> None:
    read = (compiled_walk._NODE_BITS, compiled_walk._EDGE_BITS, compiled_walk._SPECK)
    assert read == (tree_nodes.NODE_BITS, tree_nodes.EDGE_BITS, tree_nodes.SPECK)


ASK = """
import numpy as np
from core.modeling.compiled_walk import _tried, compiled_walk
_tried(compiled_walk())
"""


@pytest.mark.parametrize("harm", ["none", "cut", "emptied", "no folder"])
def test_trees_are_walked_through_whatever_became_of_kept_machine_code(
    tmp_path, harm
) -> None:
    kept = tmp_path / "kept"
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(kept)}

    def ask() -> None:
        run = [sys.executable, "-c", ASK]
        subprocess.run(run, check=True, cwd=ROOT, env=environment)

    if harm == "no folder":
        kept.write_text("a file stands where the folder should")
    else:
        ask()
        files = [file for file in kept.rglob("*.nb?") if file.is_file()]
        assert len(files) >= 2
        for file in files:
            content = file.read_bytes()
            file.write_bytes({"none": content, "cut": content[:200]}.get(harm, b""))
    ask()
