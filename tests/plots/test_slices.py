"""Charts of slices and groups say what they show, and draw their lines."""

import numpy as np
import pandas as pd
import pytest

from core.data import Condition
from core.evaluation.fairness import compare_groups
from core.evaluation.held_out import HeldOut
from core.evaluation.slicing import Slice
from core.plots.slices import draw_groups, draw_slices


def test_slices_are_drawn_with_intervals_against_all_rows():
    one = Slice("", (Condition("plan", "==", "<b>"),), 90, 0.1, 45, 0.5, 0.4, 0.6,
                0.1, 0.3, 0.001)  # fmt: skip
    chart = draw_slices([one], 0.15, of_classes=True)
    (dots,) = chart.figure.data
    assert dots.error_x.array[0] == pytest.approx(0.1)
    assert "&lt;b>" in dots.y[0]
    assert chart.figure.layout.shapes[0].x0 == 0.15
    assert "50.0%" in chart.alt


def test_the_four_fifths_line_stands_at_the_selection_rate_alone():
    said = np.concatenate([np.arange(100) < 60, np.arange(100) < 30]).astype(float)
    held = HeldOut("binary", np.tile([0.0, 1.0], 100),
                   np.column_stack([1 - said, said]), ("no", "yes"))  # fmt: skip
    found = compare_groups(held, pd.Series(["m"] * 100 + ["f"] * 100, name="sex"))
    assert draw_groups(found, "selection").figure.layout.shapes[0].x0 == 0.48
    recall = draw_groups(found, "recall")
    assert not recall.figure.layout.shapes
    assert "True positive rate of each group of sex" in recall.alt
