"""The forms in which a version can be carried away: a table of declarations."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from core.deployment.container import container_files
from core.deployment.core_files import Answers, Files, Rows, libraries_of
from core.deployment.embedded import embedded_files
from core.deployment.locked import import_names
from core.deployment.mlflow_bundle import mlflow_files
from core.deployment.onnx_bundle import ONNX_NEEDS, double_files, float_files
from core.deployment.plain_code import plain_files, run_plain
from core.deployment.served_trial import run_served
from core.deployment.skops_bundle import skops_files, skops_needs
from core.deployment.trial import run_bundle
from core.registry import ModelVersion

Write = Callable[[ModelVersion, Rows, Answers], Files]
Run = Callable[[bytes, ModelVersion, Rows], tuple[list[Answers], float]]


def run_core(
    archive: bytes, version: ModelVersion, rows: Rows, needs: Sequence[str] = ()
) -> tuple[list[Answers], float]:
    """Answer rows with a bundle that has the files of every bundle."""
    libraries = import_names(libraries_of(version, needs))
    answers, duration_s = run_bundle(archive, libraries, rows)
    return [answers], duration_s


def run_graph(
    archive: bytes, version: ModelVersion, rows: Rows
) -> tuple[list[Answers], float]:
    """Answer rows with ONNX Runtime."""
    return run_core(archive, version, rows, ONNX_NEEDS)


def run_skops(
    archive: bytes, version: ModelVersion, rows: Rows
) -> tuple[list[Answers], float]:
    """Answer rows with scikit-learn's objects."""
    return run_core(archive, version, rows, skops_needs(version))


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
        "onnx",
        "As ONNX, in single precision",
        "One graph for ONNX Runtime in any language, on phones and small devices. It "
        "takes numbers and categories as they are; dates, sentences and recipes are "
        "read by the Python that comes along.",
        float_files,
        run_graph,
    ),
    BundleKind(
        "onnx-double",
        "As ONNX, in double precision",
        "The same graph with twice the digits, where single precision is not enough; "
        "not every accelerator takes it.",
        double_files,
        run_graph,
    ),
    BundleKind(
        "skops",
        "As skops, for scikit-learn",
        "The estimators as scikit-learn's own objects, for audits and programs that go "
        "on with them. Loading runs no code: a fixed list of types, all others are "
        "refused.",
        skops_files,
        run_skops,
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
