"""What a person may bring to training, and what becomes of it (issue: bad input)."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import core.modeling
from core.errors import ModelingError
from core.modeling import METRICS, train
from core.modeling.checkpoint import Checkpoint
from core.modeling.entry import Candidate
from core.modeling.fitting import fit_candidate
from core.modeling.plan import TrainingPlan
from core.modeling.preparation import Request, prepare

QUICK = {"families": ("linear", "lightgbm"), "n_jobs": 1, "budget_s": 2}
ROOT = Path(core.modeling.__file__).parents[2]


def _codes(run) -> set[str]:
    return {finding.code for finding in run.findings}


def _noise(n_rows: int = 120, n_columns: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(n_rows, n_columns))).add_prefix("x")
    return frame.assign(y=np.where(rng.random(n_rows) < 0.5, "a", "b"))


def test_thirty_rows_give_a_model_and_a_word_about_few_rows(quick) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=30)
    run = quick(pd.DataFrame({"x": x, "y": np.where(x > 0, "a", "b")}), "y")
    assert run.champion_name != run.baseline_name
    assert "MODEL-011" in _codes(run)


@pytest.mark.parametrize(
    "n_columns", [1_000, pytest.param(5_000, marks=pytest.mark.slow)]
)
def test_thousands_of_columns_give_a_model(quick, n_columns: int) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(60, n_columns))).add_prefix("x")
    frame["y"] = np.where(frame["x7"] > 0, "a", "b")
    run = quick(frame, "y", families=("linear",), n_candidates=2)
    assert len(run.models) >= 2
    assert len(run.champion.feature_names) == n_columns


def test_a_budget_of_one_second_gives_what_a_second_gives() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(20_000, 15))).add_prefix("x")
    frame["y"] = np.where(frame["x0"] + rng.normal(size=20_000) > 0, "a", "b")
    run = train(frame, "y", budget_s=1, n_jobs=1)
    assert run.elapsed_s < 1 + 5
    assert run.champion.predict(frame.iloc[:3]).shape == (3,)
    told = _codes(run) & {"MODEL-009", "MODEL-007"}
    assert told or run.champion_name != run.baseline_name


def test_all_strings_different_beside_a_feature_do_not_stop_any_family(quick) -> None:
    frame = _noise(200).assign(
        code=[f"{i * 7919 % 100_003:05d}x" for i in range(200)],
        remark=[f"row {i} says nothing in particular" for i in range(200)],
    )
    run = quick(frame, "y", families=None, n_candidates=8)
    assert (run.leaderboard["state"] != "failed").all()


def test_infinite_values_count_as_missing_and_are_named(quick) -> None:
    frame = _noise()
    frame.loc[3, "x1"] = np.inf
    run = quick(frame, "y")
    found = next(f for f in run.findings if f.code == "MODEL-002")
    assert found.columns == ("x1",)
    assert (run.leaderboard["state"] != "failed").all()


def test_infinite_targets_are_left_out(quick) -> None:
    frame = _noise().assign(y=np.arange(120.0))
    frame.loc[0, "y"] = np.inf
    run = quick(frame, "y")
    assert run.n_train == 119
    assert "MODEL-001" in _codes(run)


def test_constant_columns_leave_the_baseline_and_say_why(quick) -> None:
    frame = pd.DataFrame({"one": [1] * 40, "two": ["x"] * 40, "y": ["a", "b"] * 20})
    run = quick(frame, "y")
    assert run.champion_name == run.baseline_name
    assert {"MODEL-005", "MODEL-006"} <= _codes(run)
    assert run.champion.predict([{}, {}]).shape == (2,)


def test_a_target_that_leaks_is_pointed_out(quick) -> None:
    frame = _noise(300)
    frame["paid"] = (frame["y"] == "b").astype(int)
    run = quick(frame, "y")
    told = next(finding for finding in run.findings if finding.code == "MODEL-008")
    assert told.columns == ("paid", "y")
    assert "'paid'" in told.evidence


def test_columns_of_noise_end_in_a_plain_word(quick) -> None:
    run = quick(_noise(200), "y", families=("linear",))
    assert "MODEL-007" in _codes(run)


def test_words_that_are_all_different_are_no_feature(quick) -> None:
    frame = _noise().assign(name=[f"n{i}" for i in range(120)])
    run = quick(frame, "y")
    assert "name" not in run.champion.feature_names
    assert "MODEL-004" in _codes(run)


def test_hostile_names_are_only_names(quick) -> None:
    frame = _noise().rename(columns={"x0": "$x$ <b>[a](b)", "x1": "a\"b'\n{c}:"})
    run = quick(frame, "y")
    assert (run.leaderboard["state"] != "failed").all()


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        pytest.param({"target": "z"}, "'z'", id="no such target"),
        pytest.param({"metric": "rmse"}, "'rmse'", id="metric does not fit"),
        pytest.param({"families": ("magic",)}, "'magic'", id="no such family"),
        pytest.param({"families": ()}, "family", id="no family"),
        pytest.param({"budget_s": 0.2}, "0.2", id="no time"),
        pytest.param({"budget_s": float("nan")}, "nan", id="no number as budget"),
        pytest.param({"n_jobs": 0}, "0", id="no process"),
        pytest.param({"groups": "z"}, "'z'", id="no such group column"),
        pytest.param({"groups": [1, 2]}, "2 groups", id="too few groups"),
        pytest.param({"groups": [1] * 120}, "one group", id="one group"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_next_step(changed, named) -> None:
    options = {"target": "y", **QUICK, **changed}
    with pytest.raises(ModelingError, match=re.escape(named)) as caught:
        train(_noise(), **options)
    assert caught.value.hint


def test_validation_rows_of_one_class_are_refused_by_name(quick) -> None:
    frame = _noise()
    held_out = frame[frame["y"] == "a"]
    with pytest.raises(ModelingError, match="'y'"):
        quick(frame, "y", validation=held_out)


def test_what_a_library_raises_is_a_failed_candidate_not_a_failed_run(tmp_path) -> None:
    request = Request(_noise(), "y", None, None, None, None, 5.0, ("linear",), 0)
    material, _ = prepare(request, tmp_path)
    refused = Candidate(1, "Linear model", "linear", {"penalty": -1.0})
    entry = fit_candidate(material, Checkpoint(tmp_path), refused, 5.0)
    assert entry.state == "failed"
    assert "'C' parameter" in entry.message
    assert Checkpoint(tmp_path).entries() == [entry]


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_every_metric_that_fits_a_task_can_be_optimised(task, frame) -> None:
    target = {"binary": "left", "multiclass": "level", "regression": "value"}[task]
    rows = frame[["calls", "fee", "plan", target]]
    for metric in METRICS.values():
        if task in metric.tasks:
            run = train(
                rows, target, task=task, metric=metric.name, families=("baseline",),
                n_jobs=1, budget_s=2,
            )  # fmt: skip
            assert np.isfinite(run.leaderboard["score"][0])


def test_a_plan_survives_json() -> None:
    plan = TrainingPlan("y", "binary", "log_loss", 30, ("linear",), 3, 2)
    assert TrainingPlan.from_dict({**plan.to_dict(), "later": 1}) == plan


def test_every_finding_has_its_heading_in_the_handbook() -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "core/modeling").glob("*.py")
    )
    handbook = (ROOT / "docs/findings.md").read_text(encoding="utf-8")
    for code in set(re.findall(r'"(MODEL-\d{3})"', source)):
        assert re.search(rf"^### {code}\b", handbook, re.M), code
