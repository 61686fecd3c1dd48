"""Which labelled rows resemble a window: weights for calibrating anew on such rows.

Where the inputs have moved, the calibrator that fits all labelled rows need not fit the
window's. A classifier that tells both apart gives each labelled row the density ratio
of the window to it; calibrating with these weights estimates the metric on such rows
(Białek et al. 2024, probabilistic adaptive performance estimation).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from core.modeling.threads import one_thread
from core.monitoring.binning import Float
from core.monitoring.domain import MIN_ROWS, auc_variance, symmetric_codes
from core.monitoring.reference import Reference, summarise_reference
from core.monitoring.window_counts import count_window

MIN_AUC = 0.52
MIN_EFFECTIVE = 100
MOST_ROWS = 10_000
MOST_WEIGHT = 20.0
"""A row's weight is held to so many times the mean: few rows must not decide alone."""


@dataclass(frozen=True, eq=False)
class Resemblance:
    """How the labelled rows resemble a window.

    Attributes
    ----------
    auc : float
        Area under the curve with which both can be told apart; 0.5 when they cannot.
    weights : ndarray of shape (n_labelled,)
        Density ratio of the window to the labelled rows, with mean 1.
    novelty : ndarray of shape (n_current,)
        Chance of each of the window's rows to be told from the labelled ones.
    """

    auc: float
    weights: Float
    novelty: Float

    @property
    def shifted(self) -> bool:
        """Whether the window is told apart well enough to calibrate anew."""
        return self.auc >= MIN_AUC

    @property
    def effective(self) -> float:
        """Kish's effective number of labelled rows under these weights."""
        return float(self.weights.sum() ** 2 / (self.weights**2).sum())


@dataclass(frozen=True, eq=False)
class Labelled:
    """Inputs of the labelled rows, counted once for all windows.

    Attributes
    ----------
    reference : Reference
    codes : ndarray of shape (n_labelled, n_columns)
    """

    reference: Reference
    codes: NDArray[np.int16]

    @classmethod
    def of(cls, inputs: pd.DataFrame) -> "Labelled":
        """Count the inputs of labelled rows."""
        reference = summarise_reference(inputs)
        return cls(reference, count_window(reference, inputs, limit=None).sample)


def resemble(
    labelled: Labelled, current: pd.DataFrame, *, random_state: int = 0
) -> Resemblance | None:
    """Weigh labelled rows by how much they resemble a window.

    Parameters
    ----------
    labelled : Labelled
    current : DataFrame of shape (n_rows, n_columns)
        The window's inputs; 10,000 of them at most are looked at.
    random_state : int, default=0

    Returns
    -------
    Resemblance or None
        None when either side has fewer than 200 rows, or no column can be coded.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> rows = pd.DataFrame({"x": rng.normal(size=2000)})
    >>> found = resemble(Labelled.of(rows), rows.head(1000) + 1)
    >>> found.shifted, bool(found.weights[rows["x"] > 1].mean() > 1)
    (True, True)
    """
    before = labelled.codes
    if min(len(before), len(current)) < MIN_ROWS:
        return None
    rng = np.random.default_rng(random_state)
    if len(current) > MOST_ROWS:
        current = current.sample(MOST_ROWS, random_state=random_state)
    after = count_window(labelled.reference, current, limit=None).sample
    X = symmetric_codes(labelled.reference, np.vstack([before, after]), rng)
    if not X.shape[1]:
        return None
    y = np.repeat([False, True], [len(before), len(after)])
    chance = _cross_fit(X, y, rng)
    auc, _ = auc_variance(y, chance)
    then = np.clip(chance[: len(before)], 1e-3, 1 - 1e-3)
    weights = then / (1 - then)
    weights = np.minimum(weights / weights.mean(), MOST_WEIGHT)
    return Resemblance(auc, weights / weights.mean(), chance[len(before) :])


def _cross_fit(X: Float, y: NDArray[np.bool_], rng: np.random.Generator) -> Float:
    """Return each row's chance to be of the window, by a model that has not seen it."""
    half = np.empty(y.size, dtype=bool)
    for side in (y, ~y):
        half[side] = rng.permutation(int(side.sum())) % 2 == 0
    chance = np.empty(y.size)
    model = HistGradientBoostingClassifier(
        max_iter=40,
        max_leaf_nodes=8,
        min_samples_leaf=40,
        early_stopping=False,
        random_state=0,
    )
    with one_thread():
        for fold in (half, ~half):
            fitted = model.fit(X[~fold], y[~fold])
            chance[fold] = fitted.predict_proba(X[fold])[:, 1]
    return chance
