"""Taking a version to whoever asks it: calls to paste, and bundles to carry away."""

from core.deployment.bundles import Bundle, build_bundle, read_bundles
from core.deployment.container import image_name
from core.deployment.kinds import KINDS, BundleKind
from core.deployment.mlflow_bundle import push_version
from core.deployment.platforms import PLATFORMS, Platform, commands
from core.deployment.snippets import Snippet, snippets
from core.deployment.tracking import Pushed, tracking_server
from core.deployment.trial import Parity

__all__ = [
    "KINDS",
    "PLATFORMS",
    "Bundle",
    "BundleKind",
    "Parity",
    "Platform",
    "Pushed",
    "Snippet",
    "build_bundle",
    "commands",
    "image_name",
    "push_version",
    "read_bundles",
    "snippets",
    "tracking_server",
]
