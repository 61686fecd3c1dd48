"""The plain bundle: one function in one file, in Python and in JavaScript."""

import json
import math
import shutil
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np

from core.deployment.core_files import Answers, Files, Rows, examples
from core.deployment.model_files import describe_version
from core.deployment.trial import run_process
from core.errors import DeploymentError
from core.registry import ModelVersion

MOST_NODES: Final = 20_000
_HERE: Final = Path(__file__).parent
_IMPORT: Final = "from core.deployment.runtime.values import"
_PYTHON: Final = """\
import json, sys
sys.path.insert(0, "bundle")
from model import predict
rows = json.load(open("rows.json", encoding="utf-8"))
json.dump([predict(row) for row in rows], open("python.json", "w"))
"""
_NODE: Final = """\
import { readFileSync, writeFileSync } from "node:fs";
import { predict } from "./bundle/model.mjs";
// JSON has no infinity; as text it comes through.
const told = (_, v) => (typeof v === "number" && !isFinite(v) ? String(v) : v);
const rows = JSON.parse(readFileSync("rows.json", "utf8"));
writeFileSync("javascript.json", JSON.stringify(rows.map(predict), told));
"""
_README: Final = """# {name} as plain code

`model.py` needs Python {python} or newer and nothing else:

```python
from model import predict
predict({{"column": value, ...}})
```
{javascript}
A column that is absent, and a value that does not fit, count as missing.
`examples.json` has rows with the answers they must get; `card.md` is the model card.
"""
_JAVASCRIPT: Final = """
`model.mjs` runs in browsers and in Node 18 or newer, without a package:

```javascript
import { predict } from "./model.mjs";
predict({ column: value });
```
"""


def plain_files(version: ModelVersion, rows: Rows, answers: Answers) -> Files:
    """Return the model as a Python file and, where Node can try it, a JavaScript one.

    Raises
    ------
    DeploymentError
        The model needs a library, or is too large for one file of code.
    """
    described = describe_version(version)
    _refuse_unfit(described)
    text = json.dumps(_as_lists(described), ensure_ascii=True, allow_nan=False)
    readme = _README.format(
        name=described["name"], python="3.11", javascript=_JAVASCRIPT if node() else ""
    )
    files = {
        "model.py": _python(text).encode(),
        "examples.json": examples(rows, answers),
        "README.md": readme.encode(),
        "card.md": version.card.encode(),
    }
    if node():
        code = (_HERE / "carried" / "plain.mjs").read_text("utf-8")
        literal = json.dumps(text).replace("</", "<\\/")
        files["model.mjs"] = code.replace('"{}"', literal, 1).encode()
    return files


def node() -> str | None:
    """Return where Node is on this machine, if it is."""
    return shutil.which("node")


def run_plain(
    archive: bytes, version: ModelVersion, rows: Rows
) -> tuple[list[Answers], float]:
    """Answer rows in each language; Python without any installed package.

    Returns
    -------
    answers : list of list
        Python's, then JavaScript's where Node is installed.
    duration_s : float

    Raises
    ------
    DeploymentError
        One of them does not run.
    """
    del version
    with tempfile.TemporaryDirectory(prefix="rondo-trial-") as name:
        place = Path(name)
        with zipfile.ZipFile(BytesIO(archive)) as packed_files:
            packed_files.extractall(place / "bundle")
        (place / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
        (place / "run.mjs").write_text(_NODE, encoding="utf-8")
        started = time.monotonic()
        run_process([sys.executable, "-I", "-S", "-c", _PYTHON], place)
        found = [json.loads((place / "python.json").read_text("utf-8"))]
        interpreter = node()
        if interpreter and (place / "bundle" / "model.mjs").is_file():
            run_process([interpreter, "run.mjs"], place)
            found.append(json.loads((place / "javascript.json").read_text("utf-8")))
        return found, time.monotonic() - started


def _python(text: str) -> str:
    """Return one module: how values are read, then the model."""
    values = (_HERE / "runtime" / "values.py").read_text("utf-8")
    code = (_HERE / "carried" / "plain.py").read_text("utf-8")
    head, _, rest = code.partition(_IMPORT)
    return (
        head
        + values.partition('"""\n\n')[2]
        + rest.partition("\n")[2].replace(
            'json.loads("{}")', f"json.loads({text!r})", 1
        )
    )


def _refuse_unfit(described: Mapping[str, Any]) -> None:
    """Say why a model cannot be written as plain code."""
    columns = [column for each in described["encoders"] for column in each["columns"]]
    asked = [_innermost(member["estimator"]) for member in described["members"]]
    rule = described["uncertainty"] or {}
    if rule.get("difficulty"):
        asked.append(_innermost(rule["difficulty"]["estimator"]))
    n_nodes = sum(len(each["feature"]) for each in asked if "feature" in each)
    reasons = {
        "rows are cleaned by a recipe first, which needs pandas": described["cleaning"],
        "it reads the words of a text": any(c["kind"] == "texts" for c in columns),
        "it reads words by their hash": any(c["kind"] == "hashes" for c in columns),
        "its sets of classes are adaptive": rule.get("kind") == "adaptive",
        "a neural network is part of it": any(e["kind"] == "network" for e in asked),
        f"its trees have {n_nodes:,} nodes, above {MOST_NODES:,}": n_nodes > MOST_NODES,
    }
    for reason, holds in reasons.items():
        if holds:
            raise DeploymentError(
                f"This model is not for plain code: {reason}.",
                hint="Take the embedded bundle, which needs numpy alone.",
            )


def _innermost(estimator: Mapping[str, Any]) -> Mapping[str, Any]:
    return _innermost(estimator["inner"]) if "inner" in estimator else estimator


def _as_lists(value: Any) -> Any:
    """Return arrays as lists, and NaN as nothing."""
    if isinstance(value, np.ndarray):
        return _as_lists(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {name: _as_lists(item) for name, item in value.items()}
    return [_as_lists(item) for item in value] if isinstance(value, list) else value
