"""Taking a version to whoever asks it: calls to paste, and bundles to carry away."""

from core.deployment.bundles import Bundle, build_bundle, read_bundles
from core.deployment.kinds import KINDS, BundleKind
from core.deployment.snippets import Snippet, snippets
from core.deployment.trial import Parity

__all__ = [
    "KINDS",
    "Bundle",
    "BundleKind",
    "Parity",
    "Snippet",
    "build_bundle",
    "read_bundles",
    "snippets",
]
