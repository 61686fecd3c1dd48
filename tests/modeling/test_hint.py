import pandas as pd
import pytest

from core.errors import ModelingError
from core.modeling.hint import hint_time, time_families

ALL = {"linear": 1.0, "lightgbm": 4.0, "extra_trees": 9.0, "random_forest": 9.0}
ROWS = {"n_rows": 5_000, "task": "binary"}


def test_every_family_that_can_be_fitted_is_timed(frame: pd.DataFrame) -> None:
    for target in ("left", "level", "value"):
        others = [n for n in ("left", "level", "value") if n != target]
        found = time_families(frame.drop(columns=others), target)
        assert {"linear", "lightgbm", "extra_trees", "neural_network"} <= set(found)
        assert all(0 < seconds < 60 for seconds in found.values())


def test_a_larger_table_takes_longer(churn: pd.DataFrame) -> None:
    small = time_families(churn, "left")
    large = time_families(pd.concat([churn] * 40, ignore_index=True), "left")
    assert sum(large.values()) > 2 * sum(small.values())


def test_what_cannot_be_learned_is_said_and_no_features_take_no_time() -> None:
    with pytest.raises(ModelingError):
        time_families(pd.DataFrame({"x": range(30), "y": ["a"] * 30}), "y")
    assert time_families(pd.DataFrame({"x": [1] * 40, "y": ["a", "b"] * 20}), "y") == {}


def test_more_time_or_more_cores_do_more_candidates() -> None:
    done = [hint_time(ALL, list(ALL), s, **ROWS, n_jobs=1).n_done for s in (1, 15, 900)]
    assert done[0] == 0 < done[1] < done[2]
    one, two = (hint_time(ALL, list(ALL), 60, **ROWS, n_jobs=n) for n in (1, 2))
    assert two.seconds < one.seconds
    assert two.n_listed == one.n_listed
    assert hint_time(ALL, list(ALL), 60, **ROWS, n_folds=5).seconds > one.seconds


def test_families_that_are_not_ticked_take_no_time() -> None:
    assert hint_time(ALL, ["linear"], 60, **ROWS).n_listed == 2
    assert hint_time({}, ["linear"], 60, **ROWS).n_listed == 0
