"""How strongly columns go together: one matrix for numbers and words alike."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.data.frames import ColumnKind
from core.data.profiled import Associations
from core.data.tallies import code_words
from core.data.values import as_numbers

MOST_COLUMNS: Final = 60
MOST_ROWS: Final = 20_000
_N_LEVELS: Final = 20

Matrix = NDArray[np.float64]


def sample_rows(n_rows: int, limit: int, random_state: int = 0) -> NDArray[np.int64]:
    """Return at most `limit` row positions, ascending, the same every time."""
    if n_rows <= limit:
        return np.arange(n_rows)
    rng = np.random.default_rng(random_state)
    return np.sort(rng.choice(n_rows, size=limit, replace=False))


def associate(
    frame: pd.DataFrame, kinds: dict[str, ColumnKind], names: Sequence[str]
) -> Associations:
    """Measure the association of every pair of columns.

    Missing numbers count as the mean rank, missing words as a level of their own.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_columns), canonical
    kinds : mapping of column to kind
        Texts and ids are left out.
    names : sequence of str
        Columns wanted, at most 60 of which are taken.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1, 2, 3, 4], "b": [2, 4, 6, 9]})
    >>> associate(table, {"a": "integer", "b": "integer"}, ["a", "b"]).values[0][1]
    1.0
    """
    wanted = [n for n in names if kinds[n] not in ("text", "id")][-MOST_COLUMNS:]
    rows = sample_rows(len(frame), MOST_ROWS)
    if len(rows) < 3 or not wanted:
        return Associations((), (), len(rows))
    sample = frame[wanted].iloc[rows]
    words = [name for name in wanted if kinds[name] in ("category", "boolean")]
    numbers = [name for name in wanted if name not in words]
    ranks = _ranks(sample, numbers)
    flags, owner = _flags(sample, words)
    n = len(rows)
    blocks = {
        (0, 0): ranks.T @ ranks / n,
        (1, 0): _ratios(flags, owner, ranks, len(words)),
        (1, 1): _cramers(flags, owner, len(words)),
    }
    matrix = np.block(
        [[blocks[0, 0], blocks[1, 0].T], [blocks[1, 0], blocks[1, 1]]]
    ).clip(-1, 1)
    position = {name: i for i, name in enumerate([*numbers, *words])}
    order = [position[name] for name in wanted]
    rounded = np.round(matrix[np.ix_(order, order)], 4)
    np.fill_diagonal(rounded, 1.0)
    return Associations(tuple(wanted), tuple(map(tuple, rounded.tolist())), n)


def _ranks(sample: pd.DataFrame, names: list[str]) -> Matrix:
    """Return standardised ranks, one column each; a constant is all zero."""
    columns = np.zeros((len(sample), len(names)))
    for i, name in enumerate(names):
        ranked = pd.Series(as_numbers(sample[name])).rank().to_numpy(copy=True)
        ranked -= np.nanmean(ranked) if not np.isnan(ranked).all() else 0.0
        ranked[np.isnan(ranked)] = 0.0
        spread = ranked.std()
        columns[:, i] = ranked / spread if spread > 0 else 0.0
    return columns


def _flags(sample: pd.DataFrame, names: list[str]) -> tuple[Matrix, NDArray[np.int64]]:
    """Return one indicator column per level, and the column each belongs to."""
    blocks: list[Matrix] = [np.zeros((len(sample), 0))]
    owner: list[int] = []
    for i, name in enumerate(names):
        codes, levels = code_words(sample[name], _N_LEVELS)
        n_levels = len(levels) + int((codes < 0).any())
        codes[codes < 0] = len(levels)
        block = np.zeros((len(sample), n_levels))
        block[np.arange(len(sample)), codes] = 1.0
        blocks.append(block)
        owner.extend([i] * n_levels)
    return np.hstack(blocks), np.array(owner, dtype=np.int64)


def _ratios(
    flags: Matrix, owner: NDArray[np.int64], ranks: Matrix, n_words: int
) -> Matrix:
    """Return correlation ratios of ranks, words down and numbers across.

    The share of variance that a level's mean explains is corrected for the number
    of levels, so that independent columns give about 0.
    """
    n = len(ranks)
    counts = flags.sum(axis=0)[:, None]
    between = (flags.T @ ranks) ** 2 / np.maximum(counts, 1) / n
    explained = np.zeros((n_words, ranks.shape[1]))
    np.add.at(explained, owner, between)
    free = np.maximum(np.bincount(owner, minlength=n_words) - 1, 0)[:, None]
    corrected = explained - free / max(n - 1, 1) * (1 - explained)
    return np.sqrt(np.clip(corrected, 0, 1))


def _cramers(flags: Matrix, owner: NDArray[np.int64], n_words: int) -> Matrix:
    """Return Cramér's V with bias correction (Bergsma 2013) of every pair of words."""
    n = len(flags)
    observed = flags.T @ flags
    counts = np.diag(observed)
    expected = np.outer(counts, counts) / n
    with np.errstate(divide="ignore", invalid="ignore"):
        cells = np.where(expected > 0, (observed - expected) ** 2 / expected, 0.0)
    member = np.zeros((owner.size, n_words))
    member[np.arange(owner.size), owner] = 1.0
    phi2 = member.T @ cells @ member / n
    levels = member.sum(axis=0)
    free = np.outer(levels - 1, levels - 1)
    corrected = np.maximum(phi2 - free / max(n - 1, 1), 0)
    shrunk = levels - (levels - 1) ** 2 / max(n - 1, 1)
    room = np.minimum.outer(shrunk, shrunk) - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        squared = np.where(room > 0, corrected / room, 0.0)
    return np.asarray(np.sqrt(np.clip(squared, 0, 1)))
