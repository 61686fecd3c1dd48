"""Bundles: written, tried on thousands of rows without Rondo, and only then kept."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.deployment.core_files import packed
from core.deployment.kinds import KINDS
from core.deployment.trial import Parity, compare
from core.deployment.trial_rows import Record, nasty_rows, real_rows
from core.errors import DeploymentError
from core.registry import ModelVersion
from core.serving import Service
from core.storage.files import write_atomic
from core.storage.types import now

OnProgress = Callable[[float, str], None]


@dataclass(frozen=True)
class Bundle:
    """What came of building one bundle of one version.

    Attributes
    ----------
    kind : str
        A key of `KINDS`.
    file_name : str
        What the file is called when it is carried away.
    path : Path
        The ZIP file; it does not exist when `reason` says why not.
    parity : Parity or None
        None when it did not run.
    reason : str
        Why it is not offered; empty when it is.
    built_at : datetime
        Aware, in UTC.
    """

    kind: str
    file_name: str
    path: Path
    parity: Parity | None
    reason: str
    built_at: datetime

    @property
    def offered(self) -> bool:
        """Whether it may be carried away."""
        return not self.reason


def build_bundle(
    version: ModelVersion,
    kind: str,
    directory: Path,
    *,
    on_progress: OnProgress | None = None,
) -> Bundle:
    """Write a bundle, run it without Rondo, and keep it when its answers agree.

    It answers about 2,000 rows like those of training and several nasty ones for
    each column; all labels must be the same, and no number off by more than 0.00001.

    Parameters
    ----------
    version : ModelVersion
    kind : str
        A key of `KINDS`.
    directory : Path
        Where the file and the result are kept; made when it is not there. It must not
        be the version's own folder, which never changes.
    on_progress : callable(share, message), default=None

    Returns
    -------
    Bundle
        With the reason in `reason` when it is not offered.

    Raises
    ------
    DeploymentError
        There is no such kind.
    """
    if kind not in KINDS:
        raise DeploymentError(
            f"There is no bundle called {kind!r}.",
            hint=f"Use one of {', '.join(KINDS)}.",
        )
    tell = on_progress or _silent
    archive, parity, reason = b"", None, ""
    try:
        archive, parity = _built_and_tried(version, kind, tell)
    except DeploymentError as error:
        reason = error.message
    if parity is not None and not parity.holds:
        reason = _disagreement(parity)
    path = directory / f"{kind}.zip"
    name = f"{version.project}-{version.number}-{kind}.zip"
    bundle = Bundle(kind, name, path, parity, reason, now())
    directory.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if bundle.offered:
        write_atomic(path, archive)
    write_atomic(directory / f"{kind}.json", _result(bundle))
    return bundle


def read_bundles(directory: Path) -> dict[str, Bundle]:
    """Return what is kept of earlier builds, by kind."""
    found = {}
    for kind in KINDS:
        result, path = directory / f"{kind}.json", directory / f"{kind}.zip"
        if not result.is_file():
            continue
        told = json.loads(result.read_bytes())
        parity = None if told["parity"] is None else Parity(**told["parity"])
        built_at = datetime.fromisoformat(told["built_at"])
        bundle = Bundle(kind, told["file_name"], path, parity, told["reason"], built_at)
        if path.is_file() or not bundle.offered:
            found[kind] = bundle
    return found


def _silent(share: float, message: str) -> None:
    """Tell nobody."""
    del share, message


def _built_and_tried(
    version: ModelVersion, kind: str, tell: OnProgress
) -> tuple[bytes, Parity]:
    tell(0.0, "Asking the version itself")
    real = real_rows(version)
    rows = [*real, *nasty_rows(version, real[0])]
    expected = _answers(version, rows)
    tell(0.3, "Writing the files")
    archive = packed(KINDS[kind].write(version, rows, expected))
    tell(0.5, f"Running the bundle on its own: {len(rows):,} rows")
    found, duration_s = KINDS[kind].run(archive, version, rows)
    tell(0.95, "Comparing the answers")
    n_nasty = len(rows) - len(real)
    compared = [compare(each, expected, n_nasty, duration_s) for each in found]
    return archive, max(compared, key=lambda parity: (not parity.holds, parity.largest))


def _answers(version: ModelVersion, rows: list[Record]) -> list[dict[str, Any]]:
    answers = Service(version).predict(rows, strict=False)
    return [answer.to_dict() for answer in answers]


def _disagreement(parity: Parity) -> str:
    if parity.n_labels_differ:
        return (
            f"{parity.n_labels_differ:,} of {parity.n_rows:,} rows get another answer "
            "than the version gives."
        )
    return f"Its numbers are off by up to {parity.largest:.2g}."


def _result(bundle: Bundle) -> bytes:
    told = {
        "file_name": bundle.file_name,
        "parity": None if bundle.parity is None else bundle.parity.to_dict(),
        "reason": bundle.reason,
        "built_at": bundle.built_at.isoformat(),
    }
    return json.dumps(told, indent=1).encode()
