"""Which libraries a version was made with, and whether today's can load it."""

import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import TypedDict

from core.errors import RegistryError

# How many parts of the version number must agree for a model file to be read
# truly: scikit-learn changes its estimators' insides from minor to minor.
PARTS_THAT_MATTER = {"scikit-learn": 2, "numpy": 1, "pandas": 1, "lightgbm": 1}
_ALWAYS = ("numpy", "pandas", "scikit-learn", "scipy", "joblib", "pyarrow")
_IF_USED = ("lightgbm",)


class Environment(TypedDict):
    """Python, the system, and the libraries that the model needs."""

    python: str
    platform: str
    libraries: dict[str, str]


@lru_cache(maxsize=32)
def _installed(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def describe_environment(payload: bytes = b"") -> Environment:
    """Describe this process for a model file with these bytes.

    Examples
    --------
    >>> "scikit-learn" in describe_environment()["libraries"]
    True
    """
    used = [name for name in _IF_USED if name.encode() in payload]
    installed = {name: _installed(name) for name in (*_ALWAYS, *used)}
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "libraries": {name: found for name, found in installed.items() if found},
    }


def check_environment(recorded: Environment, label: str) -> None:
    """Refuse a version whose libraries differ in a way that changes numbers.

    Raises
    ------
    RegistryError
        The message names each library with the version then and now.

    Examples
    --------
    >>> check_environment(describe_environment(), "churn/3")
    """
    differing = []
    for library, n_parts in PARTS_THAT_MATTER.items():
        then = recorded["libraries"].get(library)
        now = _installed(library)
        if then and (now is None or _head(then, n_parts) != _head(now, n_parts)):
            differing.append(f"{library} {then} (here {now or 'not installed'})")
    if differing:
        needed = " and ".join(text.split(" (")[0] for text in differing)
        raise RegistryError(
            f"Version {label} was saved with {', '.join(differing)}.",
            hint=f"Install {needed}, or train the version anew with today's libraries.",
        )


def _head(number: str, n_parts: int) -> list[str]:
    return number.split(".")[:n_parts]
