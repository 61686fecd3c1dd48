"""The Monitor page, as a person would use it."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.monitoring.quality_rules import learned_rules
from core.monitoring.rules import DEFAULT_RULES, Rule
from core.monitoring.watch import Watch
from core.retraining import Mix, Order
from core.serving import PredictionLog
from core.serving.calls import Call, CallLedger
from core.serving.keys import ApiKeys
from core.serving.routing import Route, Routes
from core.serving.tally import Tally
from core.settings import get_settings
from core.storage.types import now
from core.workspace import Workspace, open_workspace
from tests.rounds import go_round

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
N_ROWS = 200


def customers(n_rows: int, seed: int, extra_calls: float = 0.0) -> pd.DataFrame:
    """Rows with a signal: who calls often leaves."""
    rng = np.random.default_rng(seed)
    calls = rng.poisson(2 + extra_calls, n_rows)
    chance = 1 / (1 + np.exp(2 - 0.9 * calls))
    return pd.DataFrame(
        {
            "age": rng.integers(18, 80, n_rows),
            "fee": rng.normal(40, 9, n_rows).round(2),
            "plan": rng.choice(["basic", "plus", "pro"], n_rows),
            "calls": calls,
            "left": np.where(rng.random(n_rows) < chance, "yes", "no"),
        }
    )


def build(workspace: Workspace) -> str:
    """Take a small table as far as a champion, and predict two months with it."""
    project_id = go_round(workspace, customers(800, 0)).project_id
    for month, more_calls in enumerate((0.0, 3.0)):
        use(workspace, project_id, customers(N_ROWS, month + 1, more_calls), month)
    return project_id


def use(workspace: Workspace, project_id: str, rows: pd.DataFrame, month: int) -> None:
    service = workspace.service(project_id)
    inputs = rows.drop(columns="left")
    answers = service.predict(inputs, strict=False)
    at = START + timedelta(days=31 * month)
    workspace.log.append(
        project_id, 1, inputs, answers, latency_ms=1.0, source="batch", at=at
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder with the finished project, made once."""
    folder = tmp_path_factory.mktemp("monitor")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RONDO_HOME", str(folder / "home"))
        patch.setenv("RONDO_MODELS", str(folder / "models"))
        get_settings.cache_clear()
        workspace = open_workspace(get_settings())
        project_id = build(workspace)
        workspace.close()
        shutil.copytree(folder / "home", folder / "kept")
        yield folder, project_id
        workspace.close()
    get_settings.cache_clear()


@pytest.fixture
def site(built: tuple[Path, str]) -> Iterator[tuple[Workspace, str]]:
    """The finished project as it was made, whatever a test before has done."""
    folder, project_id = built
    workspace = open_workspace(get_settings())
    yield workspace, project_id
    workspace.close()
    shutil.rmtree(folder / "home")
    shutil.copytree(folder / "kept", folder / "home")


@pytest.fixture
def page(site: tuple[Workspace, str]) -> Callable[..., AppTest]:
    def open_page(part: str = "Columns", project_id: str | None = None) -> AppTest:
        at = AppTest.from_file(str(ROUTER), default_timeout=60)
        at.session_state["project"] = project_id or site[1]
        at.switch_page("monitor.py")
        at.session_state["monitor-part"] = part
        return run(at)

    return open_page


def run(at: AppTest) -> AppTest:
    at.run()
    assert not at.exception
    return at


def press(at: AppTest, label: str) -> AppTest:
    next(b for b in at.button if b.label == label).click()
    return run(at)


def words(at: AppTest) -> str:
    kinds = ("markdown", "caption", "success", "info", "warning", "error")
    shown = "\n".join(each.value for kind in kinds for each in getattr(at, kind))
    return shown.replace("\\", "")


def choose(at: AppTest, label: str, value: object) -> AppTest:
    next(box for box in at.selectbox if box.label == label).set_value(value)
    return run(at)


def outcomes_file(
    workspace: Workspace, project_id: str, n_rows: int, name: str = "ID"
) -> bytes:
    ids = workspace.log.read(project_id).meta["id"].head(n_rows)
    truth = customers(N_ROWS, 1)["left"].head(n_rows)
    table = pd.DataFrame({name: ids, "Outcome": truth})
    return table.to_csv(index=False).encode()


def test_without_a_version_it_points_to_evaluate(page, site):
    project = site[0].projects.create("Nothing yet")
    at = page(project_id=project.id)
    assert "no version yet" in words(at)
    assert [button.label for button in at.button] == ["Go to Evaluate"]


def test_the_newest_window_is_judged_first_and_says_what_is_wrong(page):
    at = page()
    assert "of 4 columns has drifted" in at.warning[0].value
    assert "calls" in at.warning[0].value
    assert len(at.get("plotly_chart")) == 4  # harm, then and now, drift, over time


def test_a_window_like_the_training_rows_is_said_to_be_right(page):
    at = choose(page(), "Window", 1)
    assert "No drift in 4 columns over 200 rows" in at.success[0].value.replace(
        "\\", ""
    )


def test_the_column_that_moved_most_is_shown_then_and_now(page):
    at = page()
    box = next(box for box in at.selectbox if box.label == "Then and now")
    assert box.value == "calls"
    (states,) = [f.value["State"] for f in at.dataframe if "State" in f.value]
    assert len(states) == 4
    assert states.tolist()[0] == "drifted"


def test_a_later_table_is_judged_with_its_faults_first(page):
    at = page()
    at.segmented_control[0].set_value("A later table")
    run(at)
    assert "not kept" in words(at)
    later = customers(300, 5).assign(fee=lambda rows: rows["fee"] * 1000)
    file = later.drop(columns="plan").to_csv(index=False).encode()
    at.file_uploader[0].upload("later.csv", file)
    run(at)
    assert "Columns are missing" in at.error[0].value
    assert "The unit seems to have changed" in words(at)


def test_a_broken_file_is_refused_with_a_next_step(page):
    at = page()
    at.segmented_control[0].set_value("A later table")
    run(at)
    at.file_uploader[0].upload("later.csv", b"")
    run(at)
    assert "Next step" in at.error[0].value


def test_drift_of_the_answers_is_shown(page):
    at = page("Predictions")
    assert "The answers have drifted: higher values" in words(at)
    assert len(at.get("plotly_chart")) == 2  # answers, and the time of calls


def test_the_service_of_every_window_is_shown(page):
    at = page("Predictions")
    assert "Service" in [each.value for each in at.header]
    (table,) = [t.value for t in at.dataframe if "Median ms" in t.value.columns]
    assert table["Came"].tolist() == ["200 by files"] * 2


def test_some_outcomes_speak_for_all_rows(page, site):
    workspace, project_id = site
    ids = workspace.log.read(project_id).meta["id"]
    workspace.log.add_outcomes(project_id, [(each, "no") for each in ids[:250]])
    at = page("Outcomes")
    at.toggle[0].set_value(True)
    said = words(run(at))
    assert "Accuracy over all 400 rows" in said
    assert "200 of each are needed" in said


def test_rows_to_label_are_proposed_with_their_reasons(page):
    at = page("Outcomes")
    assert "Enter outcomes by hand" in [each.value for each in at.header]
    assert "These 20 rows say most about performance" in words(at)
    next(n for n in at.number_input if n.label == "Rows to label").set_value(7)
    assert "These 7 rows" in words(run(at))


def test_outcomes_are_taken_in_by_id_and_counted(page, site):
    at = page("Outcomes")
    assert "Outcomes known" in [metric.label for metric in at.metric]
    file = outcomes_file(*site, 100) + b"unknown-id,yes\n"
    at.file_uploader[0].upload("outcomes.csv", file)
    press(run(at), "Take these outcomes")
    assert "100 outcomes were added" in words(at)
    assert "unknown-id" in words(at)
    assert at.metric[1].value.startswith("100")
    assert len(at.get("plotly_chart")) == 1


def test_outcomes_are_taken_by_the_id_that_an_answered_file_carries(page, site):
    at = page("Outcomes")
    file = outcomes_file(*site, 1, "prediction_id")
    at.file_uploader[0].upload("outcomes.csv", file)
    press(run(at), "Take these outcomes")
    assert "1 outcome was added." in words(at)


def test_one_row_is_said_once_to_be_too_few_and_nothing_is_praised(page, site):
    use(*site, customers(1, 7), month=4)
    at = choose(page(), "Window", 0)
    assert "1 row, too few to say: at least 50 are compared" in words(at)
    assert words(at).count("too few to say") == 2  # the verdict, and why none below
    assert not at.success


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"a,b\n1,2\n", "no columns"),
        (b"id,outcome\nx,perhaps\n", "perhaps"),
    ],
    ids=["other columns", "an outcome that is no label"],
)
def test_outcomes_that_cannot_be_read_are_refused(page, site, file, said):
    at = page("Outcomes")
    at.file_uploader[0].upload("outcomes.csv", file)
    press(run(at), "Take these outcomes")
    assert said in at.error[0].value
    assert site[0].monitoring.n_outcomes(site[1], 1) == 0


def test_the_next_cycle_waits_for_outcomes(page):
    assert "Bring outcomes in first" in words(page("Next cycle"))


def test_the_next_cycle_says_its_rows_and_begins_on_them(page, site):
    workspace, project_id = site
    ids = workspace.log.read(project_id).meta["id"].head(50)
    workspace.log.add_outcomes(project_id, [(each, "no") for each in ids])
    at = page("Next cycle")
    assert "850 rows: 800 of the last cycle and 50 captured ones" in words(at)
    press(at, "Start the next cycle")
    cycle = workspace.cycles.current(project_id)
    assert cycle.number == 2
    assert cycle.target == "left"
    assert len(workspace.data.frame(cycle.dataset_id)) == 850


def labelled(workspace: Workspace, project_id: str, n_rows: int = 200) -> None:
    """Bring in what came true of the first month."""
    meta = workspace.log.read(project_id).meta.head(n_rows)
    truth = customers(N_ROWS, 1)["left"].head(n_rows)
    pairs = zip(meta["id"], truth, strict=True)
    workspace.log.add_outcomes(project_id, pairs)


def challenged(workspace: Workspace, project_id: str) -> int:
    """Make a challenger in this process, as the job would."""
    order = Order(mix=Mix(kept_aside=0.3), budget_s=1, action="register")
    given = workspace.challenges.arguments(project_id, order, "tester", "By hand")
    return workspace.challenges.execute(project_id, given, lambda *_: None).challenger


def test_one_press_begins_a_challenger_in_a_job(page, site):
    labelled(*site)
    at = press(page("Next cycle"), "Train a challenger")
    job = site[0].challenges.active(site[1])
    assert job.arguments["order"]["mix"]["kept_aside"] == 0.3
    assert [button.label for button in at.button].count("Cancel") == 1
    site[0].jobs.cancel(job.id)


def test_what_an_alarm_speaks_of_makes_earlier_rows_old_ones(page, site):
    workspace, project_id = site
    alarmed(workspace, project_id)
    labelled(workspace, project_id)
    ids = workspace.log.read(project_id).meta["id"].tail(50)
    workspace.log.add_outcomes(project_id, [(each, "no") for each in ids])
    at = page("Next cycle")
    (box,) = [b for b in at.checkbox if b.label.startswith("Rows from before")]
    assert box.value
    press(at, "Train a challenger")
    job = workspace.challenges.active(project_id)
    assert job.arguments["fresh_from"].startswith("2026-04-01")
    workspace.jobs.cancel(job.id)


def test_the_verdict_is_shown_and_the_challenger_promoted_all_the_same(page, site):
    workspace, project_id = site
    labelled(workspace, project_id)
    number = challenged(workspace, project_id)
    at = page("Next cycle")
    assert f"Version {number} against 1" in [head.value for head in at.header]
    assert "on 60 rows with known outcome" in words(at)
    labels = [metric.label for metric in at.metric]
    assert {"From wrong to right", "From right to wrong"} <= set(labels)
    button = next(
        b for b in at.button if b.label.startswith(f"Promote version {number}")
    )
    button.click()
    run(at)
    assert workspace.registry.champion(project_id) == number


def test_a_policy_is_edited_and_kept(page, site):
    workspace, project_id = site
    at = page("Next cycle")
    assert "by hand only" in words(at)
    next(t for t in at.toggle if t.label == "Retrain by itself").set_value(True)
    run(at)
    choose(at, "Then it", "challenger")
    press(at, "Keep this policy")
    assert "Kept" in words(at)
    policy = workspace.policies.get(project_id)
    assert policy.active
    assert policy.triggers == ("performance",)
    assert (policy.order.action, policy.order.mix.old_weight) == ("challenger", None)
    assert "outcomes prove the champion worse" in words(at)


def test_deploy_says_what_outcomes_prove_of_a_challenger(page, site):
    workspace, project_id = site
    labelled(workspace, project_id)
    number = challenged(workspace, project_id)
    workspace.registry.set_alias(project_id, "challenger", number, who="tester")
    Routes(workspace.database).put(
        project_id, Route("challenger", 0.5), who="tester", why="try"
    )
    at = page()
    at.session_state["deploy-part"] = "Share calls"
    at.switch_page("deploy.py")
    run(at)
    assert f"Verdict on version {number}" in words(at)
    assert any(b.label.startswith(f"Promote version {number}") for b in at.button)


def alarmed(workspace: Workspace, project_id: str) -> None:
    """Let the second month, which has drifted, alarm at once."""
    rule = Rule("columns", "columns", 0.1, m=1, n=1)
    workspace.alarms.save_watch(project_id, Watch(rules=(rule,)))


def test_an_alarm_says_what_and_is_counted_on_every_page(page, site):
    alarmed(*site)
    at = page()
    assert "Any column drifts" in words(at)
    assert "Look first at: calls" in words(at).replace("*", "")
    at.switch_page("home.py")
    assert "1 alarm open" in [button.label for button in run(at).button]


def test_an_alarm_is_inspected_and_leads_to_the_next_cycle(page, site):
    alarmed(*site)
    at = press(page("Outcomes"), "Inspect")
    assert at.session_state["monitor-part"] == "Columns"
    assert press(at, "Retrain").session_state["monitor-part"] == "Next cycle"


@pytest.mark.parametrize("answer", ["Acknowledge", "Mute", "Resolve"])
def test_an_alarm_is_answered_with_a_reason(page, site, answer):
    alarmed(*site)
    at = page()
    next(f for f in at.text_input if f.label == "Why").set_value("a campaign")
    press(run(at), answer)
    (alarm,) = site[0].alarms.list(site[1])
    assert alarm.state == {"Acknowledge": "acknowledged", "Mute": "muted"}.get(
        answer, "resolved"
    )
    assert "a campaign" in alarm.note


def test_rules_are_kept_and_a_wrong_address_is_refused(page, site):
    at = page("Alarms")
    next(f for f in at.text_input if f.label == "Webhook").set_value("nowhere")
    press(at, "Keep these rules")
    assert "no address of the web" in words(at)
    hook = "https://example.org/hook"
    next(f for f in at.text_input if f.label == "Webhook").set_value(hook)
    box = next(b for b in at.selectbox if b.label == "Judge windows by")
    box.set_value("Week")
    press(at, "Keep these rules")
    assert "Kept" in words(at)
    watch = site[0].alarms.watch(site[1])
    assert (watch.period, watch.webhook) == ("week", hook)
    assert watch.rules == DEFAULT_RULES


def test_windows_go_by_a_number_of_rows_on_the_page_and_in_rules(page, site):
    at = page("Alarms")
    box = next(b for b in at.selectbox if b.label == "Judge windows by")
    box.set_value("Number of rows")
    next(n for n in at.number_input if n.label == "Rows a window").set_value(150)
    press(at, "Keep these rules")
    assert "Kept" in words(at)
    assert site[0].alarms.watch(site[1]).period == 150
    at = page("Columns")
    assert "The open window has 100 of 150 rows so far" in words(at)
    options = next(b for b in at.selectbox if b.label == "Window").options
    assert options[0] == "All closed windows"
    assert options[1].startswith("2 · 2026-03-02 09:00 to 2026-04-02 09:00 · 150 rows")
    for part in ("Predictions", "Outcomes", "Alarms"):
        assert not page(part).exception


def test_before_the_first_window_of_rows_closes_the_page_says_how_far_it_is(page):
    at = page("Columns")
    next(b for b in at.selectbox if b.label == "Windows by").set_value("Number of rows")
    at = run(at)
    assert "The open window has 400 of 1,000 rows so far" in words(at)


def test_many_new_rows_are_summarised_in_a_job(page, site, monkeypatch):
    monkeypatch.setattr("pages.shared.monitor_windows.AT_ONCE", 100)
    at = page()
    assert "400 new rows are summarised once" in words(at)
    (job,) = site[0].jobs.active("windows")
    site[0].jobs.cancel(job.id)


def test_a_rehearsal_is_shown_and_thresholds_are_raised(page, site):
    workspace, project_id = site
    alarmed(workspace, project_id)
    at = page("Alarms")
    assert "every alarm there is a false one" in words(at)
    history = next(c for c in at.segmented_control if c.label == "History")
    history.set_value("Captured so far")
    run(at)
    assert at.dataframe[-1].value["Alarms"].tolist() == [1]
    press(at, "Raise 1 threshold")
    (rule,) = workspace.alarms.watch(project_id).rules
    assert rule.threshold > 0.1


def test_faults_are_put_in_by_a_job(page, site):
    at = press(page("Alarms"), "Break it")
    (job,) = site[0].jobs.active("break")
    site[0].jobs.cancel(job.id)
    assert "the live stream is not touched" in words(at)


def test_an_own_rule_is_kept_and_judges_the_window_it_holds_from(page, site):
    workspace, project_id = site
    at = page()
    schema = workspace.service(project_id).version.schema
    expected = [(each.column, each.check) for each in learned_rules(schema)]
    key = f"quality-rules-{project_id}-1-0"
    at.session_state[key] = {
        "edited_rows": {
            expected.index(("fee", "range")): {
                "Own value": "30 to 50",
                "Gravity": "problem",
            }
        },
        "added_rows": [],
        "deleted_rows": [],
    }
    box = next(box for box in at.selectbox if box.label == "They hold from")
    box.set_value("2026-04")
    press(at, "Keep these expectations")
    assert "hold for windows from 2026-04 on" in words(at)
    assert "not between 30 and 50 (own rule)" in words(at)
    (saved,) = workspace.monitoring.rules.history(project_id, 1)
    assert [rule.value for rule in saved.rules] == ["30 to 50"]
    first, second = workspace.monitoring.windows.list(project_id, 1, "month")
    assert (len(first.faults), len(second.faults)) == (0, 1)


def test_an_own_rule_that_cannot_be_read_is_refused_with_an_example(page, site):
    workspace, project_id = site
    at = page()
    at.session_state[f"quality-rules-{project_id}-1-0"] = {
        "edited_rows": {0: {"Own value": "always"}},
        "added_rows": [],
        "deleted_rows": [],
    }
    press(run(at), "Keep these expectations")
    assert "on or off only" in words(at)
    assert workspace.monitoring.rules.history(project_id, 1) == ()


def test_calls_of_the_api_are_shown_by_version_and_key(page, site):
    workspace, project_id = site
    assert "has not been called yet" in words(page("Predictions"))
    key, _ = ApiKeys(workspace.database).create("shop", scopes=["predict"])
    ledger = CallLedger(workspace.database, workspace.registry.champions)
    for status, version in ((200, 1),) * 30 + ((422, None),) * 10 + ((401, None),):
        key_id = "" if status == 401 else key.id
        call = Call(project_id, key_id, status, 5.0, version, 1)
        ledger.note(call, START + timedelta(days=1))
    ledger.flush()
    at = page("Predictions")
    tables = {t.value.columns[0]: t.value for t in at.dataframe if len(t.value.columns)}
    assert tables["Version"].loc[0, ["Calls", "Not answered"]].tolist() == [
        "40",
        "25.0%",
    ]
    assert set(tables["Key"]["Key"]) == {"shop", "none"}
    assert "1 came without a valid key" in words(at)


def test_paused_capture_is_said_first(page, monkeypatch):
    monkeypatch.setattr(PredictionLog, "pauses", lambda *_: True)
    assert "Capture is paused" in words(page())


def test_what_a_killed_worker_has_lost_is_said(page, site):
    workspace, project_id = site
    tally = Tally(workspace.settings.home / "capture", project_id)
    tally.accept(12, now(), now())
    tally.close()
    told = words(page())
    assert "Some answers were not captured" in told
    assert "At most 12 predictions between" in told


def test_a_large_file_of_outcomes_becomes_a_job_and_says_what_became_of_it(
    page, site, monkeypatch
):
    workspace, project_id = site
    monkeypatch.setattr("pages.shared.monitor_outcomes.LARGE_BYTES", 1_000)
    at = page("Outcomes")
    at.file_uploader[0].upload("outcomes.csv", outcomes_file(*site, 100))
    press(run(at), "Take these outcomes")
    (job,) = [j for j in workspace.jobs.list(project_id) if j.kind == "outcomes"]
    workspace.jobs.wait(job.id)
    assert "100 outcomes were added" in words(run(at))
