from dataclasses import replace

import numpy as np

from core.evaluation.checking.calibration import CHECK
from core.evaluation.curves import calibration_of
from tests.evaluation.checking.evidence import full, sound

P = np.linspace(0.01, 0.99, 1_000)
OFF = replace(sound(), calibration=calibration_of((P > 0.5).astype(float), P, "yes"))


def test_probabilities_that_are_off_are_told():
    assert CHECK.run(full(evaluation=OFF)).finding.code == "EVAL-005"


def test_true_probabilities_pass():
    assert CHECK.run(full()).state == "passed"


def test_few_rows_and_numbers_do_not_apply():
    few, numbers = replace(OFF, n_rows=100), replace(OFF, calibration=None)
    assert "100 rows are too few" in CHECK.run(full(evaluation=few)).said
    assert "no probabilities" in CHECK.run(full(evaluation=numbers)).said
