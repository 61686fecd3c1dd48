import gc
import json
import pickle
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.errors import ModelingError
from core.modeling import METRICS, Progress, load_models, train
from tests.fitted import fit_model

FIXED = {"families": ("baseline",), "n_jobs": 1, "budget_s": 2}


@pytest.mark.parametrize("target", ["left", "level", "value"])
def test_the_champion_beats_the_baseline_on_rows_it_never_saw(
    target, request, quick
) -> None:
    name = {"left": "churn"}.get(target, target)
    frame = request.getfixturevalue(name)
    rows, later = frame.iloc[:180], frame.iloc[180:]
    run = quick(rows, target)
    metric = METRICS[run.metric]
    champion, baseline = run.champion, run.baseline
    if run.task == "regression":
        y = later[target].to_numpy()
    else:
        codes = {label: i for i, label in enumerate(champion.classes_)}
        y = later[target].map(codes).to_numpy(dtype=float)
    found, floor = (metric.score(y, m.output(later)) for m in (champion, baseline))
    assert metric.gain(found, floor) > 0
    assert run.champion_name == run.leaderboard["candidate"][0]


def test_the_leaderboard_says_how_good_how_sure_how_fast_and_how_large(
    churn, quick
) -> None:
    board = quick(churn, "left").leaderboard
    done = board[board["state"] == "done"]
    assert list(board.columns[:2]) == ["candidate", "family"]
    assert (done["low"] <= done["score"]).all()
    assert (done["score"] <= done["high"]).all()
    for name in ("fit_s", "row_ms", "rows_ms", "size_bytes", "train_score"):
        of_single = done.loc[done["family"] != "ensemble", name]
        assert of_single.notna().all(), name


def test_validation_rows_that_are_given_are_the_ones_scores_rest_on(
    churn, quick
) -> None:
    rows, held_out = churn.iloc[:160], churn.iloc[160:]
    run = quick(rows, "left", validation=held_out)
    assert (run.n_train, run.n_valid) == (160, 80)
    model = run.models["Linear model"]
    y = (held_out["left"] == model.pos_label).to_numpy(dtype=float)
    score = METRICS[run.metric].score(y, model.output(held_out))
    row = run.leaderboard.set_index("candidate").loc["Linear model"]
    assert row["score"] == pytest.approx(score, abs=1e-9)


def test_the_same_seed_gives_the_same_champion(value, quick) -> None:
    first, second = (quick(value, "value", n_candidates=4) for _ in range(2))
    assert first.champion_name == second.champion_name
    np.testing.assert_array_equal(
        first.champion.predict(value), second.champion.predict(value)
    )


def test_progress_never_falls_and_ends_with_the_whole_leaderboard(churn, quick) -> None:
    seen: list[Progress] = []
    run = quick(churn, "left", on_progress=seen.append)
    fractions = [progress.fraction for progress in seen]
    assert fractions == sorted(fractions)
    assert len(seen[0].leaderboard) == 0
    assert len(seen[-1].leaderboard) == len(run.leaderboard)
    json.dumps(seen[-1].leaderboard, allow_nan=False)


def test_stop_keeps_what_is_done(churn) -> None:
    seen: list[Progress] = []
    run = train(
        churn, "left", n_jobs=1, budget_s=60, on_progress=seen.append,
        should_stop=lambda: bool(seen) and len(seen[-1].leaderboard) >= 3,
    )  # fmt: skip
    assert run.stopped
    assert run.elapsed_s < 20
    assert len(run.models) >= 3
    assert run.champion.predict(churn).shape == (240,)


def test_stop_before_anything_is_done_still_leaves_the_baseline(churn) -> None:
    run = train(churn, "left", n_jobs=1, should_stop=lambda: True)
    assert run.champion_name == run.baseline_name
    assert "MODEL-009" in {finding.code for finding in run.findings}


def test_the_budget_is_kept() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(9_000, 12))).add_prefix("x")
    frame["y"] = frame["x0"] * frame["x1"] + rng.normal(size=9_000)
    assert fit_model().served_form.n_slow == 0  # compiles once on a machine
    start = time.monotonic()
    run = train(frame, "y", budget_s=2, n_jobs=1)
    assert time.monotonic() - start < 2 + 5
    assert not run.stopped
    assert run.champion_name != run.baseline_name


def test_a_run_that_was_interrupted_goes_on_from_its_finished_candidates(
    churn, tmp_path: Path, quick
) -> None:
    class Killed(BaseException):
        pass

    def kill(progress: Progress) -> None:
        if len(progress.leaderboard) >= 3:
            raise Killed

    with pytest.raises(Killed):
        quick(churn, "left", checkpoint=tmp_path, on_progress=kill)
    kept = set(load_models(tmp_path))
    assert len(kept) == 3
    seen: list[Progress] = []
    options = {"n_candidates": 5}
    run = quick(churn, "left", checkpoint=tmp_path, on_progress=seen.append, **options)
    assert kept <= {row["candidate"] for row in seen[1].leaderboard}
    whole = quick(churn, "left", **options)
    assert run.champion_name == whole.champion_name
    assert set(run.models) == set(whole.models)


def test_finished_candidates_of_other_data_are_not_taken_up(
    churn, tmp_path, quick
) -> None:
    quick(churn, "left", checkpoint=tmp_path)
    run = train(churn.iloc[:200], "left", checkpoint=tmp_path, **FIXED)
    assert list(run.models) == ["Baseline"]
    assert list(load_models(tmp_path)) == ["Baseline"]


def test_a_stored_candidate_that_was_changed_is_refused(churn, tmp_path) -> None:
    run = train(churn, "left", checkpoint=tmp_path, **FIXED)
    stored = next(tmp_path.glob("candidates/*.pkl"))
    stored.write_bytes(stored.read_bytes() + b"x")
    with pytest.raises(ModelingError, match="changed"):
        run.models["Baseline"].predict(churn)


def test_the_run_is_json_without_its_models(churn) -> None:
    run = train(churn, "left", **FIXED)
    plain = json.loads(json.dumps(run.to_dict(), allow_nan=False))
    assert plain["champion_name"] == "Baseline"


def test_rows_of_one_group_are_never_learned_and_judged_at_once(quick) -> None:
    rng = np.random.default_rng(0)
    groups = np.arange(400) // 8
    frame = pd.DataFrame(
        {
            "hint": groups * 1.0,
            "group": groups.astype(str),
            "value": rng.normal(size=50)[groups],
        }
    )
    options = {"families": ("extra_trees",), "metric": "r2", "n_candidates": 2}
    loose = quick(frame.drop(columns="group"), "value", **options)
    kept = quick(frame, "value", groups="group", **options)
    best = [run.models["Extra trees"] for run in (loose, kept)]
    scores = [
        run.leaderboard.set_index("candidate").loc["Extra trees", "score"]
        for run in (loose, kept)
    ]
    assert scores[0] > 0.8
    assert scores[1] < 0.3
    assert "group" not in best[1].feature_names


def test_a_model_survives_plain_pickle(value, quick) -> None:
    model = quick(value, "value").champion
    again = pickle.loads(pickle.dumps(model, protocol=5))  # noqa: S301
    np.testing.assert_array_equal(model.predict(value), again.predict(value))
    assert again.interval_quantile == model.interval_quantile


def test_the_models_outlive_the_run_and_leave_no_files_when_forgotten(
    churn, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    models = train(churn, "left", **FIXED).models
    assert models["Baseline"].predict(churn).shape == (240,)
    (folder,) = tmp_path.glob("rondo-run-*")
    del models
    gc.collect()
    assert not folder.exists()


@pytest.mark.parametrize("whole_budget", [False, True])
def test_a_search_that_ends_before_its_time_says_why(
    churn, whole_budget, quick
) -> None:
    run = quick(
        churn, "left", families=("linear",), whole_budget=whole_budget,
        n_candidates=25, budget_s=300,
    )  # fmt: skip
    told = [finding for finding in run.findings if finding.code == "MODEL-019"]
    assert len(told) == (not whole_budget)
    assert run.stopped == whole_budget
    if told:
        assert "16 candidates were tried on" in told[0].evidence
