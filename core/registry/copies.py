"""Copies of a version for other machines: its files, and the proof that they are its.

A machine that only answers has no signing key. It is given the hash of the manifest
by the process that checked the signature, and checks every file against it.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from core.registry.folder import open_folder
from core.registry.manifest import (
    MANIFEST,
    SIGNATURE,
    changed_file,
    verify_copy,
)
from core.registry.version import REFERENCE, ModelVersion


@dataclass(frozen=True, eq=False)
class VersionCopy:
    """The files of a version.

    Attributes
    ----------
    project : str
    number : int
    files : dict of str to bytes
        By their names in the folder.
    manifest_sha256 : str
        Of the manifest that was signed.
    """

    project: str
    number: int
    files: dict[str, bytes]
    manifest_sha256: str


def copy_version(version: ModelVersion) -> VersionCopy:
    """Read the files of a loaded version.

    Raises
    ------
    RegistryError
        One of them has gone since the version was loaded.
    """
    names = (*version.manifest.files, MANIFEST, SIGNATURE)
    try:
        files = {name: (version.directory / name).read_bytes() for name in names}
    except OSError as error:
        raise changed_file(Path(str(error.filename)).name, version.label) from error
    return VersionCopy(version.project, version.number, files, version.manifest.sha256)


def open_copy(copy: VersionCopy) -> ModelVersion:
    """Load a copy; its files and the versions of the libraries are checked first.

    The version needs no folder afterwards: its training rows are read at once.

    Raises
    ------
    RegistryError
        A file differs from what was signed, or libraries differ in a way that changes
        numbers; the message names them.
    """
    with tempfile.TemporaryDirectory(prefix="rondo-version-") as name:
        folder = Path(name) / copy.project / str(copy.number)
        for file_name, content in copy.files.items():
            path = folder / file_name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        version = open_folder(folder, verify_copy(folder, copy.manifest_sha256))
        if REFERENCE in version.manifest.files:
            _ = version.reference  # read and kept while the folder is there
    return version
