"""Challengers: made from the champion's cycle, judged on rows none learned from."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from core.data import Recipe, Step
from core.errors import WorkspaceError
from core.modeling import train
from core.retraining import Gate, Mix, Order
from core.retraining.verdict import MIN_ROWS
from core.workspace import Workspace
from core.workspace import training as training_module
from tests.fitted import enough
from tests.workspace.conftest import customers
from tests.workspace.live import PROJECT, START, build, copied, use
from tests.workspace.test_updates import live

ORDER = Order(mix=Mix(kept_aside=0.3), gate=Gate(most_slower=None))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("challenge")
    build(made, 400)
    return made


@pytest.fixture
def site(folder: Path, request, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    def quick(*given, **options):
        for name in ("on_progress", "should_stop"):
            options.pop(name)
        # One at a time: of two, whichever is quicker would become the challenger.
        return train(*given, **{**options, "n_jobs": 1}, **enough(1))

    monkeypatch.setattr(training_module, "train", quick)
    workspace = copied(folder, request.node.name[:60].replace("[", "-").strip("]"))
    yield workspace
    workspace.close()


def changed(n_rows: int, seed: int) -> pd.DataFrame:
    """Rows where what used to make customers leave keeps them."""
    rows = customers(n_rows, seed)
    return rows.assign(left=rows["left"].map({"yes": "no", "no": "yes"}))


def capture(workspace: Workspace, rows: pd.DataFrame, month: int = 1) -> None:
    ids = use(workspace, rows, month)
    workspace.log.add_outcomes(PROJECT, zip(ids, rows["left"], strict=True))


def made(workspace: Workspace, order: Order = ORDER):
    given = workspace.challenges.arguments(PROJECT, order, "tester", "By hand")
    return workspace.challenges.execute(PROJECT, given, lambda *_: None), given


def test_after_a_change_the_challenger_is_promoted_and_it_is_written_down(site):
    capture(site, changed(500, 3))
    challenge, given = made(
        site, replace(ORDER, mix=Mix(old_weight=0.0, kept_aside=0.3))
    )
    assert challenge.judged.verdict.decision == "promote"
    assert challenge.judged.verdict.n_rows == 150
    assert challenge.objections == ()
    assert site.registry.champion(PROJECT) == challenge.challenger == 2
    cycle = site.cycles.current(PROJECT)
    assert (cycle.number, cycle.version_number) == (2, 2)
    assert len(site.data.frame(cycle.dataset_id)) == 350
    judged = [e for e in site.registry.history(PROJECT) if e.action == "judged"]
    assert "made the champion" in judged[0].why
    assert site.registry.verify_history(PROJECT).intact
    again = site.challenges.execute(PROJECT, given, lambda *_: None)
    assert again.id == challenge.id
    assert len(site.cycles.list(PROJECT)) == 2
    # The next table starts from all of these, and judges on rows both never saw.
    told = site.next_cycle.drawn(PROJECT, cycle.dataset_id)
    assert told["origins"] == [[2, 350]]
    assert len(site.next_cycle.fresh_rows(PROJECT, 1, 2)) == 150


def test_what_is_not_proven_is_not_promoted_and_the_reason_is_kept(site):
    # So few rows prove nothing, whichever candidate becomes the challenger.
    capture(site, customers(60, 3))
    challenge, _ = made(site)
    assert challenge.judged.verdict.n_rows < MIN_ROWS
    assert site.registry.champion(PROJECT) == 1
    assert "not proven better" in challenge.objections[0]
    assert "saved as a draft" in challenge.sentence
    assert site.challenges.list(PROJECT)[0].judged.to_dict() == (
        challenge.judged.to_dict()
    )


def test_a_turn_that_was_interrupted_goes_on_where_it_was(site, monkeypatch):
    capture(site, customers(200, 3))
    given = site.challenges.arguments(PROJECT, ORDER, "tester", "By hand")
    with monkeypatch.context() as patch:
        patch.setattr(type(site.evaluation), "open", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            site.challenges.execute(PROJECT, given, lambda *_: None)
    run_id = site.cycles.current(PROJECT).run_id
    challenge = site.challenges.execute(PROJECT, given, lambda *_: None)
    assert challenge.cycle == 2
    assert site.cycles.current(PROJECT).run_id == run_id
    assert len(site.cycles.list(PROJECT)) == 2


def test_the_recipe_goes_with_the_raw_rows_so_callers_send_what_they_sent(site):
    cycle = site.cycles.current(PROJECT)
    recipe = Recipe((Step("drop_columns", ("fee",)), Step("trim_text", ("plan",))))
    site.cycles.save_recipe(cycle.id, recipe)
    split = site.data.split(cycle.id)
    plan = site.training.get("run-test").plan
    site.training.execute(cycle.id, plan, split_id=split.id, run_id="run-2")
    site.evaluation.open(cycle.id)
    info = site.evaluation.save_version(cycle.id, who="tester")
    site.registry.set_alias(PROJECT, "champion", info.number, who="tester")
    capture(site, customers(120, 3))
    challenge, _ = made(site)
    new = site.registry.load(PROJECT, challenge.challenger)
    old = site.registry.load(PROJECT, info.number)
    assert new.schema.names == old.schema.names == ("age", "plan", "calls")
    assert "fee" in site.data.frame(site.cycles.current(PROJECT).dataset_id)


def test_old_rows_can_count_less_and_rows_of_old_cycles_stay_behind(site):
    capture(site, customers(100, 3))
    drawn = site.next_cycle.draw(PROJECT, Mix(old_weight=0.25))
    assert drawn.frame[drawn.weight].value_counts().to_dict() == {0.25: 400, 1.0: 100}
    alone = site.next_cycle.draw(PROJECT, Mix(old_cycles=0, newest=40))
    assert (len(alone.frame), alone.origins) == (40, ((2, 40),))
    challenge, _ = made(site, Order(mix=Mix(old_weight=0.25, kept_aside=0.3)))
    version = site.registry.load(PROJECT, challenge.challenger)
    assert version.schema.names == ("age", "fee", "plan", "calls")
    cycle = site.cycles.current(PROJECT)
    assert site.training.run(cycle.id).plan.weight == drawn.weight


def test_what_is_kept_aside_is_a_share_of_what_came_after_the_change(site):
    capture(site, customers(200, 3))
    capture(site, changed(200, 4), month=2)
    after = START + timedelta(days=31 * 2)
    mix = Mix(old_weight=None, kept_aside=0.3)
    drawn = site.next_cycle.draw(PROJECT, mix, fresh_from=after)
    assert drawn.n_aside == 60
    assert "left out" in drawn.weighing
    assert drawn.origins == ((2, 140),)
    assert site.next_cycle.draw(PROJECT, mix).n_aside == 120


def test_without_new_outcomes_there_is_nothing_to_learn_from(site):
    given = site.challenges.arguments(PROJECT, ORDER, "tester", "By hand")
    with pytest.raises(WorkspaceError, match="has an outcome"):
        site.challenges.execute(PROJECT, given, lambda *_: None)


def test_a_champion_that_can_learn_on_is_updated_and_tested_first(tmp_path: Path):
    workspace = live(tmp_path, "online")
    capture(workspace, customers(200, 3))
    order = Order(mix=Mix(kept_aside=0.3), search="update", action="challenger")
    challenge, _ = made(workspace, order)
    assert challenge.cycle is None
    version = workspace.registry.load(PROJECT, challenge.challenger)
    assert version.lineage["updated_rows"] == 140
    assert challenge.judged.verdict.n_rows == 60
    assert len(workspace.next_cycle.fresh_rows(PROJECT, 2)) == 60
    workspace.close()


def test_one_challenger_at_a_time_is_made_in_a_job(site):
    capture(site, customers(100, 3))
    first = site.challenges.start(PROJECT, ORDER, who="tester")
    again = site.challenges.start(PROJECT, ORDER, who="tester")
    assert first.id == again.id
    site.jobs.cancel(first.id)
    begun = [e for e in site.registry.history(PROJECT) if e.alias is None]
    assert begun[-1].action == "retraining begun"


def test_the_turns_are_told_in_lines_and_any_two_are_compared(site):
    capture(site, customers(200, 3))
    made(site, Order(mix=Mix(kept_aside=0.3), gate=Gate("not worse", 1.0)))
    newest, first = site.lineage.turns(PROJECT)
    assert (newest.number, first.number) == (2, 1)
    assert newest.data == "540 rows"
    assert "live" in (newest.version + first.version)
    cycles = site.cycles.list(PROJECT)
    found = site.lineage.compare(cycles[1].id, cycles[0].id)
    told = {(each.about, each.what): each for each in found}
    assert told["data", "rows"].first == "400 rows"
    assert told["data", "rows"].second == "540 rows"
    assert told["recipe", "steps"].same
    assert not told["metrics", "ROC AUC"].same
    assert any(each.about == "card" for each in found)
    assert all(each.same for each in site.lineage.compare(cycles[0].id, cycles[0].id))


def test_a_champion_from_no_cycle_is_refused_with_a_hint_unless_it_learns_on(
    site, monkeypatch: pytest.MonkeyPatch
):
    old = site.service(PROJECT).version
    info = site.registry.add(PROJECT, old.model, who="Ada", lineage={})
    site.registry.set_alias(PROJECT, "champion", info.number, who="Ada")
    capture(site, changed(60, 3))
    with pytest.raises(WorkspaceError, match="came from no cycle") as refused:
        site.challenges.start(PROJECT, ORDER, who="tester")
    assert "Explore" in refused.value.hint
    with pytest.raises(WorkspaceError, match="came from no cycle"):
        site.next_cycle.table(PROJECT)
    submitted: list[str] = []
    monkeypatch.setattr(
        "core.workspace.jobs.Jobs.submit",
        lambda *_, cycle_id, **__: submitted.append(cycle_id),
    )
    update = Order(mix=Mix(kept_aside=0.3), search="update", action="challenger")
    site.challenges.start(PROJECT, update, who="tester")
    assert submitted == [site.cycles.current(PROJECT).id]
