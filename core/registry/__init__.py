"""Versions: saved whole, checked before they load, one of them live."""

from core.registry.folder import load_version, save_version
from core.registry.history import HistoryCheck, HistoryEntry
from core.registry.info import Alias, State, VersionInfo
from core.registry.store import Registry
from core.registry.version import ModelVersion

__all__ = [
    "Alias",
    "HistoryCheck",
    "HistoryEntry",
    "ModelVersion",
    "Registry",
    "State",
    "VersionInfo",
    "load_version",
    "save_version",
]
