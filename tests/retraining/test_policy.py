"""Policies, mixes and the gate."""

import numpy as np
import pandas as pd
import pytest

from core.data import Cohort, Condition
from core.errors import WorkspaceError
from core.retraining import Gate, Judged, Mix, Order, Policy, judge, weigh_old_rows
from core.retraining.mix import choose_cut, places_in_order, taken
from tests.retraining.test_verdict import model, rows


def meta(n_rows: int, *, one_moment: bool = False) -> pd.DataFrame:
    moments = pd.Timestamp("2026-03-01") + pd.to_timedelta(
        np.zeros(n_rows) if one_moment else np.arange(n_rows), unit="h"
    )
    return pd.DataFrame({"id": [f"p{i}" for i in range(n_rows)], "at": moments})


@pytest.mark.parametrize("one_moment", [True, False])
def test_the_newest_rows_are_kept_aside_even_where_all_came_at_once(one_moment):
    places = places_in_order(meta(100, one_moment=one_moment))
    mix = Mix(kept_aside=0.3)
    cut = choose_cut(places, mix)
    learned = taken(places, cut, mix)
    assert learned.sum() == 70
    assert places[learned].max() < places[~learned].min()


def test_only_the_newest_of_what_is_learned_from_are_taken():
    places = places_in_order(meta(100))
    mix = Mix(newest=20, kept_aside=0.5)
    found = np.flatnonzero(taken(places, choose_cut(places, mix), mix))
    assert found.tolist() == list(range(30, 50))


def test_nothing_is_kept_aside_by_default_and_later_rows_are_new():
    places = places_in_order(meta(10))
    cut = choose_cut(places, Mix())
    assert taken(places, cut, Mix()).all()
    assert (places_in_order(meta(20))[10:] > cut).all()


@pytest.mark.parametrize(
    "wrong", [{"newest": 0}, {"old_weight": 2.0}, {"kept_aside": 1.0}]
)
def test_a_mix_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(WorkspaceError, match="mix"):
        Mix.from_dict(Mix(**wrong).to_dict())


def test_a_policy_survives_json_and_refuses_unknown_triggers():
    policy = Policy(True, ("drift", "outcomes"), order=Order(search="full"))
    assert Policy.from_dict(policy.to_dict()).triggers == ("drift", "outcomes")
    with pytest.raises(WorkspaceError, match="policy"):
        Policy.from_dict({**policy.to_dict(), "triggers": ["full moon"]})
    with pytest.raises(WorkspaceError, match="challenger"):
        Order.from_dict({**Order().to_dict(), "action": "deploy twice"})


def compared(cohorts: tuple[Cohort, ...] = ()) -> Judged:
    newest = rows(600, 1)
    weak, strong = model(["noise"]), model(["signal", "hint"])
    return judge((weak, newest), (strong, newest), "label", cohorts=cohorts)


def test_a_proven_challenger_passes_and_its_reverse_does_not():
    judged = compared((Cohort("low", (Condition("hint", "<", 0),)),))
    assert [name for name, _ in judged.slices] == ["low"]
    assert Gate(most_slower=None).objections(judged) == ()
    assert Judged.from_dict(judged.to_dict()).to_dict() == judged.to_dict()
    newest = rows(600, 1)
    weak, strong = model(["noise"]), model(["signal", "hint"])
    worse = judge((strong, newest), (weak, newest), "label")
    assert "not proven better" in Gate().objections(worse)[0]
    assert "worse by more" in Gate(proof="not worse").objections(worse)[0]
    assert worse.turned[0]["truth"] == worse.turned[0]["champion"]
    assert worse.turned[0]["truth"] != worse.turned[0]["challenger"]


def changed(n_rows: int, seed: int, sign: float) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x, z = rng.normal(size=(2, n_rows))
    label = np.where(sign * x + 0.3 * rng.logistic(size=n_rows) > 0, "yes", "no")
    return pd.DataFrame({"x": x, "z": z, "label": label})


@pytest.mark.parametrize(("sign", "full"), [(1.0, True), (-1.0, False)])
def test_old_rows_count_fully_unless_what_they_teach_has_changed(sign, full):
    old, new = changed(400, 0, 1.0), changed(150, 1, sign)
    is_old = np.arange(550) < 400
    table = pd.concat([old, new], ignore_index=True)
    found = weigh_old_rows(table, is_old, "label", "binary")
    assert (found.weight == 1.0) is full
    assert found.weight in (0.0, 0.2, 1.0)
    assert "Old rows" in found.sentence
