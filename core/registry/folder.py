"""Version folders: written whole or not at all, checked before they are read."""

import hashlib
import json
import pickle
import re
import shutil
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from core.data import write_parquet
from core.errors import RegistryError, StorageError
from core.modeling.model import Model
from core.registry.card import Judgement, write_card
from core.registry.draft import Draft, describe
from core.registry.environment import check_environment, describe_environment
from core.registry.json_values import json_bytes
from core.registry.manifest import (
    Manifest,
    changed_file,
    signing_key,
    verify_manifest,
    write_manifest,
)
from core.registry.mlflow_files import mlflow_files
from core.registry.version import MAX_REFERENCE_ROWS, REFERENCE, ModelVersion
from core.settings import get_settings
from core.storage.files import PARTIAL, sync
from core.storage.types import now

PICKLE_PROTOCOL = 5  # the newest that every supported Python reads
MODEL = "model.pkl"
REPORT = "report.html"
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")


class VersionExistsError(RegistryError):
    """The folder is taken; a version is never written over another."""


def save_version(  # noqa: PLR0913  the parts of a version, all but two optional
    model: Model,
    directory: str | Path,
    *,
    reference: pd.DataFrame | None = None,
    evaluation: Mapping[str, Any] | None = None,
    lineage: Mapping[str, Any] | None = None,
    note: str = "",
    judgement: Judgement | None = None,
    report: str = "",
    key_path: Path | None = None,
) -> ModelVersion:
    """Write a version folder: complete, signed, and never changed again.

    Parameters
    ----------
    model : Model
    directory : path
        Where the folder shall stand; it must not exist. Its name is the version's
        number and its parent's name the project.
    reference : DataFrame or None
        Training rows; of more than 20,000 a random 20,000 are kept, in their order.
    evaluation : dict or None
        What an `Evaluation.to_dict` gave.
    lineage : dict or None
        What the version was made from.
    note : str
    judgement : Judgement or None
        What a person says of its use, for the model card.
    report : str
        The report of the evaluation as HTML; empty: none.
    key_path : Path or None
        The signing key; ``RONDO_HOME/signing.key`` when None.

    Returns
    -------
    ModelVersion
        As loaded back from the folder.

    Raises
    ------
    RegistryError
        The folder exists already, or the model does not survive being saved.
    StorageError
        The disk refuses.
    """
    directory = Path(directory)
    key_path = key_path or get_settings().home / "signing.key"
    draft = Draft(
        project=directory.resolve().parent.name,
        number=int(directory.name) if _NUMBER.fullmatch(directory.name) else 0,
        model=model,
        payload=_pickled(model),
        reference=reference,
        evaluation=evaluation,
        lineage=lineage or {},
        note=note,
        judgement=judgement or Judgement(),
        report=report,
    )
    key = signing_key(key_path)
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=directory.parent, prefix=PARTIAL))
    except OSError as error:
        raise _refused(directory, error) from error
    try:
        _write_files(temporary, draft)
        write_manifest(temporary, key)
        _move_into_place(temporary, directory)
    except OSError as error:
        raise _refused(directory, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return load_version(directory, key_path=key_path)


def load_version(
    directory: str | Path, *, key_path: Path | None = None
) -> ModelVersion:
    """Load a version folder after checking that it may be trusted.

    Signature, then the hash of every file, then the versions of the libraries; only
    then is the model file opened, because opening it can run code.

    Parameters
    ----------
    directory : path
    key_path : Path or None
        The signing key; ``RONDO_HOME/signing.key`` when None.

    Raises
    ------
    RegistryError
        The folder is missing, incomplete, changed, signed elsewhere, or was saved
        with libraries that differ; the hint is the next step.
    """
    directory = Path(directory)
    key = signing_key(key_path or get_settings().home / "signing.key")
    return open_folder(directory, verify_manifest(directory, key))


def open_folder(directory: Path, manifest: Manifest) -> ModelVersion:
    """Open a version folder whose files were found to be those of its manifest.

    Raises
    ------
    RegistryError
        It was saved with libraries that differ, or was changed since the check.
    """
    described = json.loads((directory / "version.json").read_bytes())
    label = f"{described['project']}/{described['number']}"
    check_environment(described["environment"], label)
    payload = (directory / MODEL).read_bytes()
    if (
        hashlib.sha256(payload).hexdigest() != manifest.files[MODEL]
    ):  # changed since the check
        raise changed_file(MODEL, label)
    return ModelVersion(
        project=described["project"],
        number=described["number"],
        model=_unpickled(payload, label),
        directory=directory,
        created_at=datetime.fromisoformat(described["created_at"]),
        lineage=described["lineage"],
        evaluation=_read_evaluation(directory),
        note=described["note"],
        card=(directory / "card.md").read_text(encoding="utf-8"),
        manifest=manifest,
    )


def _write_files(folder: Path, draft: Draft) -> None:
    environment = describe_environment(draft.payload)
    model, created_at = draft.model, now()
    described = describe(draft, environment, created_at)
    requirements = "".join(
        f"{name}=={number}\n" for name, number in environment["libraries"].items()
    )
    files = {
        MODEL: draft.payload,
        "version.json": json_bytes(described),
        "schema.json": json_bytes(model.schema.to_dict()),
        "requirements.txt": requirements.encode(),
        "card.md": write_card(described, model.schema, draft.evaluation).encode(),
        **mlflow_files(model, environment, created_at),
    }
    if draft.report:
        files[REPORT] = draft.report.encode()
    if draft.evaluation is not None:
        files["evaluation.json"] = json_bytes(draft.evaluation)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    if draft.reference is not None:
        write_parquet(_sampled(draft.reference), folder / REFERENCE)


def _sampled(reference: pd.DataFrame) -> pd.DataFrame:
    if len(reference) > MAX_REFERENCE_ROWS:
        reference = reference.sample(MAX_REFERENCE_ROWS, random_state=0).sort_index()
    return reference.reset_index(drop=True)


def _move_into_place(temporary: Path, directory: Path) -> None:
    """Give the folder its name, after the disk has all of it; never over another."""
    for path in temporary.iterdir():
        sync(path)
    sync(temporary)
    temporary.chmod(0o755)
    try:
        temporary.rename(directory)
    except OSError as error:
        if directory.exists():
            raise VersionExistsError(
                f"Version {directory.parent.name}/{directory.name} exists already.",
                hint="A version never changes; save under the next number.",
            ) from error
        raise
    sync(directory.parent)


def _refused(directory: Path, error: OSError) -> StorageError:
    return StorageError(
        f"The version could not be written to {directory}: {error.strerror or error}.",
        hint="Check the free space and the rights of the folder, then save again.",
    )


def _pickled(model: Model) -> bytes:
    try:
        return pickle.dumps(model, protocol=PICKLE_PROTOCOL)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise RegistryError(
            f"The model cannot be saved: {error}.",
            hint="Choose another candidate; this one holds something that no file can.",
        ) from error


def _unpickled(payload: bytes, label: str) -> Model:
    """Open a model file that was found to be our own."""
    try:
        model = pickle.loads(payload)  # noqa: S301  signature and hash were checked
    except (ImportError, AttributeError, pickle.UnpicklingError) as error:
        raise RegistryError(
            f"Version {label} cannot be opened by this release of Rondo: {error}.",
            hint="Train the version anew, or start the release that saved it.",
        ) from error
    if not isinstance(model, Model):
        raise RegistryError(
            f"Version {label} does not hold a model of Rondo.",
            hint="Choose another version.",
        )
    return model


def _read_evaluation(directory: Path) -> dict[str, Any] | None:
    path = directory / "evaluation.json"
    return dict(json.loads(path.read_bytes())) if path.is_file() else None
