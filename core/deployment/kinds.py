"""The forms in which a version can be carried away: a table of declarations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from core.deployment.container import container_files
from core.deployment.core_files import Files
from core.deployment.embedded import embedded_files
from core.registry import ModelVersion


@dataclass(frozen=True)
class BundleKind:
    """One form of bundle.

    Attributes
    ----------
    name : str
        Key in `KINDS`.
    title, about : str
        In a person's words: what it is, and for whom.
    write : callable(ModelVersion) -> Files
        The files beside those that every bundle has.
    """

    name: str
    title: str
    about: str
    write: Callable[[ModelVersion], Files]


_CATALOGUE: Final = (
    BundleKind(
        "embedded",
        "Embedded in a program",
        "A folder of readable Python and arrays that another Python program imports, "
        "or that is run on files. Data never leaves that program.",
        embedded_files,
    ),
    BundleKind(
        "container",
        "As a service, in a container",
        "The same files with a server, a Dockerfile, a compose file and a Kubernetes "
        "manifest. One image for Docker, Kubernetes, SageMaker, Vertex AI, Azure ML, "
        "KServe, MLflow's clients, watsonx and PAI-EAS.",
        container_files,
    ),
)

KINDS: Final[Mapping[str, BundleKind]] = MappingProxyType(
    {kind.name: kind for kind in _CATALOGUE}
)
"""Every form of bundle by its name, the simplest first."""
