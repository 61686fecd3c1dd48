import pickle
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from core.data import Task
from core.errors import ModelingError
from core.modeling import FAMILIES, Model, Run
from core.modeling.hashing import HashedColumn
from core.modeling.online import ONLINE
from core.modeling.plan import check_families
from tests.fitted import TARGETS, fit_model
from tests.modeling.conftest import customers, only

OTHERS = {"binary": "left", "multiclass": "level", "regression": "value"}


def trained(quick: Callable[..., Run], task: Task) -> Model:
    frame = only(customers(), OTHERS[task])
    run = quick(frame, OTHERS[task], families=(ONLINE,), n_candidates=2)
    return run.models[FAMILIES[ONLINE].title]


def shifted(target: str) -> pd.DataFrame:
    """Later rows, with a plan that was not there before."""
    later = only(customers(400, 5), target)
    later.loc[::3, "plan"] = "new plan"
    if target == "value":
        later["value"] += np.where(later["plan"] == "new plan", 20.0, 0.0)
    return later


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_an_update_gives_a_new_model_and_leaves_the_old_one(
    quick: Callable[..., Run], task: Task
) -> None:
    model = trained(quick, task)
    assert model.updatable
    later = shifted(OTHERS[task])
    before = model.output(later)
    new = model.update(later)
    assert (model.output(later) == before).all()
    assert not np.allclose(new.output(later), before)
    again = pickle.loads(pickle.dumps(new))  # noqa: S301 our own
    assert again.updatable
    np.testing.assert_allclose(again.output(later), new.output(later), atol=1e-6)


def test_words_that_came_later_are_learned(quick: Callable[..., Run]) -> None:
    model, later = trained(quick, "regression"), shifted("value")
    new = model
    for _ in range(8):
        new = new.update(later)
    fresh = customers(200, 9).assign(plan="new plan")
    moved = new.output(fresh) - model.output(fresh)
    assert moved.mean() > 5


def test_the_same_batch_gives_the_same_model(quick: Callable[..., Run]) -> None:
    model, later = trained(quick, "binary"), shifted("left")
    first, second = model.update(later), model.update(later)
    assert (first.output(later) == second.output(later)).all()


def test_rows_without_a_usable_target_are_refused(quick: Callable[..., Run]) -> None:
    model = trained(quick, "binary")
    with pytest.raises(ModelingError, match="No row has a usable value in 'left'"):
        model.update(shifted("left").assign(left=None))


@pytest.mark.parametrize("blended", [False, True])
def test_other_models_say_that_they_cannot(blended: bool) -> None:
    model = fit_model("binary", blended=blended)
    assert not model.updatable
    rows = pd.DataFrame({TARGETS["binary"]: ["yes", "no"]})
    with pytest.raises(ModelingError, match="cannot learn from later rows"):
        model.update(rows)


def test_the_family_is_trained_only_when_it_is_named() -> None:
    assert ONLINE not in check_families(None)
    assert check_families((ONLINE,)) == (ONLINE,)


def test_a_hash_is_the_same_in_every_process_and_missing_is_nothing() -> None:
    column = HashedColumn("plan")
    one, other, missing = column.encode(["basic", "pro", None])
    assert np.flatnonzero(one).tolist() == [41]
    assert np.abs(other).sum() == 1
    assert not missing.any()


def test_a_text_is_the_sum_of_its_words_whatever_their_order() -> None:
    column = HashedColumn("note", 32, is_text=True)
    there, back = column.encode(["late again", "AGAIN, late"])
    assert (there == back).all()
    assert np.linalg.norm(there) == pytest.approx(1.0)
