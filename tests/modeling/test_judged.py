"""What candidates said of the rows they were judged by, kept in one file."""

import numpy as np

from core.modeling import Judged


def test_what_stood_together_is_kept_with_the_answers():
    codes = np.array([0, 0, 3])
    kept = Judged(np.ones(3), {"A": np.zeros(3)}, 3, None, codes, True)
    read = Judged.from_bytes(kept.to_bytes())
    assert read.together.tolist() == [0, 0, 3]
    assert read.in_order
    plain = Judged.from_bytes(Judged(np.ones(1), {}, 1).to_bytes())
    assert plain.together is None
    assert not plain.in_order
