"""A registry with a live version, and the log beside it."""

import pytest

from core.registry import ModelVersion, Registry
from core.serving import PredictionLog, Service
from core.settings import Settings
from core.storage import Database
from tests.fitted import TARGETS, fit_model


@pytest.fixture
def registry(database: Database, settings: Settings) -> Registry:
    """One live version for each task, in a project of the task's name."""
    filled = Registry(database, settings.models)
    for task in TARGETS:
        filled.add(task, fit_model(task), who="Ada")
        filled.set_alias(task, "champion", 1, who="Ada")
    return filled


@pytest.fixture
def version(registry: Registry) -> ModelVersion:
    return registry.load("binary", 1)


@pytest.fixture
def service(version: ModelVersion) -> Service:
    return Service(version)


@pytest.fixture
def log(database: Database) -> PredictionLog:
    return PredictionLog(database)
