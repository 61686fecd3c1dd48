"""The forms in which a version can be carried away: a table of declarations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from core.deployment.container import container_files
from core.deployment.core_files import Answers, Files, Rows, libraries_of
from core.deployment.embedded import embedded_files
from core.deployment.locked import import_names
from core.deployment.mlflow_bundle import mlflow_files
from core.deployment.plain_code import plain_files, run_plain
from core.deployment.served_trial import run_served
from core.deployment.trial import run_bundle
from core.registry import ModelVersion

Write = Callable[[ModelVersion, Rows, Answers], Files]
Run = Callable[[bytes, ModelVersion, Rows], tuple[list[Answers], float]]


def run_core(
    archive: bytes, version: ModelVersion, rows: Rows
) -> tuple[list[Answers], float]:
    """Answer rows with a bundle that has the files of every bundle."""
    libraries = import_names(libraries_of(version))
    answers, duration_s = run_bundle(archive, libraries, rows)
    return [answers], duration_s


@dataclass(frozen=True)
class BundleKind:
    """One form of bundle.

    Attributes
    ----------
    name : str
        Key in `KINDS`.
    title, about : str
        In a person's words: what it is, and for whom.
    write : callable(version, rows, answers) -> Files
        The files; some rows and the version's answers become its examples.
    run : callable(archive, version, rows) -> (answers by language, seconds)
        Answer rows without Rondo, in every language of the bundle.
    """

    name: str
    title: str
    about: str
    write: Write
    run: Run = run_core


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
        run_served,
    ),
    BundleKind(
        "mlflow",
        "As a model of MLflow",
        "A folder that `mlflow.pyfunc.load_model` reads and `mlflow models serve` "
        "serves, with its own loader; Rondo is not needed there.",
        mlflow_files,
    ),
    BundleKind(
        "plain",
        "As plain code, Python and JavaScript",
        "One function in one file without any library, for programs that cannot "
        "install one, and for browsers. Linear models and trees of moderate size.",
        plain_files,
        run_plain,
    ),
)

KINDS: Final[Mapping[str, BundleKind]] = MappingProxyType(
    {kind.name: kind for kind in _CATALOGUE}
)
"""Every form of bundle by its name, the simplest first."""
