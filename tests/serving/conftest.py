"""A registry with a live version, and the log beside it."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from core.registry import ModelVersion, Registry
from core.serving import PredictionLog, Service
from core.serving.api import create_api
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


class Caller:
    """Calls the API as a program on this machine would."""

    def __init__(self, app: FastAPI, host: str = "127.0.0.1") -> None:
        self.app = app
        self.host = host

    def __call__(
        self,
        method: str,
        path: str,
        *,
        root_path: str = "",
        raise_app_exceptions: bool = True,
        **options: Any,
    ) -> httpx.Response:
        transport = httpx.ASGITransport(
            self.app, raise_app_exceptions, root_path, (self.host, 50000)
        )
        return asyncio.run(self._call(transport, method, path, options))

    async def _call(
        self,
        transport: httpx.ASGITransport,
        method: str,
        path: str,
        options: dict[str, Any],
    ) -> httpx.Response:
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost:8501"
        ) as client:
            return await client.request(method, path, **options)


@pytest.fixture
def call(registry: Registry, log: PredictionLog, settings: Settings) -> Caller:
    return Caller(create_api(registry, log, settings))


@pytest.fixture
def caller() -> type[Caller]:
    return Caller
