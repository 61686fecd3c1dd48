"""Run a training script without Rondo and compare what it makes with the model."""

import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from core.modeling.metrics import Floats
from core.modeling.model import Model

TOLERANCE: Final = 1e-6
_LONGEST_S: Final = 3_600.0
_CHECKED: Final = "check.npz"


@dataclass(frozen=True)
class Proof:
    """What came of running a script.

    Attributes
    ----------
    held : bool
        Its score is the run's, and its model answers as the model does.
    reason : str
        Why it did not hold; "" when it did.
    score : float or None
        On the validation rows.
    difference : float or None
        Largest difference of two answers, on the training and validation rows; for
        numbers as a share of their spread.
    n_rows : int
        Rows that were answered by both.
    seconds : float
    """

    held: bool
    reason: str
    score: float | None = None
    difference: float | None = None
    n_rows: int = 0
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready values."""
        return asdict(self)


def prove(
    script: str,
    table: Path,
    model: Model,
    rows: pd.DataFrame,
    score: float,
    *,
    timeout_s: float = _LONGEST_S,
) -> Proof:
    """Run a script in a process of its own, in which Rondo cannot be imported.

    Parameters
    ----------
    script : str
        What `write_training_script` gave.
    table : Path
        The table that it reads.
    model : Model
        What it shall make again.
    rows : DataFrame of shape (n_rows, n_columns)
        Training rows, then validation rows.
    score : float
        The run's, on the validation rows.
    timeout_s : float, default=3600.0

    Returns
    -------
    Proof
    """
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="rondo-script-") as name:
        folder = Path(name)
        (folder / "train.py").write_text(script, encoding="utf-8")
        # -I: neither the folder nor PYTHONPATH is searched for modules.
        command = [sys.executable, "-I", "train.py", str(table.resolve())]
        try:
            ended = subprocess.run(  # noqa: S603 our own script and interpreter
                [*command, "--check", _CHECKED],
                cwd=folder, capture_output=True, text=True, timeout=timeout_s,
                check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Proof(False, f"It was not done after {timeout_s:,.0f} seconds.")
        seconds = time.perf_counter() - start
        if ended.returncode:
            last = ended.stderr.strip().splitlines()[-1:] or ["no message"]
            return Proof(False, f"It failed: {last[0][:300]}", seconds=seconds)
        with np.load(folder / _CHECKED, allow_pickle=False) as found:
            theirs, answers = float(found["score"]), found["answers"]
    return _compare(model.output(rows), answers, (score, theirs), seconds)


def _compare(
    ours: Floats, theirs: Floats, scores: tuple[float, float], seconds: float
) -> Proof:
    score, again = scores
    if ours.shape != theirs.shape:
        said = f"It answered {len(theirs):,} rows instead of {len(ours):,}."
        return Proof(False, said, again, seconds=seconds)
    unit = 1.0 if ours.ndim == 2 else float(ours.std()) or 1.0
    difference = float(np.abs(ours - theirs).max(initial=0.0)) / unit
    reason = ""
    if abs(again - score) > TOLERANCE * max(1.0, abs(score)):
        reason = f"Its validation score is {again:.6f} instead of {score:.6f}."
    elif difference > TOLERANCE:
        reason = f"Its answers differ from the model's by up to {difference:.2g}."
    return Proof(not reason, reason, again, difference, len(ours), seconds)
