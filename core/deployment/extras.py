"""Libraries that only some bundles need, and what to say where they are missing."""

from importlib.util import find_spec

from core.errors import DeploymentError


def need(*libraries: str) -> None:
    """Refuse to go on where a library is not installed.

    Parameters
    ----------
    *libraries : str
        Names by which they are imported.

    Raises
    ------
    DeploymentError
        The message names those that are missing, and the file that lists them.

    Examples
    --------
    >>> need("numpy")
    >>> try:
    ...     need("numpy", "no_such_library")
    ... except DeploymentError as error:
    ...     print(error.message)
    no_such_library is not installed here: pip install -r requirements-export.txt
    """
    missing = [name for name in libraries if find_spec(name) is None]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise DeploymentError(
            f"{' and '.join(missing)} {verb} not installed here: "
            "pip install -r requirements-export.txt",
            hint="Install the extra libraries, or take the embedded bundle.",
        )
