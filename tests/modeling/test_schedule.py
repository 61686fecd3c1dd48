import numpy as np
import pytest

from core.modeling.entry import Candidate, Entry
from core.modeling.families import FAMILIES
from core.modeling.schedule import Schedule, wants_log
from core.modeling.scoring import METRICS


def _run(schedule: Schedule, n: int, hold_back: int = 0) -> list[Candidate]:
    """Let candidates finish in order, each `hold_back` places late."""
    finished: dict[int, Entry] = {}
    made: list[Candidate] = []
    while len(made) < n:
        candidate = schedule.next(finished)
        if candidate is None and schedule.exhausted(finished):
            break
        if candidate is not None:
            made.append(candidate)
        ready = made[: len(made) - (hold_back if candidate is not None else 0)]
        for item in ready:
            score = 0.5 + (hash(item.family) % 7) / 100 + item.index % 3 / 1000
            score = 0.5 if item.index == 0 else score
            finished[item.index] = Entry(
                item.name, item.family, item.index, dict(item.params), score=score
            )
    return made


def _schedule(**options) -> Schedule:
    families = options.pop("families", tuple(FAMILIES))
    rows = options.pop("n_rows", 4_000)
    return Schedule(families, METRICS["roc_auc"], rows, **options)


def test_the_baseline_comes_first_then_different_families() -> None:
    made = _run(_schedule(), 4)
    assert made[0].family == "baseline"
    assert len({candidate.family for candidate in made[1:4]}) == 3


def test_every_ticked_family_is_tried_before_the_search_begins() -> None:
    made = _run(_schedule(families=("linear", "lightgbm", "nearest_neighbours")), 9)
    assert {c.family for c in made} == {
        "baseline", "linear", "lightgbm", "nearest_neighbours",
    }  # fmt: skip


def test_names_are_unique_and_indices_count_up() -> None:
    made = _run(_schedule(), 40)
    assert len({candidate.name for candidate in made}) == len(made)
    assert [candidate.index for candidate in made] == list(range(len(made)))


def test_the_order_does_not_depend_on_which_of_two_ends_first() -> None:
    prompt = _run(_schedule(lag=4), 60)
    late = _run(_schedule(lag=4), 60, hold_back=3)
    assert prompt == late


def test_another_seed_searches_elsewhere() -> None:
    first, second = (_run(_schedule(random_state=seed), 30)[-1] for seed in (0, 1))
    assert first.params != second.params


def test_a_family_too_slow_for_the_rows_is_left_out() -> None:
    made = _run(_schedule(n_rows=60_000), 30)
    assert "nearest_neighbours" not in {candidate.family for candidate in made}


def test_the_search_ends_when_nothing_gets_better() -> None:
    schedule = _schedule(n_rows=10**6)
    assert len(_run(schedule, 500)) < 150


def test_small_tables_get_few_candidates() -> None:
    assert len(_run(_schedule(n_rows=60), 500)) == 16


def test_only_the_baseline_can_be_asked_for() -> None:
    assert [c.name for c in _run(_schedule(families=("baseline",)), 9)] == ["Baseline"]


@pytest.mark.parametrize(
    ("y", "expected"),
    [
        pytest.param(np.exp(np.linspace(0, 5, 99)), True, id="skewed"),
        pytest.param(np.linspace(0, 5, 99), False, id="even"),
        pytest.param(np.exp(np.linspace(0, 5, 99)) - 50, False, id="negative"),
    ],
)
def test_the_logarithm_is_tried_on_skewed_positive_targets(y, expected) -> None:
    assert wants_log(y, "regression") is expected
    assert (
        any("log_target" in c.params for c in _run(_schedule(log_target=expected), 20))
        is expected
    )


def _flat(schedule: Schedule, most: int = 150) -> dict[int, Entry]:
    """Let candidates finish one by one, none better than the first of the search."""
    finished: dict[int, Entry] = {}
    while len(finished) < most and not schedule.exhausted(finished):
        made = schedule.next(finished)
        assert made is not None
        finished[made.index] = Entry(made.name, made.family, made.index, score=0.5)
    return finished


def test_the_search_says_that_it_ended_because_nothing_was_better() -> None:
    schedule = _schedule()
    finished = _flat(schedule)
    assert len(finished) < 70
    assert "no better than the best before" in schedule.why_ended(finished)


def test_the_search_on_few_rows_says_that_enough_were_tried() -> None:
    schedule = _schedule(n_rows=600)
    finished = _flat(schedule)
    assert len(finished) == 30
    assert "30 candidates were tried on 600 rows" in schedule.why_ended(finished)


def test_families_without_settings_end_the_search_and_it_says_so() -> None:
    schedule = _schedule(families=("baseline",))
    finished = _flat(schedule)
    assert "settings to search in" in schedule.why_ended(finished)


@pytest.mark.parametrize("n_rows", [600, 4_000])
def test_a_search_with_its_whole_budget_goes_on(n_rows: int) -> None:
    schedule = _schedule(n_rows=n_rows, whole_budget=True)
    finished = _flat(schedule)
    assert len(finished) == 150
    assert schedule.why_ended(finished) == ""
