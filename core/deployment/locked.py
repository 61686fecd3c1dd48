"""The libraries of a bundle, each at the version that was here when it was tried."""

import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Final

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_IMPORTED_AS: Final = {
    "python-dateutil": "dateutil",
    "scikit-learn": "sklearn",
    "protobuf": "google",
}


def locked(roots: Iterable[str]) -> dict[str, str]:
    """Return libraries and all they need, with the versions installed here.

    Parameters
    ----------
    roots : iterable of str

    Returns
    -------
    dict of str to str
        In the order of their names.

    Examples
    --------
    >>> list(locked(["numpy"]))
    ['numpy']
    """
    found: dict[str, str] = {}
    waiting = list(roots)
    while waiting:
        name = waiting.pop().lower()
        if name in found:
            continue
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue  # needed on another system only
        needed = [line for line in requires(name) or () if "extra" not in line]
        waiting.extend(match[0] for line in needed if (match := _NAME.match(line)))
    return dict(sorted(found.items()))


def requirements_text(libraries: dict[str, str]) -> str:
    r"""Return the lines of a requirements file.

    Examples
    --------
    >>> requirements_text({"numpy": "2.4.6"})
    'numpy==2.4.6\n'
    """
    return "".join(f"{name}=={number}\n" for name, number in libraries.items())


def import_names(libraries: Iterable[str]) -> list[str]:
    """Return what libraries are called when they are imported.

    Examples
    --------
    >>> import_names(["python-dateutil", "numpy"])
    ['dateutil', 'numpy']
    """
    return [_IMPORTED_AS.get(name, name.replace("-", "_")) for name in libraries]
