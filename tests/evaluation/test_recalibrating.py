"""Recalibration: what is judged together was never learned from apart."""

import numpy as np
import pytest

from core.errors import EvaluationError
from core.evaluation.recalibrating import recalibration
from core.modeling.calibration import learn_calibration

RNG = np.random.default_rng(3)
CODES = np.repeat(np.arange(6), 60)
SHARE = RNG.uniform(0.05, 0.95, CODES.size)
OUTPUT = np.column_stack([1 - SHARE, SHARE])
Y = (RNG.random(CODES.size) < SHARE**2).astype(float)


def turned(code: int) -> np.ndarray:
    """Return outcomes that differ in one group alone."""
    return np.where(code == CODES, 1 - Y, Y)


@pytest.mark.parametrize("method", ["isotonic", "sigmoid"])
def test_a_group_is_corrected_by_curves_that_it_did_not_teach(method):
    for code in range(6):
        _, moved = learn_calibration(Y, OUTPUT, method, together=CODES)
        _, other = learn_calibration(turned(code), OUTPUT, method, together=CODES)
        assert (moved[code == CODES] == other[code == CODES]).all()


@pytest.mark.parametrize("method", ["isotonic", "sigmoid"])
def test_what_comes_later_teaches_nothing_about_what_was_before(method):
    given = {"together": CODES, "in_order": True}
    _, moved = learn_calibration(Y, OUTPUT, method, **given)
    assert (moved[CODES == 0] == OUTPUT[CODES == 0]).all()
    for code in range(6):
        _, other = learn_calibration(turned(code), OUTPUT, method, **given)
        assert (moved[code >= CODES] == other[code >= CODES]).all()


def test_it_says_what_stood_together_and_how_many_rows_were_judged():
    assert recalibration(Y, OUTPUT).kept == "rows"
    grouped = recalibration(Y, OUTPUT, together=CODES)
    assert (grouped.kept, grouped.n_rows) == ("groups", 360)
    in_time = recalibration(Y, OUTPUT, together=CODES, in_order=True)
    assert (in_time.kept, in_time.n_rows) == ("time", 300)
    alone = np.zeros_like(CODES)
    assert recalibration(Y, OUTPUT, together=alone, in_order=True).kept == "rows"


def test_curves_that_help_are_told_from_such_that_do_not():
    assert recalibration(Y, OUTPUT, together=CODES).difference < 0
    honest = np.column_stack([1 - SHARE**2, SHARE**2])
    assert not recalibration(Y, honest, together=CODES).helps


def test_too_few_rows_or_one_class_are_refused():
    for rows in (slice(0, 59), Y == 1):
        with pytest.raises(EvaluationError, match="at least 60"):
            recalibration(Y[rows], OUTPUT[rows])
