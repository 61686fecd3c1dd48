"""The embedded bundle: what a program needs to answer rows by itself."""

import re
from collections.abc import Sequence

from core.deployment.core_files import (
    Answers,
    Files,
    Rows,
    core_files,
    libraries_of,
    python_version,
)
from core.registry import ModelVersion

_README = """# {name}

The model "{model}" predicts {target} from {n_inputs} columns. Nothing here needs the
tool that trained it, and nothing is unpickled: tables and weights are JSON and arrays.

## Use

    python -m pip install -r requirements.txt      # {libraries}
    python selftest.py                             # the example rows, checked
    python predict.py rows.csv answers.csv         # CSV, JSON or JSON lines

In a program, with this folder on the path:

```python
from predict import predict

predict([{row}])
```

Each answer has a prediction, {what}, and warnings: values that are missing, new, out
of range, or not of their column's type. `predict(records, strict=True)` refuses the
last with `model_runtime.BadRows`. A column that is absent counts as missing.

Python {python} or newer. `SHA256SUMS` lists every file; `card.md` is the model card.
"""


def embedded_files(version: ModelVersion, rows: Rows, answers: Answers) -> Files:
    """Return the files of the embedded bundle."""
    files = core_files(version, rows, answers)
    return {**files, "README.md": readme(version).encode()}


def readme(version: ModelVersion, needs: Sequence[str] = ()) -> str:
    """Return what to do with a bundle, in Markdown.

    Parameters
    ----------
    version : ModelVersion
    needs : sequence of str, default=()
        Libraries beside the usual ones.
    """
    names = [column.name for column in version.schema]
    row = dict.fromkeys(names[:3])
    classes = version.model.classes_ is not None
    return _README.format(
        name=_plain(f"{version.project} {version.number}"),
        model=_plain(version.model.name),
        target=_plain(version.target),
        n_inputs=len(names),
        libraries=", ".join(libraries_of(version, needs)),
        row=repr(row).replace("None", "..."),
        what="a probability for each class" if classes else "an interval around it",
        python=python_version(),
    )


def _plain(text: str) -> str:
    """Return a name without what Markdown or HTML would act upon."""
    return re.sub(r"[^\w .,-]", "?", text)
