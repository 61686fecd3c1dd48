"""What many boosted models say of one row, by one compiled call.

Walked through one after the other, a thousand trees wait for memory at every step. Here
the trees of all models lie behind each other as one booster of LightGBM, each sum as a
class of its own, and LightGBM's call for single rows (C API,
``LGBM_BoosterPredictForMatSingleRowFast``) adds them up in the order of each model.
"""

import ctypes
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from core.modeling.flat_trees import FlatTree
from core.modeling.lean_boosters import LeanBooster
from core.modeling.metrics import Floats
from core.modeling.numbers import Matrix

_RAW: Final = 1  # C_API_PREDICT_RAW_SCORE
_FLOAT32: Final = 0  # C_API_DTYPE_FLOAT32


SPECK: Final = np.float32(1e-35)
"""LightGBM reads smaller numbers as 0."""
Finish = Callable[[list[float]], list[float]]
"""What becomes of a model's sums: shares, or numbers of the target."""


@dataclass(frozen=True, eq=False)
class Boosted:
    """One model as trees that are added up.

    Attributes
    ----------
    trees : sequence of FlatTree
        Turn by turn, one for each sum.
    start : ndarray of shape (n_sums,)
        What is added first.
    finish : callable
        Turns the sums into what the model says.
    """

    trees: Sequence[FlatTree]
    start: Floats
    finish: Finish


class BoosterSums:
    """Several boosted models, asked together for one row.

    Parameters
    ----------
    models : sequence of Boosted
    places : sequence of int
        Where each model's features begin in a row.
    n_features : int
        Of a row.

    Raises
    ------
    ImportError, KeyError, AttributeError
        LightGBM is not there, or is not the one that is known here.
    """

    def __init__(
        self, models: Sequence[Boosted], places: Sequence[int], n_features: int
    ) -> None:
        library = _library()
        self._call = library.LGBM_BoosterPredictForMatSingleRowFast
        ends = np.cumsum([len(model.start) for model in models]).tolist()
        self._parts = [
            (model.finish, slice(end - len(model.start), end))
            for model, end in zip(models, ends, strict=True)
        ]
        text = _lined_up(models, places, n_features).text()
        handle, config = ctypes.c_void_p(), ctypes.c_void_p()
        n_read = ctypes.c_int()
        _done(
            library.LGBM_BoosterLoadModelFromString(
                text.encode(), ctypes.byref(n_read), ctypes.byref(handle)
            )
        )
        weakref.finalize(self, library.LGBM_BoosterFree, handle)
        _done(
            library.LGBM_BoosterPredictForMatSingleRowFastInit(
                handle, _RAW, 0, -1, _FLOAT32, ctypes.c_int32(n_features),
                b"num_threads=1", ctypes.byref(config),
            )
        )  # fmt: skip
        weakref.finalize(self, library.LGBM_FastConfigFree, config)
        self._config = config
        self._row = np.zeros(n_features, dtype=np.float32)
        self._size = np.zeros(n_features, dtype=np.float32)
        self._in = ctypes.c_void_p(self._row.ctypes.data)
        self._sums = np.zeros(ends[-1])
        self._out = ctypes.c_void_p(self._sums.ctypes.data)
        self._n_out = ctypes.byref(ctypes.c_int64())
        self._lock = threading.Lock()

    def of(self, rows: Sequence[Matrix]) -> list[list[float]] | None:
        """Return what each model says; None of a row with specks.

        Parameters
        ----------
        rows : sequence of ndarray, float32
            A row of `n_features` in pieces.
        """
        with self._lock:  # there is one place for the row, and one for the answer
            np.concatenate(rows, out=self._row)
            small = np.abs(self._row, out=self._size) <= SPECK
            n_zero = len(self._row) - np.count_nonzero(self._row)
            if np.count_nonzero(small) > n_zero:
                return None
            _done(self._call(self._config, self._in, self._n_out, self._out))
            sums = self._sums.tolist()
        return [finish(sums[part]) for finish, part in self._parts]


def _library() -> Any:
    from lightgbm import basic  # heavy, and not on every machine

    return vars(basic)["_LIB"]  # its C API has no other door


def _done(code: int) -> None:
    if code != 0:
        raise AttributeError("LightGBM does not read these trees.")


def _lined_up(
    models: Sequence[Boosted], places: Sequence[int], n_features: int
) -> LeanBooster:
    """Put the trees of all models turn by turn; who has fewer adds nothing."""
    columns: list[list[tuple[FlatTree, int]]] = []
    for model, place in zip(models, places, strict=True):
        n_sums = len(model.start)
        for number, start in enumerate(model.start.tolist()):
            trees = [_leaf(start), *model.trees[number::n_sums]]
            columns.append([(tree, place) for tree in trees])
    n_turns = max(len(column) for column in columns)
    nothing = (_leaf(0.0), 0)
    turns = [
        column[turn] if turn < len(column) else nothing
        for turn in range(n_turns)
        for column in columns
    ]
    lined, firsts = zip(*turns, strict=True)
    return LeanBooster.of(lined, firsts, n_features, len(columns))


def _leaf(value: float) -> FlatTree:
    alone = np.array([-1])
    no = np.zeros(1, dtype=bool)
    return FlatTree(alone, alone, alone, np.zeros(1), no, np.array([[value]]))
