"""The chart of gaps shows what the profile counted."""

import numpy as np
import pandas as pd

from core.data import profile
from core.plots.missing import draw_missing


def test_filled_cells_are_the_missing_columns_of_each_pattern():
    rows = np.arange(100)
    frame = pd.DataFrame(
        {
            "a": np.where(rows < 30, np.nan, rows),
            "b": np.where(rows < 10, np.nan, rows),
            "c": rows,
        }
    )
    chart = draw_missing(profile(frame).missing, 100)
    (heat,) = chart.figure.data
    assert [list(row) for row in heat.z] == [[1.0, 1.0], [0.0, 1.0]]
    assert list(chart.figure.layout.xaxis.ticktext) == ["20.0%", "10.0%"]
    assert "a missing in 20 rows" in chart.alt
