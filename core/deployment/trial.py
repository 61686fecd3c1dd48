"""The trial of a bundle: unpacked, run without Rondo, and compared row by row."""

import io
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from core.deployment.carried.selftest import LIMIT, difference
from core.errors import DeploymentError

GUARD: Final = Path(__file__).with_name("guard.py")
_PATIENCE_S: Final = 300.0
_KEPT: Final = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP")


@dataclass(frozen=True)
class Parity:
    """How a bundle's answers compare with the version's own.

    Attributes
    ----------
    n_real, n_nasty : int
        Rows like those of training, and rows made to go wrong.
    n_labels_differ : int
        Rows with another label; 0 for numbers.
    largest : float
        Largest difference of a probability, or of a number relative to its size
        (absolute below 1); of the rows whose label agrees.
    duration_s : float
        Of the process, with its start.
    """

    n_real: int
    n_nasty: int
    n_labels_differ: int
    largest: float
    duration_s: float

    @property
    def n_rows(self) -> int:
        """All rows that were compared."""
        return self.n_real + self.n_nasty

    @property
    def holds(self) -> bool:
        """Whether the bundle may be offered: same labels, under 0.00001 apart."""
        return not self.n_labels_differ and self.largest <= LIMIT

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)


def compare(
    found: Sequence[Mapping[str, Any]],
    expected: Sequence[Mapping[str, Any]],
    n_nasty: int,
    duration_s: float,
) -> Parity:
    """Compare answers row by row; the nasty rows stand last.

    Examples
    --------
    >>> one, other = {"prediction": 2.0}, {"prediction": 2.5}
    >>> compare([one, other], [one, one], 1, 0.5).largest
    0.25
    """
    gaps = [difference(a, b) for a, b in zip(found, expected, strict=True)]
    agreeing = [gap for gap in gaps if gap != float("inf")]
    return Parity(
        n_real=len(expected) - n_nasty,
        n_nasty=n_nasty,
        n_labels_differ=len(gaps) - len(agreeing),
        largest=max(agreeing, default=0.0),
        duration_s=duration_s,
    )


def run_bundle(
    archive: bytes, libraries: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], float]:
    """Unpack a bundle and answer rows with it, in a process without Rondo.

    The process starts isolated (``python -I``) and a guard refuses every import
    that is neither of the standard library, nor of the bundle, nor in `libraries`.

    Parameters
    ----------
    archive : bytes
        A ZIP file.
    libraries : sequence of str
        Names that may be imported.
    rows : sequence of n_rows mappings

    Returns
    -------
    answers : list of n_rows dict
    duration_s : float

    Raises
    ------
    DeploymentError
        It does not run, takes over five minutes, or its own test fails.
    """
    with tempfile.TemporaryDirectory(prefix="rondo-trial-") as name:
        place = Path(name)
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            packed.extractall(place / "bundle")
        (place / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
        arguments = [
            place / "bundle", ",".join(libraries), place / "rows.json",
            place / "answers.json",
        ]  # fmt: skip
        started = time.monotonic()
        run_process([sys.executable, "-I", str(GUARD), *map(str, arguments)], place)
        duration_s = time.monotonic() - started
        told = json.loads((place / "answers.json").read_text("utf-8"))
    if told["selftest"] != 0:
        raise failed("its own test finds other answers than expected")
    answers: list[dict[str, Any]] = told["answers"]
    return answers, duration_s


def run_process(command: Sequence[str], place: Path) -> None:
    """Run a command with nothing in its environment; say how it failed.

    Raises
    ------
    DeploymentError
        It ends with an error, or takes over five minutes.
    """
    try:
        done = subprocess.run(  # noqa: S603  our own files, no shell
            command, cwd=place, env=clean_environment(), capture_output=True,
            timeout=_PATIENCE_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise failed(f"it did not answer within {_PATIENCE_S:.0f} s") from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise failed(said[-1][:200] if said else "it ended without a word")


def clean_environment() -> dict[str, str]:
    """Keep what the system needs to start a process; nothing that Python reads."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "OMP_NUM_THREADS": "1"}


def failed(reason: str) -> DeploymentError:
    """Return the error that a bundle does not run, for this reason."""
    return DeploymentError(
        f"The bundle does not run on its own: {reason}.",
        hint="Serve this version with Rondo's own API, or save another candidate.",
    )
