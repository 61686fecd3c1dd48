"""Taking a version to whoever asks it: calls to paste, and bundles to carry away."""

from core.deployment.bundles import Bundle, build_bundle, read_bundles
from core.deployment.container import image_name
from core.deployment.kinds import KINDS, BundleKind
from core.deployment.platforms import PLATFORMS, Platform, commands
from core.deployment.snippets import Snippet, snippets
from core.deployment.trial import Parity

__all__ = [
    "KINDS",
    "PLATFORMS",
    "Bundle",
    "BundleKind",
    "Parity",
    "Platform",
    "Snippet",
    "build_bundle",
    "commands",
    "image_name",
    "read_bundles",
    "snippets",
]
