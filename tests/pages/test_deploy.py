from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.serving.keys import ApiKeys
from core.serving.routing import Route, Routes
from core.serving.tally import Tally
from core.settings import Settings
from core.storage.types import now
from core.workspace import Workspace, open_workspace
from pages.shared.deploy_champion import comparison
from tests.deployment.tracking_server import serving
from tests.fitted import fit_model

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"
HOSTILE = "$x$ :red[a] <script>alert(1)</script> [b](javascript:1)"


def evaluation(value: float) -> dict[str, object]:
    figures = {"title": "Log loss", "value": value, "higher_is_better": False}
    ends = {"low": value - 0.02, "high": value + 0.02}
    return {"n_rows": 50, "metrics": {"log_loss": {**figures, **ends}}}


@dataclass(frozen=True)
class Site:
    """A workspace with a project of some versions, and its Deploy page."""

    workspace: Workspace
    project_id: str

    def open(self, part: str = "Versions") -> AppTest:
        page = AppTest.from_file(str(ROUTER), default_timeout=30)
        page.session_state["project"] = self.project_id
        page.session_state["deploy-part"] = part
        page.switch_page("deploy.py").run()
        assert not page.exception
        return page

    @property
    def champion(self) -> int | None:
        return self.workspace.registry.champion(self.project_id)


@pytest.fixture
def site(settings: Settings) -> Callable[..., Site]:
    """Make a site with so many versions, of which the named ones went live in turn."""

    def make(n_versions: int = 2, live: tuple[int, ...] = ()) -> Site:
        workspace = open_workspace(settings)
        project = workspace.projects.create("Customers who may leave")
        registry = workspace.registry
        for seed in range(n_versions):
            model = replace(fit_model(seed=seed), name=f"Model {seed + 1}")
            registry.add(
                project.id, model, who="Ada", note=HOSTILE,
                evaluation=evaluation(0.5 - 0.01 * seed),
            )  # fmt: skip
        for number in live:
            registry.set_alias(
                project.id, "champion", number, who="Ada", why=f"turn {number}"
            )
        return Site(workspace, project.id)

    return make


def press(page: AppTest, label: str) -> AppTest:
    next(b for b in page.button if b.label == label).click().run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    kinds = (page.markdown, page.caption, page.success, page.warning, page.info)
    return "\n".join(element.value for kind in kinds for element in kind)


def test_without_a_version_it_points_to_evaluate(site):
    page = site(0).open()
    assert "no version yet" in words(page)
    assert [b.label for b in page.button] == ["Go to Evaluate"]


def test_versions_stand_side_by_side_newest_first(site):
    table = site(2, live=(1,)).open().dataframe[0].value
    assert table["Version"].tolist() == [2, 1]
    assert table["State"].tolist() == ["saved, never live", "live (champion)"]
    assert table.iloc[0, 3] == "Log loss 0.490 (0.470 to 0.510)"
    assert table["Note"].tolist() == [HOSTILE, HOSTILE]


def test_a_version_goes_live_with_who_and_why(site):
    here = site(2)
    page = here.open()
    assert "Nothing is live yet" in words(page)
    page.text_input(key="promote-who").set_value("Bo")
    page.text_input(key="promote-why").set_value(f"because {HOSTILE}")
    page = press(page, "Make version 2 the champion")
    assert here.champion == 2
    assert "Version 2 is live from the next call on." in words(page)
    last = here.workspace.registry.history(here.project_id)[-1]
    assert (last.who, last.why) == ("Bo", f"because {HOSTILE}")
    assert ":red[" not in words(page)


def test_nobody_promotes_without_a_name(site):
    here = site(1)
    page = here.open()
    page.text_input(key="promote-who").set_value(" ")
    page = press(page, "Make version 1 the champion")
    assert "Nobody is named" in page.error[0].value
    assert here.champion is None


def test_rolling_back_says_what_will_be_live_and_does_it_in_one_click(site):
    here = site(2, live=(1, 2))
    page = here.open()
    assert "**Version 1** · Model 1 · Log loss" in words(page)
    page = press(page, "Roll back to version 1")
    assert here.champion == 1
    assert "Version 1 is live again" in words(page)


def test_without_an_earlier_champion_there_is_nothing_to_roll_back_to(site):
    page = site(1, live=(1,)).open()
    assert "no other champion" in words(page)
    assert not any(b.label.startswith("Roll back") for b in page.button)


def test_a_version_that_was_tampered_with_does_not_go_live(site, settings):
    here = site(1)
    (settings.models / here.project_id / "1" / "model.pkl").write_bytes(b"other")
    page = press(here.open(), "Make version 1 the champion")
    assert "was changed" in page.error[0].value
    assert here.champion is None


def test_the_model_card_can_be_read(site):
    assert "Log loss" in words(site(1).open())


def test_the_calls_show_the_row_on_screen(site):
    page = site(1, live=(1,)).open("Call it")
    here = page.text_area[0].value
    assert '"plan": "' in here
    codes = "\n".join(element.value for element in page.code)
    assert "/api/projects/customers-who-may-leave/predict" in codes
    page.text_area[0].set_value('{"plan": "from the screen"}').run()
    assert sum("from the screen" in element.value for element in page.code) == 3


def test_the_live_version_can_be_asked_and_its_answer_is_kept(site):
    here = site(1, live=(1,))
    page = press(here.open("Call it"), "Ask the live version")
    captured = here.workspace.log.read(here.project_id)
    assert captured.meta["source"].tolist() == ["page"]
    assert captured.meta["id"].tolist()[0] in page.json[0].value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("{", "not JSON", id="not JSON"),
        pytest.param('{"age": "forty"}', "is not a whole number", id="wrong type"),
    ],
)
def test_a_row_that_cannot_be_sent_gets_a_message(site, text, told):
    here = site(1, live=(1,))
    page = here.open("Call it")
    page.text_area[0].set_value(text).run()
    for button in page.button:
        if button.label == "Ask the live version":
            page = button.click().run()
    assert not page.exception
    assert told in page.error[0].value.replace("\\", "")
    assert here.workspace.log.count(here.project_id) == 0


def test_the_page_says_who_may_call(site):
    assert "Programs on this machine" in words(site(1, live=(1,)).open("Call it"))


def test_before_a_champion_the_api_says_that_nothing_answers(site):
    assert "once a version is champion" in words(site(1).open("Call it"))


def test_the_history_is_told_and_verified(site):
    page = site(2, live=(1, 2)).open("History")
    table = page.dataframe[0].value
    assert table["What"].tolist() == [
        "version 2 made champion",
        "version 1 made champion",
        "version 2 saved",
        "version 1 saved",
    ]
    assert table["Why"].tolist()[:2] == ["turn 2", "turn 1"]
    assert "4 lines, as first written" in words(page)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        pytest.param(0.49, "overlap", id="close"),
        pytest.param(0.3, "it is better", id="lower loss, apart"),
        pytest.param(0.9, "it is worse", id="higher loss, apart"),
    ],
)
def test_figures_prove_only_what_their_intervals_allow(site, value, told):
    here = site(1)
    registry = here.workspace.registry
    other = registry.add(
        here.project_id, fit_model(), who="Ada", evaluation=evaluation(value)
    )
    assert told in comparison(other, registry.version(here.project_id, 1))


def test_a_version_without_evaluation_is_compared_with_nothing(site):
    here = site(1)
    registry = here.workspace.registry
    other = registry.add(here.project_id, fit_model(), who="Ada")
    assert "nothing compares" in comparison(other, registry.version(here.project_id, 1))


def wait_for_bundle(here: Site) -> None:
    jobs = here.workspace.jobs
    for job in jobs.list(here.project_id):
        jobs.wait(job.id, timeout_s=120)


def test_a_bundle_is_built_in_a_job_tried_and_then_offered(site):
    here = site(1, live=(1,))
    page = here.open("Carry it away")
    page.button(key="build-embedded").click().run()
    assert not page.exception
    wait_for_bundle(here)
    page = here.open("Carry it away")
    assert "gave the same answers to 2,000 rows" in words(page)
    assert page.button(key="build-embedded").label == "Build again"
    bundle = here.workspace.bundles.of(here.project_id, 1)["embedded"]
    assert bundle.path.is_file()
    assert here.workspace.registry.load(here.project_id, 1)  # its folder is untouched


def test_a_bundle_that_cannot_be_offered_says_why(site, monkeypatch):
    here = site(1)
    from core.deployment import estimators

    monkeypatch.setattr(estimators, "_WRITERS", {})
    here.workspace.bundles.build(here.project_id, 1, "embedded", lambda *_: None)
    page = here.open("Carry it away")
    assert "**Not offered.**" in words(page)
    assert "cannot be written as arrays" in words(page)


def test_a_version_is_pushed_to_the_tracking_server_by_a_button(site, monkeypatch):
    here = site(1, live=(1,))
    here.workspace.bundles.build(here.project_id, 1, "mlflow", lambda *_: None)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert "Set `MLFLOW_TRACKING_URI`" in words(here.open("Carry it away"))
    with serving() as store:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", store.url)
        page = here.open("Carry it away")
        page.button(key="push").click().run()
        assert not page.exception
        wait_for_bundle(here)
        told = words(here.open("Carry it away"))
    assert f"Registered: version 1 of `{here.project_id}`" in told
    assert store.aliases == {f"{here.project_id}@champion": "1"}


def test_a_key_is_made_shown_once_and_revoked(site):
    here = site(1, live=(1,))
    page = here.open("Call it")
    (name,) = [box for box in page.text_input if "will use it" in box.label]
    name.set_value(HOSTILE)
    (make,) = [button for button in page.button if button.label == "Make a key"]
    make.click().run()
    (secret,) = [code.value for code in page.code if code.value.startswith("rondo_")]
    keys = ApiKeys(here.workspace.database)
    found = keys.find(secret)
    assert found is not None
    assert (found.name, found.project) == (HOSTILE, here.project_id)
    (copied,) = [button for button in page.button if "copied" in button.label]
    copied.click().run()
    assert not [code for code in page.code if code.value == secret]
    (chosen,) = [box for box in page.selectbox if box.label == "Key to revoke"]
    chosen.set_value(found.id).run()
    (revoke,) = [button for button in page.button if button.label == "Revoke it"]
    revoke.click().run()
    assert not page.exception
    assert ApiKeys(here.workspace.database).find(secret) is None


def test_a_key_without_a_name_is_refused_with_the_next_step(site):
    page = site(1, live=(1,)).open("Call it")
    (make,) = [button for button in page.button if button.label == "Make a key"]
    make.click().run()
    assert "needs a name" in page.error[0].value


def test_calls_are_shared_with_a_challenger_and_taken_back(site):
    here = site(2, live=(1,))
    page = here.open("Share calls")
    assert "All calls go to the champion" in words(page)
    page.segmented_control[0].set_value("challenger").run()
    page.slider(key="route-share").set_value(25)
    page = press(page, "Share calls this way")
    route = Routes(here.workspace.database).of(here.project_id)
    assert (route.in_force, route.share, route.number) == ("challenger", 0.25, 2)
    assert "25 % of calls go to the challenger" in words(page)
    page.segmented_control[0].set_value("champion").run()
    press(page, "Share calls this way")
    assert Routes(here.workspace.database).of(here.project_id).mode == "champion"


def test_a_guardrail_that_has_tripped_is_said(site):
    here = site(2, live=(1,))
    here.workspace.registry.set_alias(here.project_id, "challenger", 2, who="Ada")
    routes = Routes(here.workspace.database)
    routes.put(here.project_id, Route("challenger", 0.5), who="Ada")
    routes.trip(here.project_id, 2, f"it is slow {HOSTILE}")
    page = here.open("Share calls")
    assert "sent all of them back" in page.error[0].value
    assert "<script>" not in page.error[0].value


def test_one_version_alone_has_nobody_to_share_with(site):
    assert "second version" in words(site(1, live=(1,)).open("Share calls"))


def test_what_is_captured_is_chosen_by_somebody_and_taken_back(site):
    here = site(1, live=(1,))
    page = here.open("Capture")
    assert "All of the API's answers are captured before" in words(page)
    assert "defaults of the settings" in words(page)
    page.segmented_control(f"capture-mode-{here.project_id}").set_value("queued").run()
    page.multiselect[0].set_value(["plan"])
    page.number_input[0].set_value(90)
    page.text_input("capture-who-queued").set_value("Ada")
    page.text_input("capture-why-queued").set_value("$x$ [b](javascript:1)")
    press(page, "Capture this way")
    policy = here.workspace.log.policies.of(here.project_id)
    assert (policy.is_queued, policy.drop, policy.days) == (True, {"plan"}, 90)
    assert "within half a second after they are given, without plan" in words(page)
    assert "Chosen by Ada" in words(page)
    press(page, "Back to the defaults")
    assert here.workspace.log.policies.of(here.project_id).days is None
    assert page.dataframe[-1].value["Who"].tolist() == ["Ada", "Ada"]


def test_hashing_without_a_key_is_refused_with_the_next_step(site):
    here = site(1, live=(1,))
    page = here.open("Capture")
    page.multiselect[1].set_value(["plan"])
    page.text_input("capture-who-synchronous").set_value("Ada")
    press(page, "Capture this way")
    assert "no key of 16 characters" in page.error[0].value
    assert here.workspace.log.policies.changes(here.project_id) == []


def test_lost_answers_are_told_on_deploy(site):
    here = site(1, live=(1,))
    tally = Tally(here.workspace.settings.home / "capture", here.project_id)
    tally.accept(12, now(), now())
    tally.close()
    told = words(here.open("Capture"))
    assert "At most 12 predictions between" in told
