import asyncio

import httpx
import pytest

from core.serving.alone import create_server
from core.settings import get_settings


@pytest.fixture
def server(registry, settings, monkeypatch):
    monkeypatch.setenv("RONDO_HOME", str(settings.home))
    monkeypatch.setenv("RONDO_MODELS", str(settings.models))
    get_settings.cache_clear()
    yield create_server()
    get_settings.cache_clear()


def test_alone_the_api_has_the_same_addresses_and_its_versions_are_loaded(server):
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(server, client=("127.0.0.1", 5000))
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        async with server.router.lifespan_context(server), client:
            assert len(server.routes[0].app.state.live._loaded) == 3
            return await client.get("/api/projects/binary/schema")

    answer = asyncio.run(ask())
    assert answer.status_code == 200
    assert answer.json()["version"] == 1
