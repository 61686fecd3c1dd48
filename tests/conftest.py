"""What all tests share: settings, folders and a database of their own."""

import os

# One native thread: the tests run on small machines, several at a time.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from core.settings import Settings, get_settings
from core.storage import Database, open_database

# The same examples in every run, at any pace: what fails here, fails everywhere. New
# ones are looked for by `pytest --hypothesis-profile default`.
hypothesis.settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("steady")


class _AtOnce:
    """Name a failed test when it fails: a run that is cut off has no summary."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            told = "\n".join(report.longreprtext.splitlines()[-12:])
            self._terminal.write_line(f"\nFAILED {report.nodeid}\n{told}")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_AtOnce(terminal))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Settings whose home and models lie in the test's own folder."""
    monkeypatch.setenv("RONDO_HOME", str(tmp_path / "workspace"))
    monkeypatch.setenv("RONDO_MODELS", str(tmp_path / "models"))
    get_settings.cache_clear()
    yield get_settings()
    get_settings.cache_clear()


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """A fresh database with all tables."""
    opened = open_database(settings)
    yield opened
    opened.close()
