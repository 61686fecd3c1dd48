from dataclasses import replace

import numpy as np

from core.evaluation.checking.heavy_tails import CHECK
from core.evaluation.held_out import HeldOut
from core.evaluation.residuals import residuals
from tests.evaluation.checking.evidence import full, sound

RNG = np.random.default_rng(0)
Y = RNG.normal(size=1_000)


def with_errors(error, n_rows=1_000):
    found = residuals(HeldOut("regression", Y, Y + error))
    return full(evaluation=replace(sound(), residuals=found, n_rows=n_rows))


def test_a_few_rows_that_decide_the_error_are_told():
    heavy = with_errors(RNG.lognormal(sigma=1.5, size=1_000))
    assert CHECK.run(heavy).finding.code == "EVAL-010"


def test_even_errors_pass():
    assert CHECK.run(with_errors(RNG.normal(size=1_000))).state == "passed"


def test_classes_and_few_rows_do_not_apply():
    assert "does not predict numbers" in CHECK.run(full()).said
    few = with_errors(RNG.normal(size=1_000), n_rows=50)
    assert CHECK.run(few).state == "does not apply"
