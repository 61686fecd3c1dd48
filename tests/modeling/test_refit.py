import numpy as np
import pandas as pd
import pytest

from core.modeling import METRICS, Model, Run, TrainingPlan, search, train
from core.modeling.checkpoint import Checkpoint
from core.modeling.estimators import iterations_of
from core.modeling.families import FAMILIES
from core.modeling.family import FitData, Interrupted, Watch
from core.modeling.finishing import finish_candidate


@pytest.fixture(autouse=True)
def _time_enough(monkeypatch) -> None:
    """Let a stopped run finish its last fit on a busy machine too."""
    monkeypatch.setattr(search, "_STOPPED_REFIT_S", 60.0)


def numbers(n_rows: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(n_rows, 4))).add_prefix("x")
    frame["y"] = np.sin(2 * frame["x0"]) + frame["x1"] * frame["x2"]
    frame["y"] += rng.normal(0, 0.2, n_rows)
    return frame


def _trained(family: str, quick, n_rows: int = 240) -> Run:
    frame = numbers(2 * n_rows)
    parts = frame.iloc[:n_rows], frame.iloc[n_rows:]
    options = {"families": (family,), "n_candidates": 2, "validation": parts[1]}
    return quick(parts[0], "y", **options)


REFITTED = ("lightgbm", "catboost", "histogram_boosting", "neural_network")


@pytest.mark.parametrize("family", [*REFITTED, "extra_trees"])
def test_the_champion_learns_from_all_rows_and_as_long_as_before(family, quick) -> None:
    run = _trained(family, quick)
    row = run.leaderboard.set_index("candidate").loc[run.champion_name]
    assert row["refit_rows"] == 480
    assert "all 480 rows" in row["message"]
    later = numbers(600, seed=1)
    error = METRICS["rmse"].score(later["y"].to_numpy(), run.champion.output(later))
    assert error < 1.05 * row["score"]


def test_the_score_and_the_interval_stay_those_of_rows_never_learned(quick) -> None:
    run = _trained("lightgbm", quick)
    held_out = numbers(480).iloc[240:]
    seen = METRICS["rmse"].score(
        held_out["y"].to_numpy(), run.champion.output(held_out)
    )
    assert run.leaderboard["score"][0] > 1.2 * seen
    later = numbers(2_000, seed=3)
    missed = np.abs(later["y"] - run.champion.predict(later))
    assert 0.86 < np.mean(missed <= run.champion.interval_quantile) <= 1


def test_the_averaged_models_of_a_cross_validation_are_not_fitted_again(quick) -> None:
    run = quick(numbers(240), "y", families=("linear",), n_candidates=2)
    assert run.leaderboard["refit_rows"].isna().all()


def _blended(quick, families: tuple[str, ...], height: float, noise: float) -> Run:
    """Train on lines and a step, which linear models and trees learn differently."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(900, 4))).add_prefix("x")
    step = height * (frame["x0"] * frame["x1"] > 0)
    frame["y"] = frame.sum(axis=1) + step + rng.normal(0, noise, 900)
    return quick(
        frame.iloc[:600], "y", validation=frame.iloc[600:], n_candidates=4,
        families=families,
    )  # fmt: skip


def test_an_ensemble_is_fitted_again_part_by_part(quick) -> None:
    families = ("linear", "random_forest", "nearest_neighbours")
    run = _blended(quick, families, height=1, noise=0.5)
    assert run.champion_name == "Ensemble"
    row = run.leaderboard.set_index("candidate").loc["Ensemble"]
    assert row["refit_rows"] == 900
    first = {e.candidate for e in run.entries if e.refit_rows}
    assert first == {"Ensemble"}


def test_an_ensemble_holds_no_rows_so_that_it_can_leave_in_a_bundle(quick) -> None:
    families = ("extra_trees", "random_forest", "nearest_neighbours")
    run = _blended(quick, families, height=2, noise=2.0)
    ensemble = next(e for e in run.entries if e.family == "ensemble")
    assert "Nearest neighbours" not in ensemble.params["members"]
    assert "nearest_neighbours" in {e.family for e in run.entries}


def _half(task: str = "binary") -> FitData:
    frame = numbers(300)
    X = frame.filter(like="x").to_numpy(dtype=np.float32)
    y = frame["y"].to_numpy()
    y = (y > 0).astype(float) if task == "binary" else y
    return FitData(X, y, X[:0], y[:0], task, 2 if task == "binary" else 1)


@pytest.mark.parametrize("name", [*REFITTED, "random_forest"])
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_a_family_repeats_the_iterations_it_is_told(name, task) -> None:
    family = FAMILIES[name]
    params = {**family.fixed[0], "iterations": 45}
    fitted = family.fit(_half(task), params, 0, Watch(30))
    assert iterations_of(fitted.estimator) == {"iterations": 45}


@pytest.mark.parametrize("name", [*REFITTED, "random_forest"])
def test_a_repetition_without_time_gives_nothing_rather_than_less(name) -> None:
    family = FAMILIES[name]
    with pytest.raises(Interrupted):
        family.fit(_half(), {**family.fixed[0], "iterations": 4_000}, 0, Watch(0.05))


def _skewed(n_rows: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n_rows, 2))
    chance = 1 / (1 + np.exp(2.5 - 1.5 * x[:, 0]))
    left = np.where(rng.random(n_rows) < chance, "yes", "no")
    return pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "left": left})


def _f1(model: Model, frame: pd.DataFrame) -> float:
    y = (frame["left"] == "yes").to_numpy(dtype=float)
    named = (model.predict(frame) == "yes").astype(float)
    return float(METRICS["f1"].function(y, named))


def test_a_run_for_f1_tunes_the_threshold_on_validation_rows(quick) -> None:
    run = quick(
        _skewed(600, 0), "left", validation=_skewed(400, 1), metric="f1",
        families=("linear",), n_candidates=2,
    )  # fmt: skip
    later = _skewed(3_000, 2)
    assert run.champion.threshold < 0.45
    assert _f1(run.champion, later) > _f1(run.champion.with_threshold(0.5), later)
    assert "MODEL-014" in {finding.code for finding in run.findings}


def test_a_stopped_run_says_nothing_of_rows_it_did_not_learn(tmp_path) -> None:
    frame = numbers(300)
    run = train(
        frame.iloc[:200], "y", validation=frame.iloc[200:], n_jobs=1,
        should_stop=lambda: True,
    )  # fmt: skip
    assert run.leaderboard["refit_rows"].isna().all()


def test_a_quantile_is_predicted_when_pinball_is_the_metric(quick) -> None:
    frame = numbers(1_200)
    run = quick(
        frame.iloc[:800], "y", validation=frame.iloc[800:], metric="pinball",
        metric_options={"alpha": 0.9}, families=("lightgbm",), n_candidates=3,
    )  # fmt: skip
    later = numbers(2_000, seed=5)
    assert 0.7 < np.mean(later["y"] <= run.champion.predict(later)) < 0.97
    assert run.to_dict()["metric_options"] == {"alpha": 0.9}


@pytest.mark.parametrize(
    ("target", "metric"), [("left", "f1"), ("left", "log_loss"), ("value", "rmse")]
)
def test_a_chosen_candidate_gets_what_the_champion_got(
    target, metric, frame, quick, tmp_path
) -> None:
    table = frame[["calls", "fee", "plan", target]]
    rows, held = table.iloc[:160], table.iloc[160:]
    options = {"families": ("linear", "extra_trees"), "metric": metric}
    run = quick(rows, target, validation=held, checkpoint=tmp_path, **options)
    best = next(e for e in run.entries if e.candidate == run.champion_name)
    first = Checkpoint(tmp_path).model(best.index)
    plan = TrainingPlan(
        target, metric=metric, families=options["families"], budget_s=30, n_jobs=1
    )
    entries = run.to_dict()["entries"]
    final = finish_candidate(rows, plan, entries, first, validation=held)
    np.testing.assert_array_equal(final.output(table), run.champion.output(table))
    assert final.threshold == run.champion.threshold
    assert not np.array_equal(final.output(table), first.output(table))
    baseline = run.baseline
    assert finish_candidate(rows, plan, entries, baseline, validation=held) is baseline


def test_a_model_knows_the_parameters_of_its_metric(frame, quick) -> None:
    table = frame[["calls", "fee", "left"]]
    run = quick(table, "left", metric="f_beta", metric_options={"beta": 3.0})
    assert dict(run.champion.metric_options) == {"beta": 3.0}


def test_of_many_judged_rows_the_kept_ones_teach_a_chosen_candidate(
    quick, monkeypatch
) -> None:
    monkeypatch.setattr("core.modeling.judged.MOST_ROWS", 1_000)
    frame = numbers(1_500)
    frame["y"] *= np.abs(frame["x3"])  # the error depends on the row
    run = quick(frame, "y", families=("linear", "lightgbm"))
    assert run.judged is not None
    assert (run.judged.n_rows, len(run.judged.y)) == (1_500, 1_000)
    plan = TrainingPlan("y", families=("linear", "lightgbm"))
    entries = run.to_dict()["entries"]
    for name in set(run.models) - {run.champion_name, "Baseline"}:
        first, output = run.models[name], run.judged.of(name)
        final = finish_candidate(frame, plan, entries, first, output=output)
        assert final.uncertainty != first.uncertainty
        assert finish_candidate(frame, plan, entries, first, output=output[:900]) is (
            first
        )
