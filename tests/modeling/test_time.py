"""Rows in the order of time: learned from the past, judged on what came later."""

import numpy as np
import pandas as pd
import pytest

from core.data import describe_schema
from core.modeling import METRICS, TrainingPlan
from core.modeling.calibration import calibrate
from core.modeling.finishing import finish_candidate
from core.modeling.interval_learning import learn_intervals


def wandering(n_rows: int = 600, random_state: int = 3) -> pd.DataFrame:
    """Rows whose target has another level every five days: only neighbours tell it."""
    rng = np.random.default_rng(random_state)
    day = np.sort(rng.integers(0, n_rows // 4, n_rows)) * 1.0
    level = np.repeat(rng.normal(0, 3, n_rows // 20), 5)
    size = rng.normal(size=n_rows)
    value = level[day.astype(int)] + size + rng.normal(0, 0.3, n_rows)
    frame = pd.DataFrame({"day": day, "size": size, "value": value})
    return frame.sample(frac=1, random_state=0).reset_index(drop=True)


def later_error(model, table: pd.DataFrame) -> float:
    return METRICS["rmse"].score(table["value"].to_numpy(), model.predict(table))


def test_shuffled_folds_flatter_where_chained_ones_tell_the_truth(quick) -> None:
    table = wandering(1_500).sort_values("day")
    past, later = table.iloc[:1_000], table.iloc[1_000:].reset_index(drop=True)
    past = past.sample(frac=1, random_state=0).reset_index(drop=True)
    options = {"families": ("lightgbm",), "metric": "rmse", "n_candidates": 2}
    shuffled = quick(past, "value", **options)
    chained = quick(past, "value", time="day", **options)
    said = [
        run.leaderboard.set_index("candidate").loc["LightGBM", "score"]
        for run in (shuffled, chained)
    ]
    truth = [later_error(run.models["LightGBM"], later) for run in (shuffled, chained)]
    assert said[0] < 0.5 * truth[0]
    assert said[1] > 2 * said[0]
    assert abs(truth[1] - said[1]) < abs(truth[0] - said[0])


def test_only_later_rows_are_judged_and_calibrate_what_is_promised(quick) -> None:
    table = wandering()
    run = quick(table, "value", time="day", families=("linear", "extra_trees"))
    assert run.judged is not None
    day = table["day"].to_numpy()
    start = np.sort(day)[2 * len(day) // 6]
    assert len(run.judged.y) == run.n_valid == int((day >= start).sum())
    assert run.n_train == len(table)
    np.testing.assert_array_equal(
        np.sort(run.judged.y), np.sort(table["value"][day >= start].to_numpy())
    )
    model = run.champion
    assert model.uncertainty is not None
    assert len(model.uncertainty.scores.values) <= run.n_valid
    residual = np.abs(run.judged.y - run.judged.of(run.champion_name))
    covered = (residual <= model.interval_quantile).mean()
    assert covered == pytest.approx(0.9, abs=0.01)


def test_the_champion_of_chained_folds_learns_from_all_rows_in_the_end(quick) -> None:
    table = wandering()
    run = quick(table, "value", time="day", families=("lightgbm",))
    best = next(e for e in run.entries if e.candidate == run.champion_name)
    assert best.refit_rows == len(table)
    assert "MODEL-012" in {finding.code for finding in run.findings}
    one = next(e for e in run.entries if e.family == "lightgbm")
    assert len(one.iterations) == 4
    assert len(run.models[one.candidate].members) == 1


def test_a_chosen_candidate_of_chained_folds_is_finished_on_all_rows(quick) -> None:
    table = wandering()
    run = quick(table, "value", time="day", families=("linear", "lightgbm"))
    other = next(n for n in run.models if n not in (run.champion_name, "Baseline"))
    assert run.judged is not None
    final = finish_candidate(
        table, TrainingPlan("value", families=("linear", "lightgbm")),
        run.to_dict()["entries"], run.models[other], time="day",
        output=run.judged.outputs[other],
    )  # fmt: skip
    assert not np.array_equal(final.predict(table), run.models[other].predict(table))
    assert final.uncertainty is not None


def test_a_calibration_is_judged_on_later_rows_than_it_was_learned_from() -> None:
    rng = np.random.default_rng(0)
    n_rows = 3_000
    spans = np.arange(n_rows) * 5 // n_rows
    true = rng.uniform(0.2, 0.8, n_rows)
    y = (rng.random(n_rows) < true).astype(float)
    bold = np.where(true > 0.5, 0.5 + true / 2, true / 2)
    turned = np.where(spans % 2 == 0, bold, 1 - bold)
    steady = calibrate(
        y, np.column_stack([1 - bold, bold]), together=spans, in_order=True
    )
    assert steady is not None
    assert steady.after < steady.before
    one = np.zeros(n_rows, dtype=np.int64)
    shares = np.column_stack([1 - turned, turned])
    assert calibrate(y, shares, together=one, in_order=True) is None


def test_interval_widths_of_the_past_must_hold_later() -> None:
    rng = np.random.default_rng(0)
    n_rows = 1_200
    x = rng.uniform(-1, 1, n_rows)
    wide = np.where(np.arange(n_rows) < 300, x > 0, x < 0)  # the noise changes sides
    y = rng.normal(0, np.where(wide, 4.0, 0.2))
    frame = pd.DataFrame({"x": x})
    spans = np.arange(n_rows) * 5 // n_rows
    found = learn_intervals(
        frame, describe_schema(frame), y, np.zeros(n_rows), spans=spans
    )
    assert found.difficulty is None
