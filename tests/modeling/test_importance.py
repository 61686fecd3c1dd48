from typing import Any

import numpy as np
import pytest

from core.modeling import METRICS
from core.modeling.importance import FEWEST, setting_importance


def tried(n: int, seed: int = 0, noise: float = 0.0) -> list[dict[str, Any]]:
    """Candidates whose score hangs on `depth` alone, or on nothing but noise."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n):
        params = {
            "depth": int(rng.integers(1, 20)),
            "rate": float(rng.random()),
            "extra": bool(rng.random() < 0.5),
        }
        score = rng.normal() if noise else -float(params["depth"])
        found.append({"family": "lightgbm", "params": params, "score": score})
    return found


def test_the_setting_that_moved_the_score_comes_first() -> None:
    found = setting_importance(tried(40), METRICS["roc_auc"])[0]
    assert found.n_candidates == 40
    assert found.settings[0].name == "depth"
    assert found.settings[0].low > 0.5
    assert all(s.share < 0.2 for s in found.settings[1:])
    assert found.explained is not None
    assert found.explained > 0.5


def test_scores_of_pure_chance_are_not_explained() -> None:
    found = setting_importance(tried(40, noise=1.0), METRICS["roc_auc"])[0]
    assert found.explained is not None
    assert found.explained < 0.2


def test_too_few_candidates_say_nothing() -> None:
    found = setting_importance(tried(FEWEST - 1), METRICS["rmse"])[0]
    assert (found.n_candidates, found.settings) == (FEWEST - 1, ())


def test_failed_candidates_and_settings_that_never_differ_are_left_out() -> None:
    entries = [{**entry, "params": {"depth": 3}} for entry in tried(20)]
    entries += [{"family": "linear", "params": {"penalty": 1}, "score": None}] * 3
    assert setting_importance(entries, METRICS["roc_auc"]) == ()


def test_settings_that_some_candidates_lack_and_words_are_read() -> None:
    entries = tried(30)
    for number, entry in enumerate(entries):
        entry["params"]["kind"] = ["gini", [8, 8]][number % 2]
        if number % 3 == 0:
            del entry["params"]["rate"]
    names = {
        s.name for s in setting_importance(entries, METRICS["roc_auc"])[0].settings
    }
    assert names == {"depth", "rate", "extra", "kind"}


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss"])
def test_shares_are_shares_in_order(metric: str) -> None:
    found = setting_importance(tried(25), METRICS[metric])[0].settings
    shares = [setting.share for setting in found]
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= s.low <= s.high <= 1 for s in found)
