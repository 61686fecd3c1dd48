"""Mending what a killed server has left behind."""

from core.storage.files import sweep_partial
from core.workspace.workspace import Workspace


def recover(workspace: Workspace) -> None:
    """Start dead jobs again, remove unfinished files, note what was not captured.

    For a server's start.

    What was saved needs no mending: files stand under their names only when they are
    whole, and a row is written after its files.
    """
    home, models = workspace.settings.home, workspace.settings.models
    sweep_partial((home / "uploads", home / "projects", home / "batches", models))
    workspace.log.losses.look()
    workspace.jobs.revive()
