import shutil
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, update

from core.errors import RegistryError
from core.registry import Registry
from core.settings import Settings
from core.storage import Database
from core.storage.tables import aliases, history
from core.storage.types import now
from tests.fitted import fit_model


@pytest.fixture
def registry(database: Database, settings: Settings) -> Registry:
    return Registry(database, settings.models)


@pytest.fixture
def three(registry: Registry) -> Registry:
    """A registry with three versions of the project churn."""
    for seed in range(3):
        registry.add("churn", fit_model(seed=seed), who="Ada", note=f"seed {seed}")
    return registry


def promote(registry: Registry, number: int) -> None:
    registry.set_alias("churn", "champion", number, who="Ada", why="better")


def states(registry: Registry) -> dict[int, str]:
    return {info.number: info.state for info in registry.versions("churn")}


def test_versions_count_up_and_start_as_drafts(three):
    assert states(three) == {3: "draft", 2: "draft", 1: "draft"}
    assert three.version("churn", 2).note == "seed 1"
    assert three.version("churn", 2).summary["name"] == "Boosting 1"
    assert three.load("churn", 2).model.name == "Boosting 1"
    assert three.champion("churn") is None


def test_live_versions_of_all_projects_are_listed(three):
    three.add("wine", fit_model(), who="Ada")
    three.set_alias("wine", "champion", 1, who="Ada")
    promote(three, 2)
    assert three.champions() == {"churn": 2, "wine": 1}


def test_projects_do_not_see_each_other(three):
    assert three.add("wine", fit_model(), who="Ada").number == 1
    assert [info.number for info in three.versions("wine")] == [1]
    assert three.history("wine")[0].previous_hash == "0" * 64


def test_a_new_champion_retires_the_old_one(three):
    promote(three, 1)
    promote(three, 2)
    assert three.champion("churn") == 2
    assert states(three) == {3: "draft", 2: "live", 1: "retired"}
    assert three.version("churn", 2).aliases == ("champion",)


def test_rolling_back_goes_one_step_further_each_time(three):
    for number in (1, 2, 3):
        promote(three, number)
    assert three.previous_champion("churn") == 2
    assert three.roll_back("churn", who="Bo", why="errors").number == 2
    assert three.roll_back("churn", who="Bo").number == 1
    assert states(three) == {3: "retired", 2: "retired", 1: "live"}
    with pytest.raises(RegistryError, match="no other champion"):
        three.roll_back("churn", who="Bo")


def test_the_history_tells_who_did_what_and_why(three):
    promote(three, 1)
    promote(three, 3)
    three.roll_back("churn", who="Bo", why="complaints")
    last = three.history("churn")[-1]
    assert (last.who, last.action, last.number, last.why) == (
        "Bo", "rolled back", 1, "complaints",
    )  # fmt: skip
    assert three.verify_history("churn").intact
    assert three.verify_history("churn").n_entries == 6


def test_what_was_live_at_a_moment_can_be_asked(three):
    promote(three, 1)
    between = now()
    promote(three, 2)
    assert three.champion_at("churn", between) == 1
    assert three.champion_at("churn", now()) == 2
    assert three.champion_at("churn", datetime(2020, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("forge", "told"),
    [
        pytest.param(
            update(history).where(history.c.id == 2).values(why="no reason"),
            "Entry 2",
            id="a line was changed",
        ),
        pytest.param(
            delete(history).where(history.c.id == 2), "Entry 2", id="a line is gone"
        ),
        pytest.param(
            delete(history).where(history.c.id == 4),
            "does not end with",
            id="the last line is gone",
        ),
        pytest.param(
            update(aliases).values(number=2),
            "does not end with",
            id="the alias was moved by hand",
        ),
    ],
)
def test_a_forged_history_shows(three, database, forge, told):
    promote(three, 1)
    with database.begin() as connection:
        connection.execute(forge)
    check = three.verify_history("churn")
    assert not check.intact
    assert told in check.problem


def test_two_promotions_at_once_leave_one_champion_and_both_lines(three):
    threads = [threading.Thread(target=promote, args=(three, n)) for n in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = [e.number for e in three.history("churn") if e.action == "alias set"]
    assert sorted(lines) == [1, 2, 3]
    assert three.champion("churn") == lines[-1]
    assert sorted(states(three).values()) == ["live", "retired", "retired"]
    assert three.verify_history("churn").intact


def test_two_saves_at_once_get_two_numbers(registry):
    def save() -> None:
        registry.add("churn", fit_model(), who="Ada")

    threads = [threading.Thread(target=save) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [info.number for info in registry.versions("churn")] == [3, 2, 1]


def test_a_folder_without_a_row_keeps_its_number_for_ever(three, settings):
    left = settings.models / "churn" / "4"
    shutil.copytree(settings.models / "churn" / "3", left)  # a save that was cut off
    assert three.add("churn", fit_model(), who="Ada").number == 5


def test_a_version_that_does_not_load_never_goes_live(three, settings):
    promote(three, 1)
    (settings.models / "churn" / "2" / "model.pkl").write_bytes(b"broken")
    with pytest.raises(RegistryError, match="was changed"):
        promote(three, 2)
    assert three.champion("churn") == 1
    assert len(three.history("churn")) == 4


def test_the_folder_of_another_version_is_refused(three, settings):
    folder = settings.models / "churn"
    shutil.rmtree(folder / "2")
    shutil.copytree(folder / "1", folder / "2")
    with pytest.raises(RegistryError, match="holds another version"):
        three.load("churn", 2)


def test_a_challenger_that_becomes_champion_is_challenger_no_more(three):
    promote(three, 1)
    three.set_alias("churn", "challenger", 2, who="Ada")
    promote(three, 2)
    assert three.aliases("churn") == {"champion": 2}
    assert three.verify_history("churn").intact


def test_the_champion_is_not_its_own_challenger(three):
    promote(three, 1)
    with pytest.raises(RegistryError, match="its own challenger"):
        three.set_alias("churn", "challenger", 1, who="Ada")


def test_promoting_the_champion_again_changes_nothing(three):
    promote(three, 1)
    promote(three, 1)
    assert len(three.history("churn")) == 4


def test_without_its_alias_a_champion_is_retired(three):
    promote(three, 1)
    three.remove_alias("churn", "champion", who="Ada", why="service ends")
    assert three.champion("churn") is None
    assert states(three)[1] == "retired"
    assert three.verify_history("churn").intact
    with pytest.raises(RegistryError, match="No version"):
        three.remove_alias("churn", "champion", who="Ada")


def test_states_are_given_by_hand_except_live(three):
    assert three.set_state("churn", 1, "approved", who="Ada").state == "approved"
    with pytest.raises(RegistryError, match="only the champion is live"):
        three.set_state("churn", 1, "live", who="Ada")
    promote(three, 1)
    with pytest.raises(RegistryError, match="is the champion"):
        three.set_state("churn", 1, "draft", who="Ada")


@pytest.mark.parametrize("project", ["../etc", "", "Churn", "a/b", "-a", "a" * 90])
def test_a_name_that_cannot_stand_in_a_path_is_refused(registry, project):
    with pytest.raises(RegistryError, match="no project"):
        registry.add(project, fit_model(), who="Ada")


def test_what_does_not_exist_is_named(three):
    with pytest.raises(RegistryError, match="no version 9"):
        promote(three, 9)
    with pytest.raises(RegistryError, match="no alias"):
        three.set_alias("churn", "king", 1, who="Ada")
    with pytest.raises(RegistryError, match="no state"):
        three.set_state("churn", 1, "dead", who="Ada")


def test_nobody_changes_anything_without_a_name(three):
    with pytest.raises(RegistryError, match="Nobody"):
        three.set_alias("churn", "champion", 1, who="  ")
    assert three.champion("churn") is None
