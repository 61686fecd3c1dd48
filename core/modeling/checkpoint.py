"""Finished candidates on disk: a killed run goes on from them.

Each candidate is three files that appear whole, the JSON last: its model (plain
pickle, protocol 5), its output on the validation rows, and its entry with the
SHA-256 of the other two. A run writes its fingerprint first; files under another
fingerprint are never read.
"""

import hashlib
import io
import json
import pickle
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from core.errors import ModelingError
from core.modeling.entry import Entry
from core.modeling.metrics import Floats
from core.modeling.model import Model
from core.storage.files import write_atomic

PROTOCOL: Final = 5
_FINGERPRINT: Final = "fingerprint.json"


@dataclass(frozen=True)
class Checkpoint:
    """The folder of one run's finished candidates."""

    directory: Path
    _last: dict[int, Model] = field(default_factory=dict, compare=False, repr=False)
    """What was written last, which is mostly asked for next."""

    def open(self, fingerprint: str) -> list[Entry]:
        """Make the folder ready and return what an interrupted run left in it.

        Candidates of another run are deleted.
        """
        note = self.directory / _FINGERPRINT
        if _read_json(note).get("fingerprint") == fingerprint:
            return self.entries()
        shutil.rmtree(self.directory / "candidates", ignore_errors=True)
        write_atomic(note, json.dumps({"fingerprint": fingerprint}).encode())
        return []

    def entries(self) -> list[Entry]:
        """Return the finished candidates, in the order of the run."""
        files = (self.directory / "candidates").glob("*.json")
        found = [_read_json(path) for path in files]
        entries = [Entry.from_dict(values) for values in found if values]
        return sorted(entries, key=lambda entry: entry.index)

    def write(self, entry: Entry, model: Model | None, output: Floats | None) -> Entry:
        """Keep one candidate; returns its entry with the size on disk."""
        values: dict[str, Any] = {}
        if model is not None and output is not None:
            pickled = pickle.dumps(model, protocol=PROTOCOL)
            buffer = io.BytesIO()
            np.save(buffer, output, allow_pickle=False)
            write_atomic(self._path(entry.index, "pkl"), pickled)
            write_atomic(self._path(entry.index, "npy"), buffer.getvalue())
            entry = replace(entry, size_bytes=len(pickled))
            values["sha256"] = {"pkl": _sha(pickled), "npy": _sha(buffer.getvalue())}
            self._last.clear()
            self._last[entry.index] = model
        values = {**entry.to_dict(), **values}
        path = self._path(entry.index, "json")
        write_atomic(path, json.dumps(values, ensure_ascii=False).encode())
        return entry

    def stamp(self, entry: Entry) -> None:
        """Write an entry anew, for example with the moment it was finished."""
        path = self._path(entry.index, "json")
        values = {**_read_json(path), **entry.to_dict()}
        write_atomic(path, json.dumps(values, ensure_ascii=False).encode())

    def write_final(self, entry: Entry, model: Model) -> Entry:
        """Keep the model that leaves the run in a candidate's name.

        The first fit stays: an ensemble and a run that goes on are made from it.
        """
        pickled = pickle.dumps(model, protocol=PROTOCOL)
        write_atomic(self._path(entry.index, "final.pkl"), pickled)
        path = self._path(entry.index, "json")
        stored = _read_json(path)
        entry = replace(entry, size_bytes=len(pickled))
        hashes = {**stored.get("sha256", {}), "final.pkl": _sha(pickled)}
        values = {**stored, **entry.to_dict(), "sha256": hashes}
        write_atomic(path, json.dumps(values, ensure_ascii=False).encode())
        return entry

    def final_model(self, index: int) -> Model:
        """Return the model that left the run: the final one, else the first fit."""
        hashes = _read_json(self._path(index, "json")).get("sha256", {})
        return self.model(index, "final.pkl" if "final.pkl" in hashes else "pkl")

    def model(self, index: int, suffix: str = "pkl") -> Model:
        """Return the model of a finished candidate.

        Raises
        ------
        ModelingError
            Its file is missing or is not the one that was written.
        """
        content = self._checked(index, suffix)
        if suffix == "pkl" and index in self._last:
            return self._last[index]
        model = pickle.loads(content)  # noqa: S301 own, checked
        if not isinstance(model, Model):
            raise _damaged(index)
        return model

    def output(self, index: int) -> Floats:
        """Return a candidate's output on the validation rows."""
        stored = io.BytesIO(self._checked(index, "npy"))
        return np.asarray(np.load(stored, allow_pickle=False), dtype=np.float64)

    def _checked(self, index: int, suffix: str) -> bytes:
        expected = _read_json(self._path(index, "json")).get("sha256", {}).get(suffix)
        try:
            content = self._path(index, suffix).read_bytes()
        except OSError as error:
            raise _damaged(index) from error
        if _sha(content) != expected:
            raise _damaged(index)
        return content

    def _path(self, index: int, suffix: str) -> Path:
        return self.directory / "candidates" / f"{index:04d}.{suffix}"


class StoredModels(Mapping[str, Model]):
    """Models by candidate name, read from a checkpoint when asked for."""

    def __init__(self, checkpoint: Checkpoint, indices: Mapping[str, int]) -> None:
        self._checkpoint = checkpoint
        self._indices = dict(indices)

    def __getitem__(self, name: str) -> Model:
        return self._checkpoint.final_model(self._indices[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._indices)

    def __len__(self) -> int:
        return len(self._indices)


def load_models(directory: Path) -> Mapping[str, Model]:
    """Return the models of a run's checkpoint folder by candidate name.

    Each is read when it is asked for, and checked against its SHA-256.

    Parameters
    ----------
    directory : Path
        What was given to `train` as ``checkpoint``.

    Examples
    --------
    >>> import tempfile
    >>> list(load_models(Path(tempfile.mkdtemp())))
    []
    """
    checkpoint = Checkpoint(directory)
    done = (entry for entry in checkpoint.entries() if entry.state == "done")
    return StoredModels(checkpoint, {entry.candidate: entry.index for entry in done})


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _damaged(index: int) -> ModelingError:
    return ModelingError(
        f"The stored candidate {index} is missing or was changed.",
        hint="Train again; finished candidates that are whole are used again.",
    )
