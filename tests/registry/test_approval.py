"""With four eyes, nobody makes a version live alone."""

from pathlib import Path

import pytest

from core.errors import RegistryError
from core.registry import Registry
from core.settings import Settings
from core.storage import Database
from tests.fitted import fit_model


@pytest.fixture
def registry(database: Database, settings: Settings) -> Registry:
    made = Registry(database, Path(settings.models), four_eyes=True)
    made.add("churn", fit_model(), who="Ada")
    return made


def test_a_second_name_must_have_approved(registry: Registry) -> None:
    with pytest.raises(RegistryError, match="second person"):
        registry.set_alias("churn", "champion", 1, who="Ada")
    registry.set_state("churn", 1, "approved", who=" ada ")
    with pytest.raises(RegistryError, match="second person"):
        registry.set_alias("churn", "champion", 1, who="Ada")
    registry.set_state("churn", 1, "approved", who="Bo")
    assert registry.set_alias("churn", "champion", 1, who="Ada").state == "live"


def test_an_approval_is_good_for_one_promotion(registry: Registry) -> None:
    registry.set_state("churn", 1, "approved", who="Bo")
    registry.set_alias("churn", "champion", 1, who="Ada")
    registry.remove_alias("churn", "champion", who="Ada")
    with pytest.raises(RegistryError, match="second person"):
        registry.set_alias("churn", "champion", 1, who="Ada")


def test_an_approval_can_be_taken_back(registry: Registry) -> None:
    registry.set_state("churn", 1, "approved", who="Bo")
    registry.set_state("churn", 1, "draft", who="Bo")
    with pytest.raises(RegistryError, match="second person"):
        registry.set_alias("churn", "champion", 1, who="Ada")


def test_rolling_back_and_challengers_need_no_approval(registry: Registry) -> None:
    registry.add("churn", fit_model(seed=1), who="Ada")
    registry.set_alias("churn", "shadow", 2, who="Ada")
    for number in (1, 2):
        registry.set_state("churn", number, "approved", who="Bo")
        registry.set_alias("churn", "champion", number, who="Ada")
    assert registry.roll_back("churn", who="Ada").number == 1
