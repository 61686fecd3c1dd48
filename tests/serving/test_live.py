import threading

import pytest

from core.serving.live import LiveServices
from core.serving.refusal import RefusedError
from core.serving.service import Service


def test_a_version_is_loaded_once_however_many_ask_at_once(registry, monkeypatch):
    live, found, n_loads = LiveServices(registry), [], []
    load = registry.load
    monkeypatch.setattr(
        registry, "load", lambda *args: n_loads.append(args) or load(*args)
    )
    start = threading.Barrier(6)

    def ask() -> None:
        start.wait()
        found.append(live.champion("binary"))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1
    assert n_loads == [("binary", 1)]


def test_a_version_that_failed_to_load_can_be_asked_again(registry, settings):
    live, path = LiveServices(registry), settings.models / "binary" / "1" / "card.md"
    whole = path.read_bytes()
    path.write_bytes(b"other")
    with pytest.raises(RefusedError, match="was changed") as caught:
        live.champion("binary")
    assert caught.value.status == 503
    path.write_bytes(whole)
    assert isinstance(live.champion("binary"), Service)


def test_only_so_many_versions_stay_loaded(registry, monkeypatch):
    monkeypatch.setattr("core.serving.live._MOST_LOADED", 2)
    live = LiveServices(registry)
    first = live.champion("binary")
    live.champion("multiclass")
    assert live.champion("binary") is first
    live.champion("regression")
    assert live.champion("binary") is first
    assert len(live._loaded) == 2


def test_the_first_caller_does_not_wait_for_the_quick_form(registry):
    live = LiveServices(registry)
    live.load_champions()
    assert "served_form" in vars(live.champion("binary").version.model)
