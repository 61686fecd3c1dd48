"""The files that every bundle has: model, runtime, predict, test, examples."""

import hashlib
import io
import json
import platform
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from core.deployment.locked import locked, requirements_text
from core.deployment.model_files import cleaning_script, describe_version, model_files
from core.deployment.trial_rows import Record
from core.registry import ModelVersion

N_EXAMPLES: Final = 20
RUNTIME: Final = "model_runtime"
_HERE: Final = Path(__file__).parent
_IN_RONDO: Final = re.compile(r"\bcore\.deployment\.(runtime|carried\.)")
_ONLY_WITH: Final = {"graph.py": "onnxruntime", "fitted.py": "skops"}
"""Modules of the runtime for some bundles alone, and the library they need."""
_NEVER: Final = (1980, 1, 1, 0, 0, 0)
"""A ZIP file of the same files is the same file, whenever it is made."""

Files = dict[str, bytes]
Rows = Sequence[Record]
Answers = Sequence[Mapping[str, Any]]


def core_files(
    version: ModelVersion,
    rows: Rows,
    answers: Answers,
    *,
    model: Files | None = None,
    needs: Sequence[str] = (),
) -> Files:
    """Return what a bundle needs to answer rows and to test itself.

    Parameters
    ----------
    version : ModelVersion
    rows, answers : sequence
        Rows, and what the version answers; the first 20 become the examples.
    model : dict of str to bytes, default=None
        The files of the model itself; arrays alone when None.
    needs : sequence of str, default=()
        Libraries that these files need beside the usual ones.
    """
    if model is None:
        model = model_files(describe_version(version))
    files = {
        **{f"model/{name}": content for name, content in model.items()},
        **_runtime(needs),
        "predict.py": carried("predict.py"),
        "selftest.py": carried("selftest.py"),
        "examples.json": examples(rows, answers),
        "requirements.txt": requirements_text(libraries_of(version, needs)).encode(),
        "card.md": version.card.encode(),
    }
    if script := cleaning_script(version):
        files[f"{RUNTIME}/clean.py"] = script
    else:
        del files[f"{RUNTIME}/cleaning.py"]
    return files


def examples(rows: Rows, answers: Answers) -> bytes:
    """Return the first rows with their answers, as JSON."""
    told = {"rows": rows[:N_EXAMPLES], "answers": answers[:N_EXAMPLES]}
    return json.dumps(told, indent=1, ensure_ascii=False).encode()


def libraries_of(version: ModelVersion, needs: Sequence[str] = ()) -> dict[str, str]:
    """Return the libraries that a bundle of this version needs, with versions."""
    cleaning = ("pandas", "pyarrow") if version.replay.recipe.steps else ()
    return locked(("numpy", *cleaning, *needs))


def carried(name: str) -> bytes:
    """Return a program of `core.deployment.carried` as it stands in a bundle."""
    return _rewritten(_HERE / "carried" / name)


def python_version() -> str:
    """Return the Python that a bundle was tried with: "3.11"."""
    return ".".join(platform.python_version_tuple()[:2])


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return files as a ZIP file, with a list of their SHA-256.

    Examples
    --------
    >>> packed({"a.txt": b"a"}) == packed({"a.txt": b"a"})
    True
    """
    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in sorted(files.items())
    )
    whole = {**files, "SHA256SUMS": sums.encode()}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(whole.items()):
            archive.writestr(
                zipfile.ZipInfo(name, _NEVER), content, zipfile.ZIP_DEFLATED
            )
    return target.getvalue()


def _runtime(needs: Sequence[str]) -> Files:
    sources = sorted((_HERE / "runtime").glob("*.py"))
    return {
        f"{RUNTIME}/{path.name}": _rewritten(path)
        for path in sources
        if _ONLY_WITH.get(path.name, "") in ("", *needs)
    }


def _rewritten(path: Path) -> bytes:
    """Return a source with its imports from Rondo turned to the bundle's own."""

    def own(found: re.Match[str]) -> str:
        return RUNTIME if found[1] == "runtime" else ""

    return _IN_RONDO.sub(own, path.read_text("utf-8")).encode()
