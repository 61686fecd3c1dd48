"""Taking a version to whoever asks it: calls to paste into other programs."""

from core.deployment.snippets import Snippet, snippets

__all__ = ["Snippet", "snippets"]
