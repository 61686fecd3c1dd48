"""Proof that a version folder is still as this installation wrote it.

``manifest.json`` names every file with its SHA-256; ``manifest.sig`` is the HMAC
of the manifest under a key that only this installation has. A list of hashes alone
would protect nothing: whoever changes a file can change the list as well.
"""

import hashlib
import hmac
import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from core.errors import RegistryError, StorageError
from core.registry.json_values import json_bytes

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
_UNSIGNED = frozenset((MANIFEST, SIGNATURE))
_KEY_BYTES = 32


@dataclass(frozen=True)
class Manifest:
    """What a version folder holds.

    Attributes
    ----------
    files : dict of str to str
        File name, with ``/`` between folders, to the SHA-256 of its bytes.
    sha256 : str
        Of the manifest itself; equal for two folders with equal files.
    """

    files: dict[str, str]
    sha256: str


def signing_key(path: Path) -> bytes:
    """Return this installation's key; one is made, readable by its owner alone.

    Raises
    ------
    RegistryError
        The file is too short to be a key.
    StorageError
        It can neither be read nor made.
    """
    try:
        if not path.exists():
            _make_key(path)
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise StorageError(
            f"The signing key {path} could not be read: {error.strerror}.",
            hint="Give this account the right to read and write the file.",
        ) from error
    except ValueError as error:
        raise _bad_key(path) from error
    if len(key) < _KEY_BYTES:
        raise _bad_key(path)
    return key


def _bad_key(path: Path) -> RegistryError:
    return RegistryError(
        f"The file {path} does not hold a signing key.",
        hint="Put the file back from a copy; without it, saved versions do not load.",
    )


def _make_key(path: Path) -> None:
    """Make the key in one step, so that two first uses at once agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".key-")  # mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(temporary)
    except FileExistsError:  # the other one was first
        return
    finally:
        temporary.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(folder: Path, key: bytes) -> Manifest:
    """Write the manifest of all files in the folder, and its signature."""
    files = {
        path.relative_to(folder).as_posix(): sha256_of(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in _UNSIGNED
    }
    text = json_bytes({"format": 1, "files": files})
    (folder / MANIFEST).write_bytes(text)
    (folder / SIGNATURE).write_text(_sign(text, key), encoding="ascii")
    return Manifest(files, hashlib.sha256(text).hexdigest())


def verify_manifest(folder: Path, key: bytes) -> Manifest:
    """Check the signature, then the hash of every file that the manifest names.

    Nothing in the folder is interpreted before the signature has been found good.

    Raises
    ------
    RegistryError
        The folder is missing or incomplete, was signed with another key, or one of
        its files was changed; the message names it.
    """
    label = f"{folder.parent.name}/{folder.name}"
    try:
        text = (folder / MANIFEST).read_bytes()
        signature = (folder / SIGNATURE).read_bytes().strip()
    except OSError as error:
        raise RegistryError(
            f"There is no complete version in the folder {label}.",
            hint="Choose another version, or put the folder back from a copy.",
        ) from error
    if not hmac.compare_digest(signature, _sign(text, key).encode()):
        raise RegistryError(
            f"Version {label} was not signed by this installation, or was changed.",
            hint="Only versions that this installation saved are loaded, because a "
            "model file can run code. Train and save it here, or put the folder back "
            "from a copy.",
        )
    return _check_files(folder, text, label)


def verify_copy(folder: Path, sha256: str) -> Manifest:
    """Check a copy of a folder that was verified where the signing key is.

    Parameters
    ----------
    folder : Path
    sha256 : str
        Of the manifest, as it was there.

    Raises
    ------
    RegistryError
        The manifest is another one, or a file is missing or was changed.
    """
    label = f"{folder.parent.name}/{folder.name}"
    text = (folder / MANIFEST).read_bytes()
    if hashlib.sha256(text).hexdigest() != sha256:
        raise changed_file(MANIFEST, label)
    return _check_files(folder, text, label)


def _check_files(folder: Path, text: bytes, label: str) -> Manifest:
    manifest = Manifest(json.loads(text)["files"], hashlib.sha256(text).hexdigest())
    for name, expected in manifest.files.items():
        _check_file(folder / name, expected, label)
    return manifest


def _check_file(path: Path, expected: str, label: str) -> None:
    if not path.is_file():
        raise RegistryError(
            f"The file {path.name} of version {label} is missing.",
            hint="Put the version's folder back from a copy, or choose another.",
        )
    if sha256_of(path) != expected:
        raise changed_file(path.name, label)


def changed_file(name: str, label: str) -> RegistryError:
    """Return the error for a file that is not what the manifest says."""
    return RegistryError(
        f"The file {name} of version {label} was changed after it was saved.",
        hint="Put the version's folder back from a copy, or choose another version.",
    )


def _sign(text: bytes, key: bytes) -> str:
    return hmac.new(key, text, hashlib.sha256).hexdigest()
