"""Fitted estimators that answer one encoded row in a fraction of the time.

An estimator is taken over only when its answers agree with its library's, to 1e-6 of
the largest and at least 1e-6, on rows made to be difficult: on thresholds, just beside
them, missing, far out.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from core.modeling.estimators import read_output
from core.modeling.metrics import Floats
from core.modeling.numbers import Matrix
from core.modeling.quick_forms import CANNOT, Form, Kernel, form_of
from core.modeling.tree_nodes import SPECK
from core.modeling.tree_walk import TreeWalk

TOLERANCE: Final = 1e-6
_N_PROBES: Final = 48
_FAR: Final = 1e30


class QuickEstimators:
    """Estimators, all asked at once; those made of trees by one compiled walk.

    Parameters
    ----------
    estimators : sequence of fitted estimators
    row_of : sequence of int
        Which of the rows each of them reads.
    widths : sequence of int
        Numbers in each row.
    n_outputs : int
        Number of classes, or 1.

    Attributes
    ----------
    slow : tuple of int
        Those that their library answers.
    """

    def __init__(
        self,
        estimators: Sequence[Any],
        row_of: Sequence[int],
        widths: Sequence[int],
        n_outputs: int,
    ) -> None:
        self._row_of = row_of
        self._starts = np.cumsum([0, *widths]).tolist()
        self._n_outputs = n_outputs
        forms = [_form_or_none(estimator, n_outputs) for estimator in estimators]
        self._slow_kernels = [_library(each, n_outputs) for each in estimators]
        self._kernels = [
            slow if form is None or form.kernel is None else form.kernel
            for slow, form in zip(self._slow_kernels, forms, strict=True)
        ]
        self._walked: dict[int, int] = {}
        self._walk = self._walk_of(forms)
        self._check(estimators)
        self.slow = tuple(
            number
            for number, kernel in enumerate(self._kernels)
            if kernel is self._slow_kernels[number] and number not in self._walked
        )

    def of(self, rows: Sequence[Matrix]) -> list[list[float]]:
        """Return what each estimator says, shape (n_estimators, n_outputs).

        Parameters
        ----------
        rows : sequence of ndarrays, float32
            As `widths` says.
        """
        found = None
        if self._walk is not None:
            found = self._walk.of(rows[0] if len(rows) == 1 else np.concatenate(rows))
        if found is not None and len(self._walked) == len(self._kernels):
            return found
        answers: list[list[float]] = []
        for number, kernel in enumerate(self._kernels):
            if found is not None and number in self._walked:
                answers.append(found[self._walked[number]])
            else:
                answers.append(kernel(rows[self._row_of[number]]).tolist())
        return answers

    def _walk_of(self, forms: Sequence[Form | None]) -> TreeWalk | None:
        models = {
            number: form.added
            for number, form in enumerate(forms)
            if form is not None and form.added is not None
        }
        while models:
            starts = [self._starts[self._row_of[number]] for number in models]
            self._walked = {number: place for place, number in enumerate(models)}
            try:
                return TreeWalk(list(models.values()), starts, self._starts[-1])
            except NotImplementedError:  # without the largest of them, then
                del models[max(models, key=lambda number: models[number].n_nodes)]
            except ImportError:
                break
        self._walked = {}
        return None

    def _check(self, estimators: Sequence[Any]) -> None:
        """Leave to their library those that would answer otherwise."""
        rng = np.random.default_rng(0)
        plain = rng.normal(size=(_N_PROBES, self._starts[-1])).astype(np.float32)
        hard = plain if self._walk is None else _hard_rows(plain, self._walk.edges, rng)
        walked = [] if self._walk is None else [self._walk.of(row) for row in hard]
        for number, estimator in enumerate(estimators):
            place = self._row_of[number]
            own = slice(self._starts[place], self._starts[place + 1])
            if number in self._walked:
                probes = hard[:, own]
                found = [
                    says[self._walked[number]] for says in walked if says is not None
                ]
            elif self._kernels[number] is not self._slow_kernels[number]:
                probes = plain[:, own]
                found = [self._kernels[number](row).tolist() for row in probes]
            else:
                continue
            expected = read_output(estimator, probes, self._n_outputs)
            if not _agree(np.array(found), expected.reshape(len(probes), -1)):
                self._walked.pop(number, None)
                self._kernels[number] = self._slow_kernels[number]


def _form_or_none(estimator: Any, n_outputs: int) -> Form | None:
    try:
        return form_of(estimator, n_outputs)
    except CANNOT:
        return None


def _library(estimator: Any, n_outputs: int) -> Kernel:
    """Return the estimator itself: exact, and slow."""

    def slow(row: Matrix) -> Floats:
        output = read_output(estimator, row.reshape(1, -1), n_outputs)
        return output.reshape(-1)

    return slow


def _agree(found: Floats, expected: Floats) -> bool:
    if found.shape != expected.shape:
        return False
    # Networks compute in float32: what is near 0 is as exact as what is large.
    largest = max(1.0, float(np.abs(expected).max()))
    return bool(np.allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE * largest))


def _hard_rows(
    rows: Matrix, edges: Sequence[Floats], rng: np.random.Generator
) -> Matrix:
    """Return rows on the thresholds of trees, just beside them, or missing."""
    rows = rows.copy()
    sides = np.array([-np.inf, np.inf], np.float32)
    for column, every in enumerate(edges):
        known = every[np.abs(every) < _FAR].astype(np.float32)
        if not known.size:  # it only asks whether the value is missing
            continue
        near = rng.choice(known, len(rows))
        beside = rng.random(len(rows)) < 0.5
        rows[:, column] = np.where(
            beside, np.nextafter(near, rng.choice(sides, len(rows))), near
        )
    rows[rng.random(rows.shape) < 0.1] = np.nan
    rows[np.abs(rows) <= SPECK] = 0
    return rows
