"""Natural variation learned from the live stream, where the reference shows none.

Training rows without dates say nothing of how one month differs from the next. Closed
windows that were judged healthy do: their variance around their own mean is added to
what chance gives, as that between batches of a reference is. Their mean is not taken:
a window is still compared with the training rows.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.monitoring.batches import MIN_BATCH_ROWS, variation_of_tally
from core.monitoring.binning import MAX_UNSEEN
from core.monitoring.column_reference import ColumnReference
from core.monitoring.reference import MAX_SAMPLE, Reference, draw_rows
from core.monitoring.variation import MIN_BATCHES
from core.monitoring.window_counts import WindowCounts

MOST_WINDOWS: Final = 20


def learn_wandering(reference: Reference, windows: Sequence[WindowCounts]) -> Reference:
    """Return a reference that knows how healthy windows differ among themselves.

    Parameters
    ----------
    reference : Reference
    windows : sequence of WindowCounts
        Counted on it, closed and healthy; the newest 20 of at least 50 rows are taken.

    Returns
    -------
    Reference
        The same one where it has batches of its own, or where fewer than five windows
        can be taken.

    Examples
    --------
    >>> import pandas as pd
    >>> from core.monitoring.reference import summarise_reference
    >>> from core.monitoring.window_counts import count_window
    >>> rng = np.random.default_rng(0)
    >>> reference = summarise_reference(pd.DataFrame({"x": rng.normal(size=1000)}))
    >>> windows = [count_window(reference, pd.DataFrame({"x": rng.normal(m, 1, 200)}))
    ...            for m in (-0.2, 0.1, 0.0, 0.2, -0.1)]
    >>> learned = learn_wandering(reference, windows)
    >>> learned["x"].variation.shape.between > 0
    True
    """
    taken = [each for each in windows if each.n_rows >= MIN_BATCH_ROWS][-MOST_WINDOWS:]
    if reference.batches is not None or len(taken) < MIN_BATCHES:
        return reference
    columns = tuple(_with_variation(column, taken) for column in reference.columns)
    return replace(reference, columns=columns, live=_rows(reference, taken))


def _with_variation(
    column: ColumnReference, windows: Sequence[WindowCounts]
) -> ColumnReference:
    counts = [each.columns[column.name] for each in windows]
    tally = np.array([[*each.counts, each.n_unseen] for each in counts])
    sizes = np.array([each.n_rows for each in counts])
    learned = variation_of_tally(column.bins, column.counts, tally, sizes)
    return replace(column, variation=learned)


def _rows(
    reference: Reference, windows: Sequence[WindowCounts]
) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Return rows of all windows, unseen categories as one, and the window of each."""
    most = MAX_SAMPLE // len(windows)
    parts = [w.sample[draw_rows(len(w.sample), limit=most)] for w in windows]
    sizes = [len(part) for part in parts]
    codes = np.vstack(parts)
    for place, column in enumerate(reference.columns):
        if column.bins.kind == "levels":
            unseen = codes[:, place] >= column.counts.counts.size
            codes[unseen, place] = column.counts.counts.size + MAX_UNSEEN
    return codes, np.repeat(np.arange(len(windows)), sizes).astype(np.int16)
