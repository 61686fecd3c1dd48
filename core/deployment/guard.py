"""Run a bundle where nothing but it and its locked libraries can be imported.

    python -I guard.py FOLDER LIBRARIES ROWS ANSWERS
    python -I guard.py FOLDER LIBRARIES serve PORT

A script of its own: it is started in a fresh process, by its path, and must not need
Rondo.
"""

import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class Guard:
    """Refuses imports other than of the standard library and the names allowed.

    Examples
    --------
    >>> Guard(("numpy",)).find_spec("numpy.linalg")
    >>> try:
    ...     Guard(("numpy",)).find_spec("sklearn")
    ... except ModuleNotFoundError as error:
    ...     print(error)
    sklearn is not among this bundle's libraries
    """

    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = frozenset((*sys.stdlib_module_names, *allowed))

    def find_spec(self, name: str, *_: Any) -> None:
        """Let an import pass to the usual finders, or refuse it."""
        top = name.partition(".")[0]
        built_here = top.startswith("_sysconfigdata")  # named after the machine
        if top not in self.allowed and not built_here:
            raise ModuleNotFoundError(
                f"{top} is not among this bundle's libraries", name=name
            )


def close_in(folder: Path, libraries: str) -> None:
    """Let nothing be imported but the bundle and its libraries, from now on."""
    own = [path.stem for path in folder.iterdir()]
    sys.meta_path.insert(0, Guard((*libraries.split(","), *own)))
    sys.path.insert(0, str(folder))


def answer(rows: Path, answers: Path) -> None:
    """Answer rows with the bundle, and write down the answers and its own test."""
    module = importlib.import_module("predict")
    found = module.predict(json.loads(rows.read_text("utf-8")))
    told = {"answers": found, "selftest": importlib.import_module("selftest").main()}
    answers.write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    close_in(Path(sys.argv[1]), sys.argv[2])
    if sys.argv[3] == "serve":
        importlib.import_module("serve").main(["--port", sys.argv[4]])
    else:
        answer(Path(sys.argv[3]), Path(sys.argv[4]))
